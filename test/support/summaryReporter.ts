/**
 * Ends a test run with one plain line, `N passed, N failed, N skipped`, after the name and reason of each skipped test. A
 * file that could not be loaded and an error outside of any test count as failed.
 *
 * With `TEST_SUMMARY_FILE` in the environment the line goes to that file instead, for a caller that prints it last.
 */
import fs from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

interface Tally {
  passed: number;
  failed: number;
  readonly skipped: string[];
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return note ?? (test.options.mode === 'todo' ? 'still to be written' : 'no reason given');
}

function count(tally: Tally, test: TestCase): void {
  const { state } = test.result();
  if (state === 'passed') tally.passed += 1;
  else if (state === 'skipped')
    tally.skipped.push(`${test.module.relativeModuleId} > ${test.fullName}: ${reasonOf(test)}`);
  else tally.failed += 1; // failed, or still pending: it never came to an end
}

/** Failures of a file or a suite itself (a broken import, a hook), which no test of it reports. */
function failuresAround(module: TestModule): number {
  const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
  return (module.errors().length > 0 ? 1 : 0) + suites.length;
}

// Loaded by path from vitest.config.ts, which asks for a default export.
// oxlint-disable-next-line import/no-default-export
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tally: Tally = { passed: 0, failed: unhandled.length, skipped: [] };
    for (const module of modules) {
      tally.failed += failuresAround(module);
      for (const test of module.children.allTests()) count(tally, test);
    }
    const lines = tally.skipped.map((text) => `skipped: ${text}\n`).join('');
    const summary = `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped.length} skipped`;
    const file = process.env['TEST_SUMMARY_FILE'];
    if (file === undefined) process.stdout.write(`${lines}${summary}\n`);
    else {
      process.stdout.write(lines);
      fs.writeFileSync(file, summary);
    }
  }
}
