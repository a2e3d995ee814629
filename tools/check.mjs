// `npm run check`, the gate: every check one after the other, whatever the earlier ones said, and one table at the end.
// Names after it run only those: `npm run check -- lint types`.
import { duration, localProgram, run } from './project.mjs';

const SOURCES = ['src', 'test', 'tools', 'bench', 'conformance', 'vitest.config.ts'];

const local =
  (name, ...args) =>
  () =>
    run(localProgram(name), args);
const tool =
  (name, ...args) =>
  () =>
    run(process.execPath, [`tools/${name}.mjs`, ...args]);

/** In the order in which they run: what is quick and most often wrong comes first. */
const CHECKS = {
  format: local('oxfmt', '--check', ...SOURCES),
  lint: local('oxlint', ...SOURCES),
  types: local('tsc', '-p', '.'),
  'dead code': local('knip'),
  'dead code (production)': local('knip', '--production'),
  architecture: local('vitest', 'run', '--project', 'architecture'),
  tests: local('vitest', 'run', '--project', 'unit', '--project', 'contract'),
  build: tool('build', '--if-stale'),
  proofs: tool('checkProofs'),
  integration: local('vitest', 'run', '--project', 'integration'),
  browser: local('vitest', 'run', '--project', 'browser'),
  conformance: tool('conformance'),
  package: local('publint', '--strict'),
};

function main(wanted) {
  const unknown = wanted.filter((name) => !Object.hasOwn(CHECKS, name));
  if (unknown.length > 0) {
    console.error(`check: no check is called ${unknown.join(', ')}; there are: ${Object.keys(CHECKS).join(', ')}`);
    return 2;
  }
  const rows = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(`\n== ${name}`);
    const began = performance.now();
    const passed = check() === 0;
    rows.push({ name, passed, took: duration(performance.now() - began) });
  }
  console.log('');
  for (const { name, passed, took } of rows) {
    console.log(`${passed ? 'ok    ' : 'FAILED'}  ${name.padEnd(24)} ${took.padStart(8)}`);
  }
  const failed = rows.filter(({ passed }) => !passed).length;
  console.log(failed === 0 ? `all ${rows.length} checks passed` : `${failed} of ${rows.length} checks failed`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
