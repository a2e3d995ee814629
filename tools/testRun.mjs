// One run of vitest and what came of it; several such results as one, and as the last words of a run.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { localProgram, run } from './project.mjs';

/**
 * What a run of tests gave: its exit code, how many passed, and the names (with their reasons) of those that failed and that
 * were skipped.
 * @typedef {{ exitCode: number, passed: number, failed: string[], skipped: string[] }} TestResult
 */

/** The result of something that failed before it could test anything. */
export function failure(text, exitCode = 1) {
  return { exitCode, passed: 0, failed: [text], skipped: [] };
}

/** What the reporter wrote, or undefined when the run died before that. */
function readSummary(file) {
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
}

/**
 * Runs vitest with `args` and more variables; `label` goes before the name of each test that failed or was skipped. What went
 * wrong around the tests, a run that died before its summary for one, counts as one failure: a result never says that all
 * is well when the exit code does not.
 */
export function runTests(args, { variables = {}, label = '' } = {}) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-test-'));
  const summaryFile = path.join(directory, 'summary.json');
  try {
    const env = { ...process.env, ...variables, TEST_SUMMARY_FILE: summaryFile };
    const exitCode = run(localProgram('vitest'), ['run', ...args], { env });
    const summary = readSummary(summaryFile);
    if (summary === undefined) return failure(`${label}the test runner gave no summary`, exitCode === 0 ? 1 : exitCode);
    const { passed, failed, skipped } = summary;
    if (exitCode !== 0 && failed.length === 0) failed.push('something outside of the tests, see above');
    const named = (texts) => texts.map((text) => `${label}${text}`);
    return { exitCode, passed, failed: named(failed), skipped: named(skipped) };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Several results as one; the first exit code that is not 0 counts. */
export function addUp(results) {
  return {
    exitCode: results.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? 0,
    passed: results.reduce((total, { passed }) => total + passed, 0),
    failed: results.flatMap(({ failed }) => failed),
    skipped: results.flatMap(({ skipped }) => skipped),
  };
}

/** Prints what was skipped and what failed, and the figures as the last line. */
export function printResult({ passed, failed, skipped }) {
  for (const text of skipped) console.log(`skipped: ${text}`);
  for (const text of failed) console.log(`failed: ${text}`);
  console.log(`${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
}
