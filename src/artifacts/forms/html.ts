/** A screen as a page of its own: no script, nothing from the network, text that can be selected. */
import type { ScreenCell, ScreenState, UnderlineStyle } from '../../protocol/snapshot.ts';
import { Colours, cssColour, type Theme } from '../paint/themes.ts';
import { cellRuns, shownText } from './cellRuns.ts';
import { escapeMarkup, linked } from './markup.ts';

const LINES: Readonly<Record<UnderlineStyle, string>> = {
  single: 'solid',
  double: 'double',
  curly: 'wavy',
  dotted: 'dotted',
  dashed: 'dashed',
};

/** A screen as an element, and the rules for how that looks. `screen` must have its cells. */
export function screenMarkup(screen: ScreenState, theme: Theme): { readonly pre: string; readonly css: string } {
  const colours = new Colours(theme, screen.colours);
  const rows = (screen.cells ?? []).map(({ cells }) => rowMarkup(cells, colours));
  const look = `color:${cssColour(colours.foreground)};background:${cssColour(colours.background)}`;
  return {
    pre: `<pre data-cols="${screen.cols}" data-rows="${screen.rows}">${rows.join('\n')}</pre>`,
    css: [
      `pre{margin:0;padding:1ch;${look};font:16px/1.2 "DejaVu Sans Mono",Menlo,Consolas,monospace;unicode-bidi:bidi-override}`,
      'pre a{color:inherit}span.w{display:inline-block;width:2ch;white-space:nowrap}',
    ].join(''),
  };
}

/** `screen` must have its cells. */
export function htmlOf(screen: ScreenState, theme: Theme): string {
  const { background } = new Colours(theme, screen.colours);
  const { pre, css } = screenMarkup(screen, theme);
  const title = screen.title === '' ? 'terminal' : screen.title;
  return [
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${escapeMarkup(title)}</title><style>body{margin:0;background:${cssColour(background)}}${css}</style></head>`,
    `<body>${pre}</body></html>\n`,
  ].join('\n');
}

function rowMarkup(cells: readonly ScreenCell[], colours: Colours): string {
  return cellRuns(cells, isWide)
    .map(({ cell, cells: same }) => {
      const text = escapeMarkup(same.map(shownText).join(''));
      const style = styleOf(cell, colours);
      const kind = isWide(cell) ? ' class="w"' : '';
      const isPlain = style === '' && kind === '';
      return linked(
        cell.link,
        isPlain ? text : `<span${kind}${style === '' ? '' : ` style="${style}"`}>${text}</span>`,
      );
    })
    .join('');
}

function isWide(cell: ScreenCell): boolean {
  return cell.width === 2;
}

function styleOf(cell: ScreenCell, colours: Colours): string {
  const { foreground, background, line } = colours.ofCell(cell);
  const parts: string[] = [];
  if (foreground !== colours.foreground) parts.push(`color:${cssColour(foreground)}`);
  if (background !== colours.background) parts.push(`background:${cssColour(background)}`);
  if (cell.bold === true) parts.push('font-weight:bold');
  if (cell.italic === true) parts.push('font-style:italic');
  const below = cell.underline === true ? LINES[cell.underlineStyle ?? 'single'] : undefined;
  const kinds = [
    below === undefined ? '' : 'underline',
    cell.strikethrough === true ? 'line-through' : '',
    cell.overline === true ? 'overline' : '',
  ].filter((kind) => kind !== '');
  if (kinds.length > 0) parts.push(`text-decoration:${kinds.join(' ')} ${below ?? 'solid'} ${cssColour(line)}`);
  return parts.join(';');
}
