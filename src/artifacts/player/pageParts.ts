/** The parts of a recording's page, as markup. Pure. Whatever comes from a session is escaped here. */
import { createHash } from 'node:crypto';
import { escapeMarkup } from '../forms/markup.ts';
import type { RunEntry, Story } from './story.ts';

/** Styles of the page itself. */
const CSS = [
  ':root{color-scheme:light dark}',
  'body{margin:0 auto;max-width:72rem;padding:1rem;font:15px/1.5 system-ui,sans-serif}',
  '#player{height:min(75vh,48rem)}h1{font-size:1.3rem;margin:0}h2{font-size:1.05rem}p{margin:.3rem 0}',
  'ol{list-style:none;margin:0;padding:0}ol.hits{max-height:20rem;overflow:auto}',
  'button{display:block;width:100%;text-align:left;border:0;border-left:4px solid #8c959f;background:none;color:inherit;padding:.25rem .6rem;margin:.15rem 0;font:13px/1.5 ui-monospace,monospace;cursor:pointer;white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:isolate}',
  'button:hover{background:#8882}button[aria-current]{background:#8884}',
  'button.ok{border-color:#1a7f37}button.bad{border-color:#cf222e}',
  'input{width:100%;box-sizing:border-box;font:inherit;padding:.4rem}pre{overflow:auto}',
].join('');

/** Text that stands inside a script element: JSON, in which `<` is written so that no element can begin or end. */
export function scriptText(json: string): string {
  return json.replaceAll('<', '\\u003c');
}

/** A program of ours inside a script element. Throws when its text would end the element. */
export function scriptElement(code: string): string {
  if (/<\/script|<!--/i.test(code)) throw new Error('a script of the package would end its own element');
  return `<script>${code}</script>`;
}

/** What comes before the recording. Only `scripts` may run, and nothing may be loaded. */
export function pageHead(
  title: string,
  { css, scripts }: { readonly css: string; readonly scripts: readonly string[] },
): string {
  const hashes = scripts.map((code) => `'sha256-${createHash('sha256').update(code).digest('base64')}'`);
  const policy = [
    "default-src 'none'",
    `script-src 'wasm-unsafe-eval' ${hashes.join(' ')}`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return [
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width">',
    `<title>${escapeMarkup(title)}</title><style>${css}${CSS}</style></head>`,
    `<body><h1>${escapeMarkup(title)}</h1>`,
    '<div id="player"></div>',
    '<script type="application/json" id="cast">',
  ].join('\n');
}

/** What comes behind it: runs, search, the final screen, and the scripts. */
export function pageTail(
  story: Pick<Story, 'runs' | 'lines' | 'isCut'>,
  {
    screen,
    scripts,
  }: { readonly screen: { readonly pre: string; readonly css: string }; readonly scripts: readonly string[] },
): string {
  const { runs, lines, isCut } = story;
  return [
    '</script>',
    `<h2>Runs</h2>${runs.length === 0 ? '<p>none</p>' : `<ol id="runs">${runs.map(runItem).join('\n')}</ol>`}`,
    `<h2><label for="search">Search</label></h2><input id="search" type="search" autocomplete="off">`,
    `<p><output id="found"></output>${isCut ? ' (the first part of the text only)' : ''}</p><ol id="hits" class="hits"></ol>`,
    `<h2>Final screen</h2><style>${screen.css}</style><div id="final">${screen.pre}</div>`,
    `<script type="application/json" id="text">${scriptText(JSON.stringify(lines))}</script>`,
    ...scripts.map(scriptElement),
    '</body></html>\n',
  ].join('\n');
}

function runItem({ number, command, at, ended }: RunEntry): string {
  const isGood = ended?.outcome === 'finished' && ended.exitCode === 0;
  const kind = ended === undefined ? '' : isGood ? ' class="ok"' : ' class="bad"';
  const end = ended === undefined ? 'still running' : ended.outcome;
  const code = ended?.exitCode === undefined ? '' : `, exit code ${ended.exitCode}`;
  const took = ended === undefined ? '' : `, ${(ended.at - at).toFixed(1)} s`;
  const text = `${at.toFixed(1)} s  run ${number}: ${command}\n${end}${code}${took}`;
  return `<li><button data-at="${at}"${kind}>${escapeMarkup(text)}</button></li>`;
}
