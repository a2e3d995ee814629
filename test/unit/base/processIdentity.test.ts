import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { identify, liveness, readProcessStat, signalIdentity } from '../../../src/base/processIdentity.ts';

describe('process identity', () => {
  it('tells the living from the dead and from another process with the same pid', async () => {
    const child = spawn('sleep', ['60']);
    const pid = child.pid ?? 0;
    const identity = identify(pid);
    expect(identity).toBeDefined();
    if (identity === undefined) return;
    expect(liveness(identity)).toBe('alive');
    expect(liveness({ ...identity, startTicks: '1' })).toBe('gone');
    expect(liveness({ ...identity, bootId: '00000000-0000-0000-0000-000000000000' })).toBe('gone');
    expect(signalIdentity({ ...identity, startTicks: '1' }, 'SIGKILL')).toBe(false);
    expect(liveness(identity)).toBe('alive');
    expect(signalIdentity(identity, 'SIGKILL')).toBe(true);
    await once(child, 'exit');
    expect(liveness(identity)).toBe('gone');
    expect(signalIdentity(identity, 'SIGKILL')).toBe(false);
  });

  it('counts a zombie as gone: it runs nothing, and its number is still taken', async () => {
    // What the shell becomes never reaps the child that the shell started.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const line: unknown[] = await once(parent.stdout, 'data');
    const pid = Number(String(line[0]));
    const identity = identify(pid);
    if (identity === undefined) throw new Error('the child is not there');
    await expect.poll(() => readProcessStat(parent.pid ?? 0)?.comm).toBe('sleep');
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => readProcessStat(pid)?.state).toBe('Z');
    expect(liveness(identity)).toBe('gone');
    expect(signalIdentity(identity, 'SIGTERM')).toBe(false);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  });

  it('never calls a process dead that it cannot prove dead', () => {
    expect(liveness({ pid: process.pid, startTicks: '0', bootId: 'unknown' })).toBe('unknown');
  });

  it('reads the fields behind a name that looks like fields', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-comm-'));
    const program = path.join(directory, 'a) S 1 (b');
    fs.copyFileSync('/bin/sleep', program);
    fs.chmodSync(program, 0o755);
    const child = spawn(program, ['60']);
    await once(child, 'spawn');
    const stat = readProcessStat(child.pid ?? 0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    fs.rmSync(directory, { recursive: true });
    expect(stat).toMatchObject({ comm: 'a) S 1 (b', ppid: process.pid });
  });
});
