/** Snapshots that need more than the lines of a screen. Loaded only for them. */
import { ansiRows } from '../artifacts/forms/ansi.ts';
import { replaySince } from '../artifacts/replaySince.ts';
import { checkFormSize, type LookForm, snapshotForm } from '../artifacts/snapshotForm.ts';
import { sessionPaths } from '../protocol/homeLayout.ts';
import type { ThemeName } from '../protocol/picture.ts';
import { findSession } from '../store/sessions.ts';
import type { CommandReply } from './command.ts';
import type { CliContext } from './context.ts';
import { escapeLines } from './escape.ts';
import { screenAt, screenOf } from './screens.ts';

export interface FormWish {
  readonly form: LookForm;
  readonly at: number | undefined;
  readonly theme: ThemeName | undefined;
}

/** A screen as ANSI, HTML or SVG. */
export async function formReply(
  context: CliContext,
  session: string,
  { form, at, theme }: FormWish,
): Promise<CommandReply> {
  const wish = { includeScrollback: false, includeCells: true };
  // a screen that is too large is not asked for
  if (at === undefined) checkFormSize(findSession(context.home, session));
  const { sessionId, screen } = await (at === undefined
    ? screenOf(context, session, wish)
    : screenAt(context, session, { ...wish, at, onSize: checkFormSize }));
  const text = snapshotForm(screen, form, theme);
  const { capturedAtSeq, cols, rows, cursorRow, cursorCol, screenHash } = screen;
  return {
    result: { format: form, sessionId, capturedAtSeq, cols, rows, cursorRow, cursorCol, screenHash, [form]: text },
    // without moving the cursor about: it is printed below what the terminal shows already
    human: () => (form === 'ansi' ? `${ansiRows(screen).join('\n').replace(/\n+$/, '')}\n` : text),
  };
}

/** The rows that changed since the screen had the hash. */
export async function changedReply(
  context: CliContext,
  session: string,
  { format, since, at }: { readonly format: string; readonly since: string; readonly at: number | undefined },
): Promise<CommandReply> {
  const { sessionId } = findSession(context.home, session);
  const { log } = sessionPaths(context.home, sessionId);
  const { screen, foundAtSeq, rows: changed } = await replaySince(log, { hash: since, toSeq: at });
  const { capturedAtSeq, cols, rows, cursorRow, cursorCol, screenHash } = screen;
  const about = { format, sessionId, capturedAtSeq, cols, rows, cursorRow, cursorCol, screenHash };
  const found = foundAtSeq === undefined ? {} : { sinceSeq: foundAtSeq };
  return {
    result: { ...about, since, sinceFound: foundAtSeq !== undefined, ...found, changedRows: changed },
    human: () => {
      const width = String(rows - 1).length;
      const lines = changed.map(({ row, text }) => `${String(row).padStart(width)} ${escapeLines(text)}`.trimEnd());
      return lines.map((line) => `${line}\n`).join('');
    },
    warnings: foundAtSeq === undefined ? [`no screen with the hash ${since} was found; all rows are shown`] : [],
  };
}
