/** Follows what the emulator keeps to itself: the scrolling margins (DECSTBM), and whether cells were protected (DECSCA). */
import type { Terminal } from '@xterm/headless';
import type { Margins } from './checkpoint.ts';

/** DEC private modes that switch to the alternate screen and back. */
const ALTERNATE_SCREEN = new Set([47, 1047, 1049]);

/** Watches one terminal from its start. Its handlers live as long as the terminal. */
export class MarginWatch {
  readonly #terminal: Terminal;
  #current: Margins | undefined;
  #normal: Margins | undefined;
  #hasProtected = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    const { parser } = terminal;
    parser.registerCsiHandler({ final: 'r' }, (params) => {
      this.#set(numberOf(params[0]), numberOf(params[1]));
      return false;
    });
    parser.registerCsiHandler({ prefix: '?', final: 'h' }, (params) => this.#switched(params, true));
    parser.registerCsiHandler({ prefix: '?', final: 'l' }, (params) => this.#switched(params, false));
    const reset = (): boolean => {
      this.reset();
      return false;
    };
    parser.registerCsiHandler({ intermediates: '!', final: 'p' }, reset);
    parser.registerEscHandler({ final: 'c' }, () => {
      this.#hasProtected = false;
      return reset();
    });
    parser.registerCsiHandler({ intermediates: '"', final: 'q' }, (params) => {
      if (params[0] === 1) this.#hasProtected = true;
      return false;
    });
  }

  /** Those of the screen that shows; `undefined` when all of it scrolls. */
  get current(): Margins | undefined {
    return this.#current;
  }

  /** Those of the normal screen while the alternate one shows. */
  get normal(): Margins | undefined {
    return this.#normal;
  }

  /** Whether there may be cells that a selective erase leaves alone. */
  get hasProtected(): boolean {
    return this.#hasProtected;
  }

  /** The size changed, or the terminal was reset: everything scrolls. */
  reset(): void {
    this.#current = undefined;
    this.#normal = undefined;
  }

  #set(top: number, bottom: number): void {
    const { rows } = this.#terminal;
    const first = Math.max(1, top);
    const last = bottom === 0 || bottom > rows ? rows : bottom;
    if (last <= first) return;
    this.#current = first === 1 && last === rows ? undefined : { top: first - 1, bottom: last - 1 };
  }

  #switched(params: readonly (number | number[])[], toAlternate: boolean): boolean {
    const isAlternate = this.#terminal.buffer.active.type === 'alternate';
    const switches = params.some((param) => typeof param === 'number' && ALTERNATE_SCREEN.has(param));
    if (!switches || toAlternate === isAlternate) return false;
    if (toAlternate) this.#normal = this.#current;
    this.#current = toAlternate ? undefined : this.#normal;
    if (!toAlternate) this.#normal = undefined;
    return false;
  }
}

function numberOf(param: number | number[] | undefined): number {
  return typeof param === 'number' ? param : 0;
}
