// `npm run mutants`: takes one rule after the other out of a copy of the sources and sees that a test fails. A rule whose test
// passes without it is protected by nothing. Names after it run only those mutants. No part of the gate: it takes minutes.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { duration, inRoot, localProgram } from './project.mjs';
import { MUTANTS } from './mutants/table.mjs';

const COPIED = [
  'src',
  'test',
  'tools',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.types.json',
  'vitest.config.ts',
];
/** A mutant may make a test wait for ever; that it does not pass is all that counts. */
const TIMEOUT_MS = 120_000;

/** A copy of what the tests need. The caller removes it. */
function copyProject() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-mutants-'));
  for (const name of COPIED) {
    fs.cpSync(inRoot(name), path.join(directory, name), { recursive: true });
  }
  fs.symlinkSync(inRoot('node_modules'), path.join(directory, 'node_modules'));
  return directory;
}

/** Runs a mutant's test in the copy and says how it went: `failed` is what is wanted. */
function judge(directory, { file, find, replace, test }) {
  const target = path.join(directory, file);
  const original = fs.readFileSync(target, 'utf8');
  if (original.split(find).length !== 2) return 'stale: the rule does not stand once in its file';
  fs.writeFileSync(
    target,
    original.replace(find, () => replace),
  );
  try {
    const [testFile, testName] = test.split(' > ');
    const args = ['run', testFile, ...(testName === undefined ? [] : ['-t', testName])];
    const run = spawnSync(localProgram('vitest'), args, { cwd: directory, timeout: TIMEOUT_MS, encoding: 'utf8' });
    if (run.status === 0) return /\b0 passed/.test(run.stdout) ? 'stale: no test of that name' : 'survived';
    return 'failed';
  } finally {
    fs.writeFileSync(target, original);
  }
}

function main(wanted) {
  const chosen = MUTANTS.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  const directory = copyProject();
  let wrong = 0;
  try {
    for (const mutant of chosen) {
      const began = performance.now();
      const verdict = judge(directory, mutant);
      if (verdict !== 'failed') wrong++;
      console.log(
        `${verdict === 'failed' ? 'ok' : 'WRONG'}  ${mutant.name} (${duration(performance.now() - began)}): ${verdict}`,
      );
    }
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
  console.log(`${chosen.length - wrong} of ${chosen.length} rules are protected by a test`);
  return wrong === 0 && chosen.length > 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
