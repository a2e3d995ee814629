/**
 * The echo of a sentinel run: everything between typing the frame and the mark that says the command begins. Line editors
 * paint it with colours, wraps and repaints that no pattern covers at every width, so it is not edited but replaced: the
 * raw bytes go to `run_echo`, and what is shown is the command as the caller gave it. The command's own output is never
 * looked at.
 */
import { escapeTokens, type Token } from './escapeTokens.ts';

/** Least that a region may grow to before it is given up. A line editor paints a short frame several times over. */
const MIN_BOUND_BYTES = 64 * 1024;
/** Growth allowed per typed byte: fish repaints the rest of the line for each pasted one, up to 8 KiB of them. */
const BOUND_PER_TYPED_BYTE = 16;

export interface EchoRegionOptions {
  /** What the caller wants to see typed: the command. */
  readonly command: string;
  /** The typed text around the command, which nobody is to see. Each part is removed where it stands whole. */
  readonly frameParts: readonly string[];
  /** Bytes sent to the terminal. */
  readonly typedBytes: number;
}

/** Collects one region. After {@link take} or {@link release} it is spent. */
export class EchoRegion {
  readonly #options: EchoRegionOptions;
  readonly #boundBytes: number;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(options: EchoRegionOptions) {
    this.#options = options;
    this.#boundBytes = MIN_BOUND_BYTES + BOUND_PER_TYPED_BYTE * options.typedBytes;
  }

  /** Takes bytes in. False once the region is larger than any echo: it has to be released. */
  push(bytes: Buffer): boolean {
    this.#chunks.push(Buffer.from(bytes));
    this.#bytes += bytes.length;
    return this.#bytes <= this.#boundBytes;
  }

  /** The command began: the raw region, and what to show in its place. */
  take(): { readonly echo: Buffer; readonly shown: Buffer } {
    const echo = this.#drain();
    return { echo, shown: synthesizeEcho(echo, this.#options.command) };
  }

  /** The command did not begin: the region as output, without the parts of the frame that stand in it whole. */
  release(): Buffer {
    return removeText(this.#drain(), this.#options.frameParts);
  }

  #drain(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    return all;
  }
}

/**
 * What a screen needs instead of the region `echo`: its mode changes in order, the command if anything visible was echoed,
 * and the colours as the region left them, since the prompt may have set others.
 */
export function synthesizeEcho(echo: Buffer, command: string): Buffer {
  const modes: Buffer[] = [];
  let colours: Buffer[] = [];
  let visible = false;
  for (const token of escapeTokens(echo)) {
    const bytes = echo.subarray(token.start, token.end);
    if (token.kind === 'text') visible ||= bytes.some((byte) => byte !== 0x20);
    if (isModeChange(token, bytes)) modes.push(bytes);
    if (isColour(token, bytes)) colours = isColourReset(bytes) ? [bytes] : [...colours, bytes].slice(-MAX_COLOURS);
  }
  const shown = visible ? [Buffer.from(`${command.replaceAll('\n', '\r\n')}\r\n`)] : [];
  return Buffer.concat([...modes, ...colours, ...shown]);
}

/** More colour changes than this without a reset say nothing that the last ones do not. */
const MAX_COLOURS = 16;

/** CSI ? ... h/l, CSI > or < or = ... m/u (key protocols), ESC = and ESC > (keypad). */
function isModeChange(token: Token, bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  if (token.kind === 'escape') return text === '\u001b=' || text === '\u001b>';
  if (token.kind !== 'csi') return false;
  const body = text.slice(2);
  return /^\?[0-9;]*[hl]$/.test(body) || /^[><=][0-9;]*[mu]$/.test(body);
}

/** CSI ... m without a private prefix. */
function isColour(token: Token, bytes: Buffer): boolean {
  return token.kind === 'csi' && /^[0-9;:]*m$/.test(bytes.toString('latin1', 2));
}

/** CSI m, CSI 0 m. */
function isColourReset(bytes: Buffer): boolean {
  return /^0*m$/.test(bytes.toString('latin1', 2));
}

/**
 * `bytes` without the whole occurrences of `texts`, in the order in which they are given at each place. Between the
 * characters of an occurrence CSI sequences, CR, LF and BS may stand; these stay.
 */
export function removeText(bytes: Buffer, texts: readonly string[]): Buffer {
  const plain: number[] = [];
  for (const token of escapeTokens(bytes)) {
    if (token.kind === 'csi' || (token.kind === 'control' && isLineNoise(bytes[token.start]))) continue;
    for (let at = token.start; at < token.end; at++) plain.push(at);
  }
  const text = Buffer.from(plain.map((at) => bytes[at] ?? 0));
  const dropped = new Set<number>();
  for (const part of texts) {
    const wanted = Buffer.from(part);
    if (wanted.length === 0) continue;
    for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) {
      for (let i = at; i < at + wanted.length; i++) dropped.add(plain[i] ?? -1);
    }
  }
  return dropped.size === 0 ? bytes : Buffer.from(bytes.filter((_, at) => !dropped.has(at)));
}

/** CR, LF, BS. */
function isLineNoise(byte: number | undefined): boolean {
  return byte === 0x0d || byte === 0x0a || byte === 0x08;
}
