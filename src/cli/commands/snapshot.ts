import { TtyError } from '../../protocol/errors.ts';
import type { SnapshotResult } from '../../protocol/methods/screen.ts';
import type { ScreenState } from '../../protocol/snapshot.ts';
import type { CommandReply, Handler } from '../command.ts';
import type { CliContext } from '../context.ts';
import { escapeLines } from '../escape.ts';
import { callBound, withSession } from '../host.ts';
import type { snapshotSpec } from '../specs/session.ts';

/** `snapshot`: what stands on the screen, from the host; of an ended session from its log. */
export const snapshot: Handler<typeof snapshotSpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [session = ''] = positionals;
  const includeScrollback = options['include-scrollback'] === true;
  const includeCells = options['include-cells'] === true;
  if (includeCells && options.format !== 'structured') {
    throw new TtyError('INVALID_INPUT', '--include-cells needs --format structured', { details: { reason: 'usage' } });
  }
  const { sessionId, screen } = await capture(context, session, { includeScrollback, includeCells });
  const { capturedAtSeq, cols, rows, cursorRow, cursorCol, screenHash } = screen;
  const scrollback = screen.scrollbackLines ?? [];
  const text = joinLines(screen.visibleLines);
  const common = { sessionId, capturedAtSeq, cols, rows, cursorRow, cursorCol, screenHash };
  const scrolled = includeScrollback ? { scrollbackLines: scrollback } : {};
  const result =
    options.format === 'structured'
      ? {
          format: 'structured',
          ...common,
          cursorVisible: screen.cursorVisible,
          isAltScreen: screen.isAltScreen,
          title: screen.title,
          visibleLines: screen.visibleLines,
          ...scrolled,
          ...(screen.cells === undefined ? {} : { cells: screen.cells }),
          ...(screen.scrollbackCells === undefined ? {} : { scrollbackCells: screen.scrollbackCells }),
        }
      : { format: 'text', ...common, text, ...scrolled };
  return {
    result,
    human: () => {
      if (options.format === 'structured') return describeRows(screen);
      const all = [...scrollback, ...screen.visibleLines];
      const shown = joinLines(all).replace(/\n+$/, '');
      return shown === '' ? '' : `${escapeLines(shown)}\n`;
    },
  };
};

async function capture(
  context: CliContext,
  session: string,
  options: { readonly includeScrollback: boolean; readonly includeCells: boolean },
): Promise<SnapshotResult> {
  try {
    return await withSession(context, session, (client) =>
      client.call('screen.snapshot', { session, ...options }, callBound(context)),
    );
  } catch (error) {
    const { snapshotOfEnded } = await import('../endedSession.ts');
    return snapshotOfEnded(context, session, options, error);
  }
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
