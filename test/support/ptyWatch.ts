import type { Pty, PtyExit } from '../../src/host/pty/pty.ts';
import { deferred } from '../../src/base/deferred.ts';

/** Keeps all that a terminal delivers, and lets a test wait for it. */
export class PtyWatch {
  readonly #chunks: Buffer[] = [];
  readonly #waits = new Set<() => void>();
  readonly #exit = deferred<PtyExit>();
  /** Bytes that came after the exit was told; a broken promise if not 0. */
  bytesAfterExit = 0;
  exits = 0;
  lostBytes = 0;

  constructor(pty: Pty) {
    pty.onData((chunk) => {
      this.#chunks.push(Buffer.from(chunk));
      if (this.exits > 0) this.bytesAfterExit += chunk.length;
      for (const look of this.#waits) look();
    });
    pty.onInputLost((bytes) => (this.lostBytes += bytes));
    pty.onExit((exit) => {
      this.exits++;
      this.#exit.resolve(exit);
    });
  }

  /** Resolves when the exit was told. */
  get exit(): Promise<PtyExit> {
    return this.#exit.promise;
  }

  get output(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.output.toString('utf8');
  }

  /** Resolves as soon as the output so far satisfies `condition`. */
  until(condition: (output: Buffer) => boolean): Promise<void> {
    const found = deferred<void>();
    const look = (): void => {
      if (!condition(this.output)) return;
      this.#waits.delete(look);
      found.resolve();
    };
    this.#waits.add(look);
    look();
    return found.promise;
  }

  /** Resolves as soon as the output holds `text`. */
  untilText(text: string): Promise<void> {
    return this.until((output) => output.includes(text));
  }
}
