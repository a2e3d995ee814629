// `npm test`: a fresh clone in, one line of figures out. Prepares the machine, builds, runs every test. What follows
// `npm test --` goes to vitest: a file, a folder, `--project unit`.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build, isFresh } from './build.mjs';
import { localProgram, run } from './project.mjs';
import { setup } from './setup.mjs';

/** Runs vitest and returns its exit code and the figures of its summary, undefined when it died before them. */
function runTests(args) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-test-'));
  const summaryFile = path.join(directory, 'summary');
  try {
    const env = { ...process.env, TEST_SUMMARY_FILE: summaryFile };
    const exitCode = run(localProgram('vitest'), ['run', ...args], { env });
    return { exitCode, summary: fs.existsSync(summaryFile) ? fs.readFileSync(summaryFile, 'utf8') : undefined };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

async function main() {
  if (setup() !== 0) return { exitCode: 1, failure: 'the machine could not be prepared' };
  if (!isFresh() && (await build()) !== 0) return { exitCode: 1, failure: 'the build failed' };
  const { exitCode, summary } = runTests(process.argv.slice(2));
  if (summary === undefined)
    return { exitCode: exitCode === 0 ? 1 : exitCode, failure: 'the test runner gave no summary' };
  if (exitCode !== 0 && summary.includes(' 0 failed')) {
    // Something around the tests failed, after the figures were made: it counts, or the line would say all is well.
    return {
      exitCode,
      failure: 'something outside of the tests failed, see above',
      summary: summary.replace(' 0 failed', ' 1 failed'),
    };
  }
  return { exitCode, summary };
}

const { exitCode, failure, summary } = await main();
if (failure !== undefined) console.error(`test: ${failure}`);
console.log(summary ?? '0 passed, 1 failed, 0 skipped');
process.exitCode = exitCode;
