/** The encoding of a screen's cells in small steps, so that a huge screen does not hold up the others. */
import { TtyError } from '../../protocol/errors.ts';
import { MAX_REPLY_BYTES } from '../../protocol/limits.ts';
import type { LineCells } from '../../protocol/snapshot.ts';
import type { ScreenModel } from '../emulator/screenModel.ts';
import type { EncodedCells } from '../workerProtocol.ts';

/** Characters that are gathered before they become bytes. */
const CHUNK_CHARS = 256 * 1024;

/** Begun for one state of the screen, which must not change before the job is done. */
export class CellsJob {
  readonly #visible: LinesEncoder;
  readonly #scrollback: LinesEncoder | undefined;

  constructor(model: ScreenModel, options: { readonly includeScrollback: boolean }) {
    this.#visible = new LinesEncoder(model.cells('visible'));
    this.#scrollback = options.includeScrollback ? new LinesEncoder(model.cells('scrollback')) : undefined;
  }

  /**
   * Encodes one more line; gives the whole after the last one.
   *
   * @throws TtyError `PROTOCOL_ERROR` when it becomes more than a reply may hold
   */
  step(): EncodedCells | undefined {
    if (this.#visible.step() || this.#scrollback?.step() === true) {
      if (this.#visible.bytes + (this.#scrollback?.bytes ?? 0) <= MAX_REPLY_BYTES) return undefined;
      throw new TtyError('PROTOCOL_ERROR', `the cells would have over ${MAX_REPLY_BYTES} bytes; ask for less`, {
        details: { maxBytes: MAX_REPLY_BYTES },
        hint: 'leave the scrollback or the cells out',
      });
    }
    return { visible: this.#visible.chunks, scrollback: this.#scrollback?.chunks };
  }
}

class LinesEncoder {
  readonly chunks: Uint8Array<ArrayBuffer>[] = [];
  readonly #lines: Generator<LineCells, void>;
  #bytes = 0;
  #text = '';
  #isFirst = true;

  constructor(lines: Generator<LineCells, void>) {
    this.#lines = lines;
  }

  /** What it has so far, about. */
  get bytes(): number {
    return this.#bytes + this.#text.length;
  }

  /** Takes the next line; false when there was none. */
  step(): boolean {
    const next = this.#lines.next();
    if (next.done !== true) {
      const line = JSON.stringify(next.value);
      this.#text += this.#isFirst ? line : `,${line}`;
      this.#isFirst = false;
    }
    if (this.#text.length >= CHUNK_CHARS || (next.done === true && this.#text !== '')) this.#flush();
    return next.done !== true;
  }

  #flush(): void {
    const chunk = encoder.encode(this.#text);
    this.chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#text = '';
  }
}

const encoder = new TextEncoder();
