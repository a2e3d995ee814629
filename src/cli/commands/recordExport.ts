import path from 'node:path';
import { exportAsciicast } from '../../artifacts/exportAsciicast.ts';
import { exportHtml } from '../../artifacts/player/exportHtml.ts';
import { exportText } from '../../artifacts/exportText.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { FilmOptions, MadeRecording, RecordingFormat, RecordingOptions } from '../../protocol/recording.ts';
import type { CommandInput, CommandReply, Handler } from '../command.ts';
import type { CliContext } from '../context.ts';
import { formatDuration } from '../durations.ts';
import { escapeLine } from '../escape.ts';
import { interruptible } from '../interruptible.ts';
import { ProgressLine } from '../progressLine.ts';
import type { recordExportSpec } from '../specs/record.ts';

type Options = CommandInput<typeof recordExportSpec.options>['options'];

/** What only some formats take. */
const TAKERS: Readonly<Record<string, readonly RecordingFormat[]>> = {
  timing: ['asciicast', 'webm', 'mp4', 'gif', 'html'],
  fps: ['webm', 'mp4', 'gif'],
  scale: ['webm', 'mp4', 'gif'],
  theme: ['asciicast', 'webm', 'mp4', 'gif', 'html'],
  'show-cursor': ['webm', 'mp4', 'gif'],
  'browser-path': ['webm', 'mp4'],
  'asciicast-version': ['asciicast'],
  'include-input': ['asciicast'],
};

interface Made extends MadeRecording {
  readonly format: RecordingFormat;
  readonly metadata: object;
}

/** `record export`: the log of a session as a recording. */
export const recordExport: Handler<typeof recordExportSpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [session = ''] = positionals;
  const format = options.format ?? 'asciicast';
  checkOptions(options, format);
  const result = await interruptible(context, async (interruption) => {
    const meter = new ProgressLine(context);
    try {
      return await exportAs(
        format,
        { session, options, context },
        {
          ...(options.out === undefined ? {} : { out: path.resolve(context.cwd(), options.out) }),
          ...(options.from === undefined ? {} : { from: options.from }),
          ...(options.to === undefined ? {} : { to: options.to }),
          force: options.force === true,
          signal: interruption.signal,
          onProgress: (progress) => meter.show(progress),
        },
      );
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

interface Call {
  readonly session: string;
  readonly options: Options;
  readonly context: CliContext;
}

async function exportAs(format: RecordingFormat, call: Call, common: RecordingOptions): Promise<Made> {
  const { session, options, context } = call;
  const { home, environment } = context;
  const assets = path.dirname(context.hostEntry);
  const { timing, theme, fps, scale, 'browser-path': browserPath } = options;
  const paced = { ...common, ...(timing === undefined ? {} : { timing }), ...(theme === undefined ? {} : { theme }) };
  switch (format) {
    case 'asciicast': {
      const version = options['asciicast-version'] === '2' ? 2 : 3;
      return exportAsciicast(home, session, { ...paced, version, includeInput: options['include-input'] === true });
    }
    case 'html':
      return exportHtml(home, session, { ...paced, assets });
    case 'txt':
      return exportText(home, session, common);
    default: {
      const film: FilmOptions = {
        ...paced,
        assets,
        showCursor: options['show-cursor'] === true,
        ...(fps === undefined ? {} : { fps }),
        ...(scale === undefined ? {} : { scale }),
      };
      // pictures and browsers are loaded by those who want them
      const { exportGif, exportVideo } = await import('../../artifacts/films.ts');
      if (format === 'gif') return exportGif(home, session, film);
      const browser = browserPath === undefined ? {} : { browserPath: path.resolve(context.cwd(), browserPath) };
      return exportVideo(home, session, { ...film, format, environment, ...browser });
    }
  }
}

function checkOptions(options: Options, format: RecordingFormat): void {
  for (const [name, takers] of Object.entries(TAKERS)) {
    if (!Object.hasOwn(options, name) || takers.includes(format)) continue;
    throw usage(`--${name} is for ${takers.join(', ')}, and the format is ${format}`);
  }
  if (options.out === '') throw usage('--out must be a file, got ""');
  if (options['browser-path'] === '') throw usage('--browser-path must be a file, got ""');
}

function usage(message: string): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason: 'usage' } });
}

function describe({ artifactPath, bytes, durationMs, metadata }: Made): string {
  const replaced = 'replacedCharacters' in metadata ? Number(metadata.replacedCharacters) : 0;
  const note = replaced === 0 ? '' : `; ${replaced} characters were no UTF-8`;
  return `${escapeLine(artifactPath)} (${bytes} bytes, ${formatDuration(durationMs)}${note})\n`;
}
