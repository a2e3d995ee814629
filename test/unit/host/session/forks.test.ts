import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { childPids, type ProcessStat, readProcessStat } from '../../../../src/base/processIdentity.ts';
import { isForkOf, wasForkOf } from '../../../../src/host/session/forks.ts';

let parent: ChildProcess | undefined;
afterEach(() => {
  parent?.stdin?.destroy(); // what it forked reads from there
  parent?.kill('SIGKILL');
});

/** A bash that runs `script`, and its one child once `isThere` says so. */
async function childOf(script: string, isThere: (child: ProcessStat) => boolean): Promise<[ProcessStat, number]> {
  parent = spawn('/usr/bin/bash', ['--norc', '-c', script], { stdio: ['pipe', 'ignore', 'ignore'] });
  const pid = parent.pid ?? 0;
  const child = (): ProcessStat | undefined => {
    const [first] = childPids(pid) ?? [];
    return first === undefined ? undefined : readProcessStat(first);
  };
  let found: ProcessStat | undefined;
  const seen = (): boolean => {
    found = child();
    return found !== undefined && isThere(found);
  };
  await expect.poll(seen, { timeout: 20_000 }).toBe(true);
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
    const [child, shell] = await childOf('cat; :', ({ comm }) => comm === 'cat');
    expect(isForkOf(child.pid, shell)).toBe(false);
    expect(wasForkOf(child, shell)).toBe(false);
  });

  it('was one if it has ended since, also when nobody has asked how', async () => {
    // It ends when told to, behind the exec: a shell would ask how it ended, sleep does not.
    const script = 'exec 3<&0; (read -r line <&3) & exec sleep 300';
    const [child, shell] = await childOf(script, ({ ppid }) => readProcessStat(ppid)?.comm === 'sleep');
    parent?.stdin?.end('go\n');
    await expect.poll(() => readProcessStat(child.pid)?.state, { timeout: 20_000 }).toBe('Z');
    expect(isForkOf(child.pid, shell)).toBe(false);
    expect(wasForkOf(child, shell)).toBe(true);
    expect(wasForkOf({ pid: child.pid, startTicks: '1' }, shell)).toBe(true);
  });
});
