// Checks every bundle in proofs/: it verifies, holds the head that the catalogue noted, shows what its recipe wants, is small and names no
// place of a machine. The catalogue, the recipes and the folders must be the same list. Ends with 1 when anything is not so.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { duration, inRoot, isProgram } from './project.mjs';
import {
  CATALOG,
  catalogText,
  MAX_BUNDLE_BYTES,
  notShown,
  privateWord,
  PROOFS,
  readCatalog,
  readRecipe,
  recipeNames,
} from './proofs/recipes.mjs';

const REMAKE = 'node tools/makeProof.mjs makes the bundles anew';

/** What is wrong with the lists, one line each. */
function listFaults() {
  const folders = fs
    .readdirSync(PROOFS, { withFileTypes: true })
    .map(({ name }) => name)
    .filter((name) => !['CATALOG.md', 'recipes'].includes(name))
    .toSorted();
  const recipes = recipeNames();
  const entries = readCatalog();
  const faults = [];
  const same = (one, other) => one.join() === other.join();
  if (!same(folders, recipes))
    faults.push(`folders (${folders.join(', ')}) and recipes (${recipes.join(', ')}) differ`);
  const listed = entries.map(({ name }) => name);
  if (!same(listed, recipes))
    faults.push(`CATALOG.md lists ${listed.join(', ')}, the recipes are ${recipes.join(', ')}`);
  if (fs.readFileSync(CATALOG, 'utf8') !== catalogText(entries)) faults.push('CATALOG.md is not as it is made');
  return faults;
}

/** What is wrong with one bundle; undefined when nothing is. */
async function bundleFault({ name, claim, head }, verifyProof) {
  const directory = path.join(PROOFS, name);
  const recipe = readRecipe(name);
  const [seq, h] = head.split(':');
  let verified;
  try {
    verified = await verifyProof(directory, { heads: [{ seq: Number(seq), h }] });
  } catch (error) {
    if (typeof error.code !== 'string') throw error;
    return `${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}; ${REMAKE}`;
  }
  if (verified.claim !== recipe.claim || claim !== recipe.claim) return 'its claim is not that of its recipe';
  if (Number(seq) !== verified.head.seq)
    return `its log goes on behind event ${seq}, which the catalogue has as the last`;
  for (const { name: file, reason } of verified.hashedOnly)
    console.log(`  ${name}/${file}: only its hash was compared; ${reason}`);
  const bytes = fs.readdirSync(directory).reduce((sum, file) => sum + fs.statSync(path.join(directory, file)).size, 0);
  if (bytes > MAX_BUNDLE_BYTES) return `it has ${bytes} bytes, allowed are ${MAX_BUNDLE_BYTES}`;
  return notShown(recipe.shows, directory) ?? privateWord(directory);
}

/** Prints a line for each bundle; gives a result as the test runs do. Needs dist/. */
export async function checkProofs() {
  const { verifyProof } = await import(pathToFileURL(inRoot('dist', 'index.js')).href);
  const failed = listFaults().map((fault) => `proofs: ${fault}; ${REMAKE}`);
  let passed = 0;
  for (const entry of readCatalog()) {
    const began = performance.now();
    const fault = await bundleFault(entry, verifyProof);
    if (fault === undefined) passed += 1;
    else failed.push(`proofs: ${entry.name}: ${fault}`);
    console.log(
      `  ${fault === undefined ? 'ok    ' : 'FAILED'}  ${entry.name} (${duration(performance.now() - began)})`,
    );
  }
  for (const fault of failed) console.error(fault);
  return { exitCode: failed.length === 0 ? 0 : 1, passed, failed, skipped: [] };
}

if (isProgram(import.meta.url)) {
  const { exitCode, passed, failed } = await checkProofs();
  console.log(`${passed} bundles verify, ${failed.length} faults`);
  process.exitCode = exitCode;
}
