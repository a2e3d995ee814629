// Makes the bundles of this repository from their recipes: `node tools/makeProof.mjs [NAME...]`, all without a name. Each step of a
// recipe is a call of the built program, and its result must be what the recipe says; a bundle that does not show what it
// claims is not kept.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build, isFresh } from './build.mjs';
import { inRoot, ROOT } from './project.mjs';
import {
  CATALOG,
  catalogText,
  MAX_BUNDLE_BYTES,
  missingIn,
  notShown,
  privateWord,
  PROOFS,
  readCatalog,
  readRecipe,
  recipeNames,
  WORKSHOP,
} from './proofs/recipes.mjs';

const CLI = inRoot('dist', 'cli.js');
const at = (...parts) => path.join(WORKSHOP, ...parts);

/** A page holds 200 KB of player and is another with each version of it; a video cannot be checked. */
const LEFT_OUT = ['index.html', 'recording.webm'];

/** The environment of every call, and so of the programs in the sessions: nothing of this machine but where its programs are. */
const ENVIRONMENT = {
  PATH: `${at('bin')}:/usr/local/bin:/usr/bin:/bin`,
  HOME: WORKSHOP,
  LANG: 'C.UTF-8',
  SHELL: '/bin/bash',
  XDG_STATE_HOME: at('state'),
};

/** Calls the program with `--json` and gives its envelope, whatever its exit status. */
function envelopeOf(words) {
  const end = words.indexOf('--');
  const all = end === -1 ? [...words, '--json'] : [...words.slice(0, end), '--json', ...words.slice(end)];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI, ...all], {
      cwd: at('work'),
      env: ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.on('error', reject);
    child.on('close', () => resolve(JSON.parse(stdout)));
  });
}

/** Calls the program and gives the result of a call that has to succeed. */
async function call(words) {
  const { ok, result, error } = await envelopeOf(words);
  if (ok) return result;
  throw new Error(`${words.join(' ')}: ${error.code} ${error.message}`);
}

/** A place that is the same on every machine, with a home, a plain prompt and the program under its name. */
function openWorkshop({ config = {}, files = {} }) {
  // somebody else's, or one that is used now: a second maker must not work in it
  fs.mkdirSync(WORKSHOP, { mode: 0o700 });
  for (const name of ['bin', '.agent-tty', 'work']) fs.mkdirSync(at(name), { mode: 0o700 });
  fs.writeFileSync(at('bin', 'agent-tty'), `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`, { mode: 0o755 });
  fs.writeFileSync(at('.bashrc'), "PS1='$ '\n");
  fs.writeFileSync(at('.agent-tty', 'config.json'), JSON.stringify(config), { mode: 0o600 });
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(at('work', name), text);
}

async function follow(name, steps) {
  let run = '';
  for (const { do: words, result: wanted = {}, error: refusal } of steps) {
    const given = words.map((word) => (word === '{run}' ? run : word));
    const { ok, result, error } = await envelopeOf(given);
    if (ok && typeof result.runId === 'string') run = result.runId;
    const missing = refusal === undefined ? missingIn(wanted, result) : missingIn(refusal, error);
    if (missing === undefined && ok === (refusal === undefined)) continue;
    throw new Error(`${name}: ${given.join(' ')}: ${missing ?? 'it was refused'} (${JSON.stringify(error ?? result)})`);
  }
}

async function make(name) {
  const recipe = readRecipe(name);
  const made = at('bundle');
  openWorkshop(recipe);
  try {
    await follow(name, recipe.steps);
    const session = (await call(['list', '--all'])).sessions[0].sessionId;
    const left = LEFT_OUT.flatMap((file) => ['--without', file]);
    const claimed = ['--out', made, '--claim', recipe.claim, ...left];
    const { head, files, absent } = await call(['proof', 'create', session, ...claimed]);
    const missing = absent.find((file) => !LEFT_OUT.includes(file.name));
    if (missing !== undefined) throw new Error(`${name}: without ${missing.name}: ${missing.reason}`);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes > MAX_BUNDLE_BYTES) throw new Error(`${name}: ${bytes} bytes, allowed are ${MAX_BUNDLE_BYTES}`);
    const own = [ROOT, os.hostname(), os.userInfo().username];
    const fault = notShown(recipe.shows, made) ?? privateWord(made, own);
    if (fault !== undefined) throw new Error(`${name}: ${fault}`);
    const place = path.join(PROOFS, name);
    fs.rmSync(place, { recursive: true, force: true });
    fs.cpSync(made, place, { recursive: true });
    console.log(`made ${name}: ${bytes} bytes, head ${head.seq}`);
    return { name, claim: recipe.claim, head: `${head.seq}:${head.h}` };
  } finally {
    await call(['host', 'stop', '--all', '--force']);
    fs.rmSync(WORKSHOP, { recursive: true, force: true });
  }
}

async function main(wanted) {
  const names = recipeNames();
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    console.error(`makeProof: no recipe is called ${unknown.join(', ')}; there are: ${names.join(', ')}`);
    return 2;
  }
  if (!isFresh() && (await build()) !== 0) return 1;
  const entries = new Map(fs.existsSync(CATALOG) ? readCatalog().map((entry) => [entry.name, entry]) : []);
  for (const name of names) {
    if (wanted.length === 0 || wanted.includes(name)) entries.set(name, await make(name));
  }
  const listed = names.flatMap((name) => (entries.has(name) ? [entries.get(name)] : []));
  fs.writeFileSync(CATALOG, catalogText(listed));
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
