import { DEFAULT_THEME, type ThemeName } from '../protocol/picture.ts';
import type { ScreenState } from '../protocol/snapshot.ts';
import { ansiOf } from './forms/ansi.ts';
import { htmlOf } from './forms/html.ts';
import { svgOf } from './forms/svg.ts';
import { THEMES } from './paint/themes.ts';

/** Forms of a screen that keep how it looks. */
export type LookForm = 'ansi' | 'html' | 'svg';

/**
 * A screen with its cells as text of another kind. `ansi`: bytes that draw it on a blank terminal of its size. `html`, `svg`:
 * documents that need nothing else and run nothing.
 */
export function snapshotForm(screen: ScreenState, form: LookForm, theme: ThemeName = DEFAULT_THEME): string {
  switch (form) {
    case 'ansi':
      return ansiOf(screen);
    case 'html':
      return htmlOf(screen, THEMES[theme]);
    default:
      return svgOf(screen, THEMES[theme]);
  }
}
