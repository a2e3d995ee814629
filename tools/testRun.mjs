// One run of vitest and its figures.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { localProgram, run } from './project.mjs';

const SUMMARY = /^(\d+) passed, (\d+) failed, (\d+) skipped$/;

/**
 * Runs vitest with `args` and more variables. Returns its exit code and `figures` ({passed, failed, skipped}). What went wrong
 * around the tests, a run that died before its summary for one, counts as one failure: the figures never say that all is
 * well when the exit code does not.
 */
export function runTests(args, variables = {}) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-test-'));
  const summaryFile = path.join(directory, 'summary');
  try {
    const env = { ...process.env, ...variables, TEST_SUMMARY_FILE: summaryFile };
    const exitCode = run(localProgram('vitest'), ['run', ...args], { env });
    const match = SUMMARY.exec(fs.existsSync(summaryFile) ? fs.readFileSync(summaryFile, 'utf8').trim() : '');
    if (match === null) {
      console.error('test: the test runner gave no summary');
      return { exitCode: exitCode === 0 ? 1 : exitCode, figures: { passed: 0, failed: 1, skipped: 0 } };
    }
    const [passed, failed, skipped] = match.slice(1).map(Number);
    if (exitCode === 0 || failed > 0) return { exitCode, figures: { passed, failed, skipped } };
    console.error('test: something outside of the tests failed, see above');
    return { exitCode, figures: { passed, failed: 1, skipped } };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** Several results of {@link runTests} as one; the first exit code that is not 0 counts. */
export function addUp(results) {
  const sum = (name) => results.reduce((total, { figures }) => total + figures[name], 0);
  return {
    exitCode: results.find(({ exitCode }) => exitCode !== 0)?.exitCode ?? 0,
    figures: { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') },
  };
}
