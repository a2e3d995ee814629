/** Joins the parts of calls that are too large for one frame. */
import { TtyError } from '../../protocol/errors.ts';

/** One part, and whose it is. */
export interface InputPart {
  readonly connection: { readonly id: number; readonly closed: AbortSignal };
  readonly text: string;
  readonly more: boolean;
}

interface OpenCall {
  readonly verb: string;
  readonly parts: string[];
  bytes: number;
  readonly drop: () => void;
}

/** Open calls, one a connection. Those of a connection that goes are dropped. */
export class InputParts {
  readonly #open = new Map<number, OpenCall>();

  /**
   * The whole text when `part` is the last one, else undefined.
   *
   * @throws TtyError `INVALID_INPUT` when the whole has more than `maxBytes`, or when parts of two verbs are mixed; the
   *   call is then dropped
   */
  take(verb: string, part: InputPart, maxBytes: number): string | undefined {
    const { id, closed } = part.connection;
    const call = this.#open.get(id) ?? { verb, parts: [], bytes: 0, drop: () => this.#open.delete(id) };
    if (!this.#open.has(id)) closed.addEventListener('abort', call.drop, { once: true });
    this.#open.set(id, call);
    call.parts.push(part.text);
    call.bytes += Buffer.byteLength(part.text);
    const isMixed = call.verb !== verb;
    const isTooLong = call.bytes > maxBytes;
    if (part.more && !isMixed && !isTooLong) return undefined;
    call.drop();
    closed.removeEventListener('abort', call.drop);
    if (isMixed) throw new TtyError('INVALID_INPUT', `a part of ${verb} came among the parts of ${call.verb}`);
    if (isTooLong) {
      throw new TtyError('INVALID_INPUT', `input has more than ${maxBytes} bytes; send it in several calls`, {
        details: { reason: 'limit', maxBytes },
      });
    }
    return call.parts.join('');
  }
}
