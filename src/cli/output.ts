/** What a command prints: envelopes, human lines, errors. Nothing else writes to standard output. */
import { isErrno } from '../base/atomicFile.ts';
import type { CliEnvelope } from '../protocol/cliEnvelope.ts';
import { TtyError } from '../protocol/errors.ts';
import { escapeLine } from './escape.ts';

/** A stream of the process, with back-pressure. A reader that went away is no error: what is written then is dropped. */
export class OutputStream {
  readonly #stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly #listeners = new Set<() => void>();
  #closed = false;
  #failure: unknown;

  constructor(stream: NodeJS.WritableStream & { readonly isTTY?: boolean }) {
    this.#stream = stream;
    stream.on('error', (error: unknown) => this.#failed(error));
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Why nothing more can be written, when that is not a reader that went away: a full disk, for one. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Whether nothing more can be written. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** Calls `listener` once, when nothing more can be written. */
  onClose(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Resolves when the stream has passed the text on, or nobody reads any more. */
  async write(text: string | Uint8Array): Promise<void> {
    if (this.#closed || text.length === 0) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#listeners.delete(done);
        resolve();
      };
      this.#listeners.add(done);
      // A failure reaches this callback before its event: the caller has to know at once that nobody reads.
      this.#stream.write(text, (error) => {
        if (error instanceof Error) this.#failed(error);
        done();
      });
    });
  }

  #failed(error: unknown): void {
    if (!isErrno(error, 'EPIPE', 'ECONNRESET', 'EIO', 'ERR_STREAM_DESTROYED')) this.#failure ??= error;
    this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const listener of this.#listeners) listener();
  }
}

/** Prints an envelope as the one object of standard output. */
export function writeEnvelope(stdout: OutputStream, envelope: CliEnvelope): Promise<void> {
  return stdout.write(`${JSON.stringify(envelope)}\n`);
}

/** Any failure as an error of the table; a system error becomes a storage error, anything else a bug of ours. */
export function toTtyError(error: unknown): TtyError {
  if (error instanceof TtyError) return error;
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    const writes = ['mkdir', 'rename', 'write', 'chmod', 'fchmod', 'unlink', 'ftruncate', 'fsync'].includes(
      String(error.syscall),
    );
    return new TtyError(writes ? 'STORAGE_WRITE_ERROR' : 'STORAGE_READ_ERROR', error.message, {
      details: { errno: String(error.code), syscall: String(error.syscall) },
      cause: error,
    });
  }
  return new TtyError('INTERNAL_ERROR', error instanceof Error ? error.message : String(error), { cause: error });
}

/** An error as lines for people: what is wrong, then what to do about it; the stack only for a bug of ours. */
export function errorText(error: TtyError, colour: boolean): string {
  const name = colour ? '\u001b[31magent-tty:\u001b[39m' : 'agent-tty:';
  const lines = [`${name} ${escapeLine(error.message)}`];
  if (error.hint !== undefined) lines.push(`  ${escapeLine(error.hint)}`);
  if (error.code === 'INTERNAL_ERROR' && error.cause instanceof Error) {
    for (const line of (error.cause.stack ?? '').split('\n').slice(1)) lines.push(escapeLine(line));
  }
  return `${lines.join('\n')}\n`;
}

/** A warning as a line for people. */
export function warningText(warning: string): string {
  return `agent-tty: warning: ${escapeLine(warning)}\n`;
}

/** Rows as columns, each as wide as its widest cell; cells are escaped here. The last column is not padded. */
export function table(raw: readonly (readonly string[])[]): string {
  const rows = raw.map((row) => row.map(escapeLine));
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, [...cell].length);
  const lines = rows.map((row) => {
    const cells = row.map((cell, i) =>
      i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - [...cell].length),
    );
    return cells.join('  ').trimEnd();
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** Lines `name: value`; what is `undefined` is left out. Values are escaped here. */
export function fields(entries: readonly (readonly [name: string, value: string | number | undefined])[]): string {
  const shown = entries.filter(([, value]) => value !== undefined);
  return table(shown.map(([name, value]) => [`${name}:`, String(value)]));
}
