import { quote, TtyError } from '../../protocol/errors.ts';
import type { SnapshotResult } from '../../protocol/methods/screen.ts';
import type { ScreenState } from '../../protocol/snapshot.ts';
import type { CommandReply, Handler } from '../command.ts';
import { escapeLines } from '../escape.ts';
import { screenAt, screenOf } from '../screens.ts';
import type { snapshotSpec } from '../specs/session.ts';

/** `snapshot`: what stands on the screen, from the host; of an ended session from its log. */
export const snapshot: Handler<typeof snapshotSpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [session = ''] = positionals;
  const includeScrollback = options['include-scrollback'] === true;
  const includeCells = options['include-cells'] === true;
  const { format, since, at, theme } = options;
  checkOptions(options);
  if (since !== undefined) {
    const { changedReply } = await import('../snapshotForms.ts');
    return changedReply(context, session, { format: format ?? 'text', since, at });
  }
  const form = format === 'ansi' || format === 'html' || format === 'svg' ? format : undefined;
  if (form !== undefined) return (await import('../snapshotForms.ts')).formReply(context, session, { form, at, theme });
  const wish = { includeScrollback, includeCells };
  const taken = await (at === undefined
    ? screenOf(context, session, wish)
    : screenAt(context, session, { ...wish, at }));
  return linesReply(taken, { format: format === 'structured' ? format : 'text', includeScrollback });
};

/** A screen as lines. */
function linesReply(
  { sessionId, screen }: SnapshotResult,
  { format, includeScrollback }: { readonly format: 'text' | 'structured'; readonly includeScrollback: boolean },
): CommandReply {
  const { capturedAtSeq, cols, rows, cursorRow, cursorCol, screenHash } = screen;
  const scrollback = screen.scrollbackLines ?? [];
  const text = joinLines(screen.visibleLines);
  const common = { sessionId, capturedAtSeq, cols, rows, cursorRow, cursorCol, screenHash };
  const scrolled = includeScrollback ? { scrollbackLines: scrollback } : {};
  const result =
    format === 'structured'
      ? {
          format: 'structured',
          ...common,
          cursorVisible: screen.cursorVisible,
          ...(screen.cursorStyle === undefined ? {} : { cursorStyle: screen.cursorStyle }),
          isAltScreen: screen.isAltScreen,
          title: screen.title,
          visibleLines: screen.visibleLines,
          ...scrolled,
          ...(screen.colours === undefined ? {} : { colours: screen.colours }),
          ...(screen.cells === undefined ? {} : { cells: screen.cells }),
          ...(screen.scrollbackCells === undefined ? {} : { scrollbackCells: screen.scrollbackCells }),
        }
      : { format: 'text', ...common, text, ...scrolled };
  return {
    result,
    human: () => {
      if (format === 'structured') return describeRows(screen);
      const all = [...scrollback, ...screen.visibleLines];
      const shown = joinLines(all).replace(/\n+$/, '');
      return shown === '' ? '' : `${escapeLines(shown)}\n`;
    },
  };
}

/** What does not go together; throws `INVALID_INPUT`. */
function checkOptions(options: Parameters<typeof snapshot>[0]['options']): void {
  const { format = 'text', since } = options;
  const isLines = format === 'text' || format === 'structured';
  if (options['include-cells'] === true && format !== 'structured')
    throw usage('--include-cells needs --format structured');
  if (options['include-scrollback'] === true && !isLines)
    throw usage('--include-scrollback needs --format text or structured');
  if (options.theme !== undefined && format !== 'html' && format !== 'svg')
    throw usage('--theme needs --format html or svg');
  if (since === undefined) return;
  if (!/^[\da-f]{64}$/.test(since)) throw usage(`--since must be a screenHash of 64 digits, got ${quote(since)}`);
  if (!isLines || options['include-cells'] === true || options['include-scrollback'] === true)
    throw usage('--since needs --format text or structured, without cells and scrollback');
}

function usage(message: string): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason: 'usage' } });
}

function joinLines(lines: ScreenState['visibleLines']): string {
  return lines.map(({ text }) => text).join('\n');
}

/** Row numbers before the rows, the cursor's row marked. */
function describeRows(screen: ScreenState): string {
  const width = String(screen.rows - 1).length;
  const lines = screen.visibleLines.map(({ row, text }) => {
    const mark = row === screen.cursorRow ? '>' : ' ';
    return `${mark}${String(row).padStart(width)} ${escapeLines(text)}`.trimEnd();
  });
  const where = `cursor ${screen.cursorRow},${screen.cursorCol}; ${screen.cols}x${screen.rows}${screen.isAltScreen ? '; alternate screen' : ''}`;
  return `${lines.join('\n')}\n${where}\n`;
}
