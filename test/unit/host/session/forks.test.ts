import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { childPids, type ProcessStat, readProcessStat } from '../../../../src/base/processIdentity.ts';
import { isForkOf, wasForkOf } from '../../../../src/host/session/forks.ts';

let parent: ChildProcess | undefined;
afterEach(() => parent?.kill('SIGKILL'));

/** A bash that runs `script`, and its one child once `isThere` says so. */
async function childOf(script: string, isThere: (child: ProcessStat) => boolean): Promise<[ProcessStat, number]> {
  parent = spawn('/usr/bin/bash', ['--norc', '-c', script], { stdio: ['pipe', 'ignore', 'ignore'] });
  const pid = parent.pid ?? 0;
  const child = (): ProcessStat | undefined => {
    const [first] = childPids(pid) ?? [];
    return first === undefined ? undefined : readProcessStat(first);
  };
  let found: ProcessStat | undefined;
  await expect
    .poll(() => {
      found = child();
      return found !== undefined && isThere(found);
    })
    .toBe(true);
  if (found === undefined) throw new Error('no child');
  return [found, pid];
}

describe('a child of a shell', () => {
  it('is a fork of it while it runs nothing of its own', async () => {
    const [child, shell] = await childOf('(read -r line; :); :', ({ comm }) => comm === 'bash');
    expect(isForkOf(child.pid, shell)).toBe(true);
    expect(wasForkOf(child, shell)).toBe(true);
    expect(isForkOf(child.pid, process.pid)).toBe(false);
    expect(wasForkOf(child, process.pid)).toBe(false);
  });

  it('is none once it runs a program', async () => {
    const [child, shell] = await childOf('sleep 300; :', ({ comm }) => comm === 'sleep');
    expect(isForkOf(child.pid, shell)).toBe(false);
    expect(wasForkOf(child, shell)).toBe(false);
  });

  it('was one if it has ended since, also when nobody has asked how', async () => {
    // what runs in the shell's place then asks for no child
    const [child, shell] = await childOf('true & exec sleep 300', ({ state }) => state === 'Z');
    expect(isForkOf(child.pid, shell)).toBe(false);
    expect(wasForkOf(child, shell)).toBe(true);
    expect(wasForkOf({ pid: child.pid, startTicks: '1' }, shell)).toBe(true);
  });
});
