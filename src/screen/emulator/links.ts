/**
 * The targets of a screen's hyperlinks (OSC 8, https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda). They are
 * kept here instead of in the emulator, which would keep every one that a program ever wrote.
 */
import type { Terminal } from '@xterm/headless';
import { at } from './emulatorState.ts';

const OSC_HYPERLINK = 8;
/** Characters of one target; browsers and terminals cut there as well. */
const MAX_TARGET_CHARS = 2_048;
/** Targets of one screen, at most 8 MiB of them. The oldest go first; cells that had one are then plain. */
const MAX_TARGETS = 4_096;
/** What the standard allows: everything else is to be percent-encoded. */
const TARGET = /^[\u0021-\u007e]+$/;

interface Attributes {
  clone(): Attributes;
  urlId: number;
}
interface Pen {
  extended: Attributes;
  updateExtended(): void;
}

/** The links of one screen. */
export class Links {
  readonly #terminal: Terminal;
  readonly #targets = new Map<number, string>();
  readonly #numbers = new Map<string, number>();
  #last = 0;

  /** Takes over the handling of links from the emulator. */
  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    terminal.parser.registerOscHandler(OSC_HYPERLINK, (data) => {
      this.#use(data);
      return true;
    });
  }

  /** The target of a link by its number; `undefined` for 0, and for one that is kept no more. */
  target(link: number): string | undefined {
    return this.#targets.get(link);
  }

  /** `params;target`: what is written from here on belongs to that link; to none without a target, or with one that is no URI. */
  #use(data: string): void {
    const pen = at(this.#terminal, '_core', '_inputHandler', '_curAttrData');
    if (!isPen(pen)) return;
    const cut = data.indexOf(';');
    if (cut === -1) return;
    const target = data.slice(cut + 1);
    const link = target.length <= MAX_TARGET_CHARS && TARGET.test(target) ? this.#number(target) : 0;
    // cells that were written before share the object
    const extended = pen.extended.clone();
    extended.urlId = link;
    pen.extended = extended;
    pen.updateExtended();
  }

  #number(target: string): number {
    const known = this.#numbers.get(target);
    if (known !== undefined) return known;
    this.#last += 1;
    this.#targets.set(this.#last, target);
    this.#numbers.set(target, this.#last);
    const [oldest] = this.#targets;
    if (this.#targets.size > MAX_TARGETS && oldest !== undefined) {
      this.#targets.delete(oldest[0]);
      this.#numbers.delete(oldest[1]);
    }
    return this.#last;
  }
}

function isPen(value: unknown): value is Pen {
  const extended = at(value, 'extended');
  return typeof at(value, 'updateExtended') === 'function' && typeof at(extended, 'clone') === 'function';
}
