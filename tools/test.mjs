// `npm test`: a fresh clone in, one line of figures out. Prepares the machine, builds, runs every test, checks the
// bundles in proofs/, runs the conformance suite, tortures leases for a minute, and runs the integration tests once more on
// each other version of Node. What follows `npm test --` goes to vitest, which then runs once, on this Node: a file, a folder,
// `--project unit`.
import { build, isFresh } from './build.mjs';
import { checkProofs } from './checkProofs.mjs';
import { runConformance } from './conformance.mjs';
import { runOnOtherNodes } from './nodes.mjs';
import { setup } from './setup.mjs';
import { addUp, failure, printResult, runTests } from './testRun.mjs';
import { runTorture } from './tortureRun.mjs';

async function main(args) {
  if (setup() !== 0) return failure('the machine could not be prepared');
  if (!isFresh() && (await build()) !== 0) return failure('the build failed');
  const here = runTests(args);
  return args.length > 0 ? here : addUp([here, await checkProofs(), runConformance(), runTorture(), runOnOtherNodes()]);
}

const result = await main(process.argv.slice(2));
printResult(result);
process.exitCode = result.exitCode;
