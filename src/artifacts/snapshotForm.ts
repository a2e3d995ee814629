import { TtyError } from '../protocol/errors.ts';
import { DEFAULT_THEME } from '../protocol/limits.ts';
import { MAX_FORM_CELLS, type ThemeName } from '../protocol/picture.ts';
import type { ScreenState } from '../protocol/snapshot.ts';
import { ansiOf } from './forms/ansi.ts';
import { htmlOf } from './forms/html.ts';
import { svgOf } from './forms/svg.ts';
import { THEMES } from './paint/themes.ts';

/** Forms of a screen that keep how it looks. */
export type LookForm = 'ansi' | 'html' | 'svg';

/**
 * Refuses a screen that would become hundreds of megabytes.
 *
 * @throws TtyError `EXPORT_ERROR` for more than {@link MAX_FORM_CELLS}
 */
export function checkFormSize({ cols, rows }: { readonly cols: number; readonly rows: number }): void {
  if (cols * rows <= MAX_FORM_CELLS) return;
  throw new TtyError('EXPORT_ERROR', `a screen of ${cols}x${rows} has more than ${MAX_FORM_CELLS} cells`, {
    details: { reason: 'too_large', maxCells: MAX_FORM_CELLS },
    hint: 'take a snapshot as text',
  });
}

/**
 * A screen with its cells as text of another kind. `ansi`: bytes that draw it on a blank terminal of its size. `html`, `svg`:
 * documents that need nothing else and run nothing.
 *
 * @throws TtyError as {@link checkFormSize}
 */
export function snapshotForm(screen: ScreenState, form: LookForm, theme: ThemeName = DEFAULT_THEME): string {
  checkFormSize(screen);
  switch (form) {
    case 'ansi':
      return ansiOf(screen);
    case 'html':
      return htmlOf(screen, THEMES[theme]);
    default:
      return svgOf(screen, THEMES[theme]);
  }
}
