/**
 * Runs in the page that is exported: starts the player, jumps to runs, searches the text. Bundled by itself into `dist/playerPage.js`.
 * What it shows of a session it sets as text, never as markup.
 */

/** Hits that are listed. */
const MAX_HITS = 200;
/** Jumping to a line goes so much beyond its time (s): the player adds up times, and must have come to it for certain. */
const BEYOND_S = 0.001;

/** The part of the browser's document that is used; what the language's own library does not declare. */
interface Element {
  textContent: string | null;
  value?: string;
  readonly dataset: Record<string, string | undefined>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  replaceChildren(...children: readonly Element[]): void;
  append(...children: readonly Element[]): void;
  addEventListener(event: string, listener: () => void): void;
  scrollIntoView(options: object): void;
}
declare const document: {
  getElementById(id: string): Element | null;
  createElement(name: string): Element;
  querySelectorAll(selector: string): Iterable<Element>;
};

interface Player {
  seek(seconds: number): Promise<unknown>;
}
declare const AsciinemaPlayer: {
  create(source: { readonly data: string }, element: Element, options: object): Player;
};

function byId(id: string): Element {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

const player = AsciinemaPlayer.create({ data: byId('cast').textContent ?? '' }, byId('player'), {
  theme: 'auto/asciinema',
  fit: 'both',
  preload: true,
});

async function jump(element: Element): Promise<void> {
  for (const other of document.querySelectorAll('[aria-current]')) other.removeAttribute('aria-current');
  element.setAttribute('aria-current', 'true');
  await player.seek(Number(element.dataset['at']));
  byId('player').scrollIntoView({ block: 'nearest' });
}

for (const button of document.querySelectorAll('button[data-at]'))
  button.addEventListener('click', () => void jump(button));

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the exporter wrote it
const lines = JSON.parse(byId('text').textContent ?? '[]') as readonly (readonly [seconds: number, text: string])[];

function search(): void {
  const wanted = (byId('search').value ?? '').toLowerCase();
  const hits = wanted === '' ? [] : lines.filter(([, text]) => text.toLowerCase().includes(wanted));
  byId('hits').replaceChildren(...hits.slice(0, MAX_HITS).map(hitOf));
  const more = hits.length > MAX_HITS ? `, the first ${MAX_HITS} are shown` : '';
  byId('found').textContent = wanted === '' ? '' : `${hits.length} ${hits.length === 1 ? 'line' : 'lines'}${more}`;
}

function hitOf([seconds, text]: readonly [number, string]): Element {
  const button = document.createElement('button');
  button.dataset['at'] = String(seconds + BEYOND_S);
  button.textContent = `${seconds.toFixed(1)} s  ${text}`;
  button.addEventListener('click', () => void jump(button));
  const item = document.createElement('li');
  item.append(button);
  return item;
}

byId('search').addEventListener('input', search);
