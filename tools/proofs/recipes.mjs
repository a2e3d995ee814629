// The bundles of this repository: their recipes, what each must show, and the catalogue that lists them.
import fs from 'node:fs';
import path from 'node:path';
import { inRoot } from '../project.mjs';

export const PROOFS = inRoot('proofs');
export const CATALOG = path.join(PROOFS, 'CATALOG.md');
const RECIPES = path.join(PROOFS, 'recipes');
/** Largest bundle in the repository. */
export const MAX_BUNDLE_BYTES = 2 * 1024 * 1024;

const KNOWN = ['claim', 'config', 'files', 'steps', 'shows'];

/** Names of all recipes, sorted. */
export function recipeNames() {
  return fs
    .readdirSync(RECIPES)
    .filter((name) => name.endsWith('.json'))
    .map((name) => path.basename(name, '.json'))
    .toSorted();
}

/** Reads a recipe; throws for one that is not whole. */
export function readRecipe(name) {
  const recipe = JSON.parse(fs.readFileSync(path.join(RECIPES, `${name}.json`), 'utf8'));
  const unknown = Object.keys(recipe).filter((key) => !KNOWN.includes(key));
  if (unknown.length > 0)
    throw new Error(`recipe ${name}: unknown ${unknown.join(', ')}; known are ${KNOWN.join(', ')}`);
  const { claim, steps, shows } = recipe;
  if (typeof claim !== 'string' || !Array.isArray(steps) || steps.length === 0 || typeof shows !== 'object')
    throw new Error(`recipe ${name}: claim, steps and shows are needed`);
  return recipe;
}

/** Where `wanted` is not part of `found`, as text; undefined when it is. Arrays must have the same length. */
export function missingIn(wanted, found, place = '') {
  if (typeof wanted !== 'object' || wanted === null)
    return wanted === found ? undefined : `${place} must be ${JSON.stringify(wanted)}, it is ${JSON.stringify(found)}`;
  if (typeof found !== 'object' || found === null) return `${place} must be there, it is ${JSON.stringify(found)}`;
  if (Array.isArray(wanted) && wanted.length !== found.length)
    return `${place} must have ${wanted.length} items, it has ${String(found.length)}`;
  for (const [key, value] of Object.entries(wanted)) {
    const missing = missingIn(value, found[key], place === '' ? key : `${place}.${key}`);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** What a bundle does not show although its recipe says so; undefined when it shows all. */
export function notShown({ manifest = {}, screen = [], log = [] }, directory) {
  const read = (name) => fs.readFileSync(path.join(directory, name), 'utf8');
  const missing = missingIn(manifest, JSON.parse(read('manifest.json')), '');
  if (missing !== undefined) return `manifest.json: ${missing}`;
  const text = read('screen.txt');
  const line = screen.find((wanted) => !text.includes(wanted));
  if (line !== undefined) return `screen.txt does not hold ${JSON.stringify(line)}`;
  const events = read('events.jsonl').trimEnd().split('\n');
  let at = 0;
  for (const wanted of log) {
    while (at < events.length && missingIn(wanted, JSON.parse(events[at])) !== undefined) at += 1;
    if (at === events.length) return `events.jsonl does not hold, in this order, ${JSON.stringify(wanted)}`;
    at += 1;
  }
  return undefined;
}

/** The catalogue for these entries: `{name, claim, head}`. */
export function catalogText(entries) {
  const rows = entries.map(({ name, claim, head }) => `| [${name}](${name}/manifest.json) | ${claim} | \`${head}\` |`);
  return `# Proofs

Sessions that show what this program does, each with one claim. \`agent-tty proof verify proofs/NAME --head HEAD\` checks one ([how](../docs/proofs.md)),
\`node tools/checkProofs.mjs\` all, and whether each shows what its recipe in [recipes](recipes) wants. \`node tools/makeProof.mjs [NAME...]\` makes them
anew, and this page.

| bundle | claim | sealed head |
|---|---|---|
${rows.join('\n')}
`;
}

/** The entries of the catalogue as it stands. */
export function readCatalog() {
  const row = /^\| \[([a-z0-9-]+)\]\(\1\/manifest\.json\) \| (.+) \| `(\d+:[A-Za-z0-9_-]{43})` \|$/;
  return fs
    .readFileSync(CATALOG, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, name, claim, head] = row.exec(line) ?? [];
      return name === undefined ? [] : [{ name, claim, head }];
    });
}

/** Where bundles are made; it stands in their logs. */
export const WORKSHOP = '/tmp/agent-tty-proof';
const PRIVATE_PATH = /\/(?:home|Users|root|work|workspace|builds?)\/|\/tmp\/(?!agent-tty-proof)/;

/** A place of this machine that a bundle names, or one of the words that must not be in it; undefined when there is none. */
export function privateWord(directory, words = []) {
  for (const name of ['events.jsonl', 'manifest.json', 'recording.cast', 'screen.txt']) {
    const text = fs.readFileSync(path.join(directory, name), 'utf8');
    const found = PRIVATE_PATH.exec(text)?.[0] ?? words.find((word) => isWordOf(text, word));
    if (found !== undefined) return `${name} names ${JSON.stringify(found)}`;
  }
  return undefined;
}

/** Whether `word` stands in `text` by itself, not as part of a hash or a longer word. */
function isWordOf(text, word) {
  const at = text.indexOf(word);
  if (at === -1) return false;
  const around = `${text[at - 1] ?? ' '}${text[at + word.length] ?? ' '}`;
  return !/[\w-]/.test(around) || isWordOf(text.slice(at + 1), word);
}
