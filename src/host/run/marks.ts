/**
 * Private marks: what the shell says to the host in band, `ESC ] 29417 ; <nonce> ; <kind> ; <args> BEL`.
 *
 * The number is one that no terminal and no shell integration is known to use: xterm and its kin stay below 3010, mintty
 * and others live in 77xx, fig's and ghost completion's in 6xx and 777x. A terminal that meets it ignores it, as it does
 * every unknown OSC. The nonce is what makes a mark ours: whoever does not know it can print nothing but ordinary output.
 */
import { randomBytes } from 'node:crypto';
import { invariant } from '../../base/invariant.ts';

/** OSC number of private marks. */
export const MARK_OSC = 29417;
/** Longest text between the nonce and BEL. Larger than any mark we print, small enough that holding it back costs nothing. */
export const MAX_MARK_BODY_BYTES = 96;

const HEX_128 = /^[0-9a-f]{32}$/;
const NUMBER = /^(?:0|[1-9][0-9]{0,14})$/;
const STATUS = /^[0-9]{1,3}$/;

/** What a private mark says. `prompt` counts the shell's prompts from 0; `token` belongs to one sentinel run. */
export type Mark =
  /** `C;<n>`: the command read at prompt n begins. */
  | { readonly kind: 'command_start'; readonly prompt: number }
  /** `M`: the shell waits for the rest of an incomplete command. */
  | { readonly kind: 'more' }
  /** `R`: the shell takes no command of this line; what follows says why. */
  | { readonly kind: 'refused' }
  /** `B`: a built-in of the command that runs reads a line with the shell's editor. */
  | { readonly kind: 'builtin_reads' }
  /** `O;<n>`: the output of the command read at prompt n is over; how it ended is said by `D`, if the shell goes on. */
  | { readonly kind: 'output_end'; readonly prompt: number }
  /**
   * `D;<n>;<status>[;T]`: prompt n is over, the next one is about to be drawn. `T`: the command was stopped, not ended. An
   * empty status: the shell took nothing and has no status for that.
   */
  | { readonly kind: 'prompt_end'; readonly prompt: number; readonly status: number | null; readonly stopped: boolean }
  /** `S;<token>`: the command of a sentinel run begins. */
  | { readonly kind: 'frame_start'; readonly token: string }
  /** `E;<token>;<status>`: the command of a sentinel run has ended. */
  | { readonly kind: 'frame_end'; readonly token: string; readonly status: number };

/** A new 128-bit nonce or token, 32 lowercase hex digits. */
export function newToken(): string {
  return randomBytes(16).toString('hex');
}

/** The bytes before a mark's body: `ESC ] 29417 ; <nonce> ;`. */
export function markIntroducer(nonce: string): string {
  invariant(HEX_128.test(nonce), 'a mark nonce is 32 hex digits');
  return `\u001b]${MARK_OSC};${nonce};`;
}

/** Reads the text between the nonce and BEL; `undefined` when it is no mark of ours. */
export function parseMarkBody(body: string): Mark | undefined {
  const [kind, first = '', second, third, ...rest] = body.split(';');
  if (rest.length > 0) return undefined;
  if (kind === 'C' && second === undefined && NUMBER.test(first))
    return { kind: 'command_start', prompt: Number(first) };
  if (body === 'M') return { kind: 'more' };
  if (body === 'B') return { kind: 'builtin_reads' };
  if (body === 'R') return { kind: 'refused' };
  if (kind === 'O' && second === undefined && NUMBER.test(first)) return { kind: 'output_end', prompt: Number(first) };
  if (kind === 'S' && second === undefined && HEX_128.test(first)) return { kind: 'frame_start', token: first };
  if (kind === 'D' && NUMBER.test(first) && second === '' && third === undefined) {
    return { kind: 'prompt_end', prompt: Number(first), status: null, stopped: false };
  }
  if (second === undefined || !STATUS.test(second)) return undefined;
  if (kind === 'D' && NUMBER.test(first) && (third === undefined || third === 'T')) {
    return { kind: 'prompt_end', prompt: Number(first), status: Number(second), stopped: third === 'T' };
  }
  if (kind === 'E' && HEX_128.test(first) && third === undefined) {
    return { kind: 'frame_end', token: first, status: Number(second) };
  }
  return undefined;
}
