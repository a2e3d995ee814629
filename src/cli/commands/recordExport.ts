import path from 'node:path';
import { exportAsciicast } from '../../artifacts/exportAsciicast.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { ExportProgress, ExportResult } from '../../protocol/recording.ts';
import type { CommandReply, Handler } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatDuration } from '../durations.ts';
import { escapeLine } from '../escape.ts';
import { interruptible } from '../interruptible.ts';
import type { recordExportSpec } from '../specs/record.ts';

/** Work that takes longer tells how far it is. */
const SILENT_MS = 1_000;
const REDRAW_MS = 100;

/** `record export`: the log of a session as a recording. */
export const recordExport: Handler<typeof recordExportSpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [session = ''] = positionals;
  if (options.out === '')
    throw new TtyError('INVALID_INPUT', '--out must be a file, got ""', { details: { reason: 'usage' } });
  const result = await interruptible(context, async (interruption) => {
    const meter = new ProgressLine(context);
    try {
      return await exportAsciicast(context.home, session, {
        ...(options['asciicast-version'] === undefined
          ? {}
          : { version: options['asciicast-version'] === '2' ? 2 : 3 }),
        ...(options.out === undefined ? {} : { out: path.resolve(context.cwd(), options.out) }),
        ...(options.from === undefined ? {} : { from: options.from }),
        ...(options.to === undefined ? {} : { to: options.to }),
        force: options.force === true,
        includeInput: options['include-input'] === true,
        signal: interruption.signal,
        onProgress: (progress) => meter.show(progress),
      });
    } catch (error) {
      const { by } = interruption;
      if (!interruption.signal.aborted || by === undefined) throw error;
      throw new TtyError('CANCELLED', `interrupted by ${by}; no file was left`, { details: { signal: by } });
    } finally {
      await meter.clear();
    }
  });
  return { result, human: () => describe(result) };
};

function describe(result: ExportResult): string {
  const { replacedCharacters } = result.metadata;
  const replaced = replacedCharacters === 0 ? '' : `; ${replacedCharacters} characters were no UTF-8`;
  return `${escapeLine(result.artifactPath)} (${result.bytes} bytes, ${formatDuration(result.durationMs)}${replaced})\n`;
}

/** One line on a terminal's standard error, once the work takes longer than a second. */
class ProgressLine {
  readonly #context: CliContext;
  readonly #startedMs: number;
  #shownMs: number | undefined;
  #written: Promise<void> | undefined;

  constructor(context: CliContext) {
    this.#context = context;
    this.#startedMs = context.clock.nowMs();
  }

  show({ doneEvents, totalEvents }: ExportProgress): void {
    const { clock, stderr, json } = this.#context;
    const now = clock.nowMs();
    if (json || !stderr.isTerminal || now - this.#startedMs < SILENT_MS) return;
    if (this.#shownMs !== undefined && now - this.#shownMs < REDRAW_MS) return;
    this.#shownMs = now;
    const percent = Math.floor((100 * doneEvents) / totalEvents);
    this.#written = stderr.write(`\rexporting: ${percent} % (${doneEvents} of ${totalEvents} events)`);
  }

  async clear(): Promise<void> {
    await this.#written;
    if (this.#shownMs !== undefined) await this.#context.stderr.write('\r\u001b[K');
  }
}
