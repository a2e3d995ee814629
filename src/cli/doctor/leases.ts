/** What `lease doctor` looks at: whether places are safe to give here, and what lies there that should not. */
import fs from 'node:fs';
import type { LeaseDisk } from '../../lease/disk.ts';
import { holdersOf, keysOf } from '../../lease/inspect.ts';
import { findLockMethod } from '../../lease/kernelLock.ts';
import { keyPaths, rootPaths } from '../../lease/layout.ts';
import { openRoot, whyBad } from '../../lease/root.ts';
import { selfTest } from '../../lease/selfTest.ts';
import type { ProcessView } from '../../lease/work.ts';
import type { CliContext } from '../context.ts';
import { type LeaseParts, usableProviders } from '../leases.ts';
import { type Check, reasonOf } from './check.ts';

/** All checks; those of a directory for each directory that a provider of this home uses. */
export function checkLeases(parts: LeaseParts, context: CliContext): Check[] {
  const method = findLockMethod();
  const { disk, view } = parts;
  const checks: Check[] = [checkWhere(view)];
  if (method === undefined || disk === null) {
    const fix = 'install the optional dependencies (koffi), or util-linux for flock(1)';
    return [...checks, { name: 'locks', status: 'fail', message: 'there is no way to lock a file here', fix }];
  }
  const how = { call: 'flock(2)', program: 'flock(1), which is slower', open: 'O_EXLOCK' }[method];
  checks.push({
    name: 'locks',
    status: method === 'program' ? 'warn' : 'ok',
    message: `taken by ${how}`,
    ...slow(method),
  });
  const usable = usableProviders(parts);
  checks.push({
    name: 'providers',
    status: 'ok',
    message: `set up here: ${usable.map(({ label }) => label).join(', ') || 'none'}`,
  });
  for (const root of new Set(usable.map((one) => one.root))) {
    checks.push(
      ...checkRoot(root, disk, view, { context, allowNetworkFs: parts.inputs.config.allowNetworkFs === true }),
    );
  }
  return checks;
}

function slow(method: string): Pick<Check, 'fix'> {
  return method === 'program' ? { fix: 'install the optional dependencies: npm install --include=optional' } : {};
}

function checkWhere({ here }: ProcessView): Check {
  const isKnown = here.bootId !== 'unknown' && here.pidNs !== '';
  const message = isKnown
    ? `boot ${here.bootId}, ${here.pidNs}, ${here.timeNs || 'no time namespace'}`
    : 'boot and namespaces cannot be told: what a killed holder left keeps its place until somebody frees it';
  return isKnown
    ? { name: 'machine', status: 'ok', message }
    : { name: 'machine', status: 'warn', message, fix: 'free such places with agent-tty lease release' };
}

function checkRoot(
  root: string,
  disk: LeaseDisk,
  view: ProcessView,
  { context, allowNetworkFs }: { context: CliContext; allowNetworkFs: boolean },
): Check[] {
  const name = `leases in ${root}`;
  const bad = whyBad(root);
  if (bad !== undefined)
    return [{ name, status: 'fail', message: bad, fix: `make it a private directory of yours: chmod 700 ${root}` }];
  const state = openRoot(disk, root, { allowNetworkFs });
  if (state.kind === 'denied')
    return [
      { name, status: 'fail', message: state.why, fix: 'use a local file system, or remove what is not ours there' },
    ];
  return [
    testLocks(name, root, disk),
    ...checkRecords(name, root, { disk, view, context }),
    ...checkGates(name, root, disk),
  ];
}

function testLocks(name: string, root: string, disk: LeaseDisk): Check {
  try {
    const { passed, steps, usedProcess } = selfTest(disk, rootPaths(root).directory);
    const failed = steps.filter(({ held }) => !held).map((step) => step.name);
    if (!passed)
      return {
        name,
        status: 'fail',
        message: `locks do not hold: not so that ${failed.join('; ')}`,
        fix: 'use a local file system',
      };
    const message = `locks hold, ${steps.length} properties tried`;
    if (usedProcess) return { name, status: 'ok', message: `${message}, by two processes` };
    return { name, status: 'warn', message: `${message}, by one process only`, fix: 'install flock(1) of util-linux' };
  } catch (error) {
    return { name, status: 'fail', message: `locks cannot be tried: ${reasonOf(error)}`, fix: 'make room on the disk' };
  }
}

interface Surveyed {
  readonly disk: LeaseDisk;
  readonly view: ProcessView;
  readonly context: CliContext;
}

/** Holders that nobody can let go of by himself. */
function checkRecords(name: string, root: string, { disk, view, context }: Surveyed): Check[] {
  const holders = keysOf(root).flatMap((key) => holdersOf(disk, root, key, view, context.clock));
  const strange = holders.filter(({ state }) => state === 'unknown');
  const orphans = holders.filter(({ state }) => state === 'orphan');
  const fix =
    'agent-tty lease list --holders names them; agent-tty lease release REF --force --reason TEXT frees their places';
  const checks: Check[] = [];
  if (strange.length > 0) {
    const message = `${strange.length} files that are no record of ours take a place each`;
    checks.push({ name, status: 'warn', message, fix });
  }
  if (orphans.length > 0) {
    const message = `${orphans.length} holders are gone and their work is not, or cannot be seen from here`;
    checks.push({ name, status: 'warn', message, fix });
  }
  if (checks.length === 0) checks.push({ name, status: 'ok', message: `${holders.length} holders, all in order` });
  return checks;
}

/** A gate is held for less than a millisecond: one that is shut when somebody looks is looked at closer. */
function checkGates(name: string, root: string, disk: LeaseDisk): Check[] {
  return keysOf(root).flatMap((key) => {
    const { gate } = keyPaths(root, key);
    for (let tries = 0; tries < 100; tries++) {
      const lock = disk.lock(gate);
      if (lock !== 'busy') {
        if (typeof lock !== 'string') lock.release();
        return [];
      }
    }
    const owner = lockOwner(gate);
    const who = owner === undefined ? 'a process that cannot be told' : `process ${owner}`;
    const fix = 'a stopped process goes on with kill -CONT; one that hangs can be killed, its gate is then open';
    return [{ name, status: 'warn', message: `a gate is held by ${who}`, fix } satisfies Check];
  });
}

/** Who holds a flock, by `/proc/locks` (proc(5)): `1: FLOCK ADVISORY WRITE pid major:minor:inode 0 EOF`. */
function lockOwner(file: string): number | undefined {
  try {
    const { ino } = fs.statSync(file);
    const line = fs
      .readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .find((one) => one.includes(' FLOCK ') && one.split(/\s+/)[5]?.endsWith(`:${ino}`) === true);
    const pid = Number(line?.split(/\s+/)[4]);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined; // no procfs: the message says that it cannot be told
  }
}
