/** Replies that do not fit a frame: written to private files, which their clients read and remove. */
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { makePrivateDirectory } from '../../base/atomicFile.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { ReplyFile } from '../../protocol/frames.ts';
import { MAX_OPEN_REPLIES, MAX_REPLY_BYTES, REPLY_KEPT_MS } from '../../protocol/limits.ts';

/** Bytes between two turns of the event loop: a millisecond of hashing. */
const PIECE_BYTES = 256 * 1024;

/** The host's side. Disposing removes all files; making it removes those of a host that died. */
export class ReplyFiles implements Disposable {
  readonly #directory: string;
  readonly #clock: Clock;
  /** The files that were made and not seen to be gone, with the timer that ends each. */
  readonly #open = new Map<string, Timer>();
  /** Files that are being written. */
  #writing = 0;
  #isDisposed = false;

  /** The directory is made when it is needed; it must be nobody else's. */
  constructor(directory: string, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
    fs.rmSync(directory, { recursive: true, force: true });
  }

  /** Files that are kept for clients, or being written. */
  get count(): number {
    return this.#open.size + this.#writing;
  }

  /**
   * Writes a reply's JSON to a file of its own. The parts must not be changed before it resolves.
   *
   * @throws TtyError `PROTOCOL_ERROR` for more than {@link MAX_REPLY_BYTES}, `TOO_MANY_REPLIES`, `STORAGE_WRITE_ERROR`
   */
  async write(parts: readonly Uint8Array[]): Promise<ReplyFile> {
    const sizeBytes = parts.reduce((sum, { length }) => sum + length, 0);
    if (sizeBytes > MAX_REPLY_BYTES) {
      const message = `the reply would have ${sizeBytes} bytes; at most ${MAX_REPLY_BYTES} are possible: ask for less`;
      throw new TtyError('PROTOCOL_ERROR', message, { details: { sizeBytes, maxBytes: MAX_REPLY_BYTES } });
    }
    this.#forgetTaken();
    if (this.count >= MAX_OPEN_REPLIES) {
      const message = `${MAX_OPEN_REPLIES} large replies wait for their clients; there is no room for another`;
      throw new TtyError('TOO_MANY_REPLIES', message, {
        hint: `they are removed ${REPLY_KEPT_MS / 1000} s after they were made`,
      });
    }
    const file = path.join(this.#directory, randomBytes(16).toString('hex'));
    this.#writing += 1;
    try {
      const sha256 = await writePieces(file, this.#directory, parts);
      if (this.#isDisposed) {
        fs.rmSync(this.#directory, { recursive: true, force: true });
        throw new TtyError('HOST_STOPPING', 'the host is going down');
      }
      this.#open.set(
        file,
        this.#clock.after(REPLY_KEPT_MS, () => this.#remove(file), { background: true }),
      );
      return { path: file, sizeBytes, sha256 };
    } catch (error) {
      if (error instanceof TtyError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new TtyError('STORAGE_WRITE_ERROR', `a large reply cannot be written: ${reason}`, { cause: error });
    } finally {
      this.#writing -= 1;
    }
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const timer of this.#open.values()) timer.clear();
    this.#open.clear();
    fs.rmSync(this.#directory, { recursive: true, force: true });
  }

  #forgetTaken(): void {
    for (const file of this.#open.keys()) if (!fs.existsSync(file)) this.#remove(file);
  }

  #remove(file: string): void {
    this.#open.get(file)?.clear();
    this.#open.delete(file);
    fs.rmSync(file, { force: true });
  }
}

/** Writes all or nothing; gives the hash in hex. */
async function writePieces(file: string, directory: string, parts: readonly Uint8Array[]): Promise<string> {
  makePrivateDirectory(directory);
  const hash = createHash('sha256');
  const handle = await fs.promises.open(file, 'wx', 0o600);
  try {
    for (const part of parts) {
      for (let from = 0; from < part.length; from += PIECE_BYTES) {
        const piece = part.subarray(from, from + PIECE_BYTES);
        hash.update(piece);
        await handle.writeFile(piece);
      }
    }
    return hash.digest('hex');
  } catch (error) {
    fs.rmSync(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}
