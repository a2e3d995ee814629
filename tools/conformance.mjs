// The conformance suite as `npm test` runs it: every case in every shell once, then some of them, drawn by a fixed seed, with the output
// of programs torn and late. `npm run conformance` is the suite itself, with all its options.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { duration, inRoot, isProgram, run } from './project.mjs';
import { addUp, failure, printResult } from './testRun.mjs';

/**
 * Cells of the table that are run torn: about a quarter, a minute of two processors. The seed is fixed, so that a failure comes again;
 * by hand, others find more.
 */
const TORN_CELLS = 200;
const SEED = 2_417;

const PASSES = [
  { name: 'conformance', words: [] },
  { name: 'conformance under torture', words: ['--torture', String(SEED), '--draw', String(TORN_CELLS)] },
];

function pass({ name, words }, directory) {
  console.log(`\n== ${name}`);
  const began = performance.now();
  const file = path.join(directory, 'report.json');
  fs.rmSync(file, { force: true });
  const exitCode = run(process.execPath, [inRoot('conformance', 'run.mjs'), '--json', file, ...words]);
  console.log(`${name} took ${duration(performance.now() - began)}`);
  if (!fs.existsSync(file)) return failure(`${name}: the suite gave no report`, exitCode === 0 ? 1 : exitCode);
  const { passed, results } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const named = (isMeant, why) =>
    results.filter(isMeant).map((one) => `${name}: ${one.id} (${one.shell}): ${why(one)}`);
  return {
    exitCode,
    passed,
    failed: named(
      ({ status }) => status === 'fail',
      ({ faults }) => faults.join('; '),
    ),
    skipped: named(
      ({ reason = '' }) => reason.startsWith('not yet'),
      ({ reason }) => reason,
    ),
  };
}

/** Both passes. Returns what `runTests` does, added up; a case that waits for a feature counts as skipped. */
export function runConformance() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-conformance-'));
  try {
    return addUp(PASSES.map((one) => pass(one, directory)));
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

if (isProgram(import.meta.url)) {
  const result = runConformance();
  printResult(result);
  process.exitCode = result.exitCode;
}
