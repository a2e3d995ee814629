/**
 * Ends a test run with one plain line, `N passed, N failed, N skipped`, after the name and reason of each test that was skipped
 * or failed. A file that could not be loaded and an error outside of any test count as failed.
 *
 * With `TEST_SUMMARY_FILE` in the environment all of it goes to that file instead, as JSON, for a caller that prints it last:
 * whoever sees only the end of a long run sees what failed.
 */
import fs from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

interface Tally {
  passed: number;
  readonly failed: string[];
  readonly skipped: string[];
}

interface Failure {
  readonly message: string;
}

/** How much of an error's text stands beside the test's name. */
const REASON_CHARS = 500;

function reasonOf(test: TestCase): string {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return note ?? (test.options.mode === 'todo' ? 'still to be written' : 'no reason given');
}

/** An error's text on one line: colours out, cut. */
function reasonsOf(errors: readonly Failure[]): string {
  const text = errors.map(({ message }) => message).join('; ');
  const plain = text.replaceAll(/\u001B\[[\d;]*m/g, '').replaceAll(/\s+/g, ' ');
  return plain.length > REASON_CHARS ? `${plain.slice(0, REASON_CHARS)}...` : plain;
}

function count(tally: Tally, test: TestCase): void {
  const { state, errors } = test.result();
  const name = `${test.module.relativeModuleId} > ${test.fullName}`;
  if (state === 'passed') tally.passed += 1;
  else if (state === 'skipped') tally.skipped.push(`${name}: ${reasonOf(test)}`);
  else tally.failed.push(`${name}: ${errors === undefined ? 'it never came to an end' : reasonsOf(errors)}`);
}

/** Failures of a file or a suite itself (a broken import, a hook), which no test of it reports. */
function failuresAround(module: TestModule): string[] {
  const file = module.relativeModuleId;
  const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
  return [
    ...(module.errors().length > 0 ? [`${file}: ${reasonsOf(module.errors())}`] : []),
    ...suites.map((suite) => `${file} > ${suite.fullName}: ${reasonsOf(suite.errors())}`),
  ];
}

// Loaded by path from vitest.config.ts, which asks for a default export.
// oxlint-disable-next-line import/no-default-export
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const outside = unhandled.map((error) => `outside of any test: ${reasonsOf([error])}`);
    const tally: Tally = { passed: 0, failed: outside, skipped: [] };
    for (const module of modules) {
      tally.failed.push(...failuresAround(module));
      for (const test of module.children.allTests()) count(tally, test);
    }
    const file = process.env['TEST_SUMMARY_FILE'];
    if (file !== undefined) return fs.writeFileSync(file, JSON.stringify(tally));
    const lines = (word: string, texts: readonly string[]): string =>
      texts.map((text) => `${word}: ${text}\n`).join('');
    const figures = `${tally.passed} passed, ${tally.failed.length} failed, ${tally.skipped.length} skipped`;
    process.stdout.write(`${lines('skipped', tally.skipped)}${lines('failed', tally.failed)}${figures}\n`);
  }
}
