// A minute of the torture of leases, as `npm test` runs it: the phases that find most in that time. `npm run torture` is all of it.
import { spawnSync } from 'node:child_process';
import { duration, inRoot, isProgram } from './project.mjs';
import { failure, printResult } from './testRun.mjs';

const PHASES = ['crowd', 'mixture', 'crashes', 'fullDisk', 'stoppedInGate'];
/** Of the crowd; the other phases take what they need. */
const SECONDS = 30;

/**
 * Runs it and prints a line for each phase. A phase whose promises held counts as passed; what was measured decides nothing
 * here, because a machine that runs tests is busy. Returns a result as `runTests` does.
 */
export function runTorture() {
  console.log('\n== torture of leases');
  const began = performance.now();
  const words = [inRoot('tools', 'leaseTorture.mjs'), '--json', '--seconds', String(SECONDS), ...PHASES];
  const { status, stdout } = spawnSync(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  const phases = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  for (const { phase, figures } of phases) console.log(`  ${phase}: ${JSON.stringify(figures)}`);
  console.log(`torture of leases took ${duration(performance.now() - began)}`);
  const exitCode = status ?? 1;
  const broken = phases.filter(({ faults }) => faults.length > 0);
  if (phases.length < PHASES.length || (exitCode !== 0 && broken.length === 0))
    return failure('torture of leases: it did not come to its end, see above', exitCode || 1);
  return {
    exitCode,
    passed: phases.length - broken.length,
    failed: broken.map(({ phase, faults }) => `torture of leases: ${phase}: ${faults.join('; ')}`),
    skipped: [],
  };
}

if (isProgram(import.meta.url)) {
  const result = runTorture();
  printResult(result);
  process.exitCode = result.exitCode;
}
