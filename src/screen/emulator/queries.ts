/**
 * Hears the queries of a program where the emulator's parser meets them, so that each answer is true of that point of the
 * byte stream, and keeps the colours that the program sets. The emulator's own answers are taken out of its hands, except
 * the state of modes, which it alone knows.
 */
import type xterm from '@xterm/headless';
import { MAX_PARAMETER } from './clampParameters.ts';
import { Colours, parseColour, SPECIAL_COLOURS } from './colours.ts';
import type { ColourKey } from './colours.ts';
import {
  BEL,
  colourReply,
  extendedPositionReply,
  FIXED_REPLIES,
  modeReply,
  positionReply,
  ST,
  windowReply,
} from './replyTable.ts';
import type { Reply, ReportedPosition } from './replyTable.ts';

type Terminal = InstanceType<typeof xterm.Terminal>;
type Parameters = readonly (number | number[])[];

const OSC_COLOUR = 4;
/** OSC number of the first of {@link SPECIAL_COLOURS}; the others follow. */
const OSC_SPECIAL = 10;
/** Added to an OSC number, it resets what that one sets. */
const OSC_RESET = 100;
/** DECRPM as the emulator writes it. */
const MODE_REPORT = /^\u001b\[(\??)(\d{1,5});([0-4])\$y$/u;

export class Queries {
  readonly #terminal: Terminal;
  readonly #position: () => ReportedPosition;
  readonly #colours = new Colours();
  #listener: ((reply: Reply) => void) | undefined;
  #stringEnd: typeof ST | typeof BEL = ST;

  /** Hooks itself into `terminal` for as long as that lives. `position` tells where the cursor is. */
  constructor(terminal: Terminal, position: () => ReportedPosition) {
    this.#terminal = terminal;
    this.#position = position;
    this.#hearStatus();
    this.#hearModes();
    this.#hearColours();
  }

  /** The colours as the program left them. */
  get colours(): Colours {
    return this.#colours;
  }

  /** Gives each answer to `listener`, within the call that parses its query. Without one they go nowhere. */
  listen(listener: (reply: Reply) => void): void {
    this.#listener = listener;
  }

  /** Tells the byte at which the strings in the next bytes end, BEL or not: the emulator does not. */
  stringsEndWithBel(isBel: boolean): void {
    this.#stringEnd = isBel ? BEL : ST;
  }

  #tell(reply: Reply | undefined): void {
    if (reply !== undefined) this.#listener?.(reply);
  }

  /** Device attributes, status, position, version, size and settings. */
  #hearStatus(): void {
    const { parser } = this.#terminal;
    const fixed = (reply: Reply) => (params: Parameters) => {
      if (first(params) === 0) this.#tell(reply);
      return true;
    };
    parser.registerCsiHandler({ final: 'c' }, fixed(FIXED_REPLIES.primaryAttributes));
    parser.registerCsiHandler({ prefix: '>', final: 'c' }, fixed(FIXED_REPLIES.secondaryAttributes));
    parser.registerCsiHandler({ prefix: '=', final: 'c' }, fixed(FIXED_REPLIES.tertiaryAttributes));
    parser.registerCsiHandler({ prefix: '>', final: 'q' }, fixed(FIXED_REPLIES.version));
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => {
      this.#tell(FIXED_REPLIES.settingInvalid);
      return true;
    });
    parser.registerCsiHandler({ final: 'n' }, (params) => {
      if (first(params) === 5) this.#tell(FIXED_REPLIES.operatingStatus);
      if (first(params) === 6) this.#tell(positionReply(this.#position()));
      return true;
    });
    parser.registerCsiHandler({ prefix: '?', final: 'n' }, (params) => {
      if (first(params) === 6) this.#tell(extendedPositionReply(this.#position()));
      return true;
    });
    parser.registerCsiHandler({ final: 't' }, (params) => {
      const reply = windowReply(first(params), this.#terminal);
      this.#tell(reply);
      return reply !== undefined;
    });
  }

  /** Of all that the emulator would say itself, only the state of a mode goes on; it says it while it parses the query. */
  #hearModes(): void {
    this.#terminal.onData((data) => {
      const [, mark, mode, state] = MODE_REPORT.exec(data) ?? [];
      // the bound stands for any number beyond it
      if (mode === undefined || Number(mode) === MAX_PARAMETER) return;
      this.#tell(modeReply(Number(mode), Number(state), mark === '?'));
    });
  }

  #hearColours(): void {
    const { parser } = this.#terminal;
    parser.registerOscHandler(OSC_COLOUR, (data) => {
      const parts = data.split(';');
      for (let at = 0; at + 1 < parts.length; at += 2) {
        const index = indexOf(parts[at]);
        if (index !== undefined) this.#colour(index, parts[at + 1] ?? '');
      }
      return true;
    });
    parser.registerOscHandler(OSC_RESET + OSC_COLOUR, (data) => {
      if (data === '') this.#colours.resetNumbered();
      for (const part of data.split(';')) {
        const index = indexOf(part);
        if (index !== undefined) this.#colours.reset(index);
      }
      return true;
    });
    for (const [offset, name] of SPECIAL_COLOURS.entries()) {
      // further values belong to the numbers that follow
      parser.registerOscHandler(OSC_SPECIAL + offset, (data) => {
        for (const [at, value] of data.split(';').entries()) {
          const key = SPECIAL_COLOURS[offset + at];
          if (key === undefined) break;
          this.#colour(key, value);
        }
        return true;
      });
      parser.registerOscHandler(OSC_RESET + OSC_SPECIAL + offset, () => {
        this.#colours.reset(name);
        return true;
      });
    }
    parser.registerEscHandler({ final: 'c' }, () => {
      this.#colours.resetAll();
      return false;
    });
  }

  /** Asks for a colour with `?`, sets it with anything that is one. */
  #colour(key: ColourKey, value: string): void {
    const now = this.#colours.get(key);
    const wanted = parseColour(value);
    if (value === '?' && now !== undefined) this.#tell(colourReply(key, now, this.#stringEnd));
    else if (wanted !== undefined) this.#colours.set(key, wanted);
  }
}

function first(params: Parameters): number {
  const [value] = params;
  return typeof value === 'number' ? value : 0;
}

/** A number of the palette. */
function indexOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,3}$/u.test(text) ? Number(text) : undefined;
}
