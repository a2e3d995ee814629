import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { delay, systemClock } from '../../../src/base/clock.ts';
import { identify, type ProcessStat } from '../../../src/base/processIdentity.ts';
import { judge } from '../../../src/lease/engine.ts';
import type { HolderRecord, Whereabouts, Work } from '../../../src/lease/record.ts';
import { SESSION_MARK_VARIABLE } from '../../../src/protocol/homeLayout.ts';
import {
  LEASE_MARK_VARIABLE,
  membersOf,
  type ProcessView,
  systemView,
  whereabouts,
  workState,
} from '../../../src/lease/work.ts';
import { newRoot } from './support.ts';

const HERE: Whereabouts = { bootId: 'boot-1', pidNs: 'pid:[1]', timeNs: 'time:[1]', host: 'box' };

function stat(pid: number, changes: Partial<ProcessStat> = {}): ProcessStat {
  return {
    pid,
    comm: 'x',
    state: 'S',
    ppid: 1,
    pgid: pid,
    sid: pid,
    tpgid: -1,
    startTicks: '100',
    startStack: '0',
    ...changes,
  };
}

function viewOf(stats: readonly ProcessStat[], changes: Partial<ProcessView> = {}): ProcessView {
  const look = (pid: number): ProcessStat | 'none' => stats.find((one) => one.pid === pid) ?? 'none';
  return { here: HERE, look, all: () => stats, carriesMark: () => false, ...changes };
}

function recordWith(work: Partial<Work> | null, holder: Partial<Whereabouts> = {}): HolderRecord {
  const whole: Work | null = work && { kind: 'process', id: 50, startTicks: '100', mark: null, ...work };
  const where = { ...HERE, ...holder, pid: 1, startTicks: '1' };
  return { v: 1, label: 'demo', session: null, holder: where, heldSinceMs: null, work: whole };
}

describe('work whose holder is gone', () => {
  it('is alive as long as its process runs', () => {
    expect(workState(recordWith({}), viewOf([stat(50)]))).toBe('alive');
    expect(workState(recordWith({}), viewOf([]))).toBe('dead');
    expect(workState(recordWith(null), viewOf([]))).toBe('dead');
  });

  it('is dead when its process is a zombie, which runs nothing', () => {
    expect(workState(recordWith({}), viewOf([stat(50, { state: 'Z' })]))).toBe('dead');
  });

  it('is dead when another process has its pid', () => {
    expect(workState(recordWith({}), viewOf([stat(50, { startTicks: '101' })]))).toBe('dead');
    expect(workState(recordWith({ kind: 'group' }), viewOf([stat(50, { startTicks: '101' })]))).toBe('dead');
  });

  it('is alive as long as one process of its group or session is', () => {
    const member = stat(60, { pgid: 50, sid: 50 });
    expect(workState(recordWith({ kind: 'group' }), viewOf([member]))).toBe('alive');
    expect(workState(recordWith({ kind: 'session' }), viewOf([member]))).toBe('alive');
    expect(workState(recordWith({ kind: 'session' }), viewOf([stat(50, { state: 'Z' }), member]))).toBe('alive');
    expect(workState(recordWith({ kind: 'process' }), viewOf([member]))).toBe('dead');
    expect(workState(recordWith({ kind: 'group' }), viewOf([{ ...member, state: 'Z' }]))).toBe('dead');
  });

  it('is alive as long as a process carries its mark, wherever it went', () => {
    const view = viewOf([stat(70)], { carriesMark: (pid, mark) => pid === 70 && mark === 'm1' });
    expect(workState(recordWith({ mark: 'm1' }), view)).toBe('alive');
    expect(workState(recordWith({ mark: 'm2' }), view)).toBe('dead');
  });

  it('that was given to a shell is what began since then; the shell alone keeps the place, and is not ended with it', () => {
    const work = { kind: 'session', since: '200', mark: 'm1' } as const;
    const [shell, earlier, later] = [stat(50), stat(60, { sid: 50 }), stat(61, { sid: 50, startTicks: '200' })];
    const away = stat(62, { startTicks: '201' });
    const earlierAway = stat(63, { startTicks: '199' });
    const marked = { carriesMark: (pid: number) => pid >= 62 };
    const whole: Work = { id: 50, startTicks: '100', ...work };
    const stateOf = (...stats: ProcessStat[]): unknown => workState(recordWith(work), viewOf(stats, marked));
    expect(stateOf(earlier, earlierAway)).toBe('dead');
    expect(stateOf(earlier, later)).toBe('alive');
    expect(stateOf(away)).toBe('alive');
    expect(stateOf(shell)).toBe('alive');
    const pids = (stats: readonly ProcessStat[]): number[] => stats.map(({ pid }) => pid);
    const view = viewOf([shell, earlier, later, away, earlierAway], marked);
    expect(pids(membersOf(whole, view))).toEqual([61, 62]);
    expect(pids(membersOf(whole, view, { withLeader: true }))).toEqual([50, 61, 62]);
  });

  it('is not taken for dead because it cannot be looked at', () => {
    expect(workState(recordWith({}), viewOf([], { look: () => 'unknown' }))).toBe('unverifiable');
    expect(workState(recordWith({}), viewOf([], { all: () => undefined }))).toBe('unverifiable');
    const blind = viewOf([], { look: () => 'unknown', all: () => undefined, here: { ...HERE, bootId: 'unknown' } });
    expect(judge(JSON.stringify(recordWith({})), blind)).toBe('occupied');
  });

  it('in another namespace of pids or of time is not judged from here', () => {
    expect(workState(recordWith({}, { pidNs: 'pid:[2]' }), viewOf([]))).toBe('unverifiable');
    expect(workState(recordWith({}, { timeNs: 'time:[2]' }), viewOf([]))).toBe('unverifiable');
  });

  it('of an earlier boot of this machine is dead, and of an unknown boot is not', () => {
    expect(workState(recordWith({}, { bootId: 'boot-0' }), viewOf([stat(50)]))).toBe('dead');
    expect(workState(recordWith({}, { bootId: 'unknown-box' }), viewOf([]))).toBe('unverifiable');
    const lost = viewOf([], { here: { ...HERE, bootId: 'unknown' } });
    expect(workState(recordWith({}, { bootId: 'boot-0' }), lost)).toBe('unverifiable');
  });

  it('of another machine is foreign; another name on the same kernel is not another machine', () => {
    expect(workState(recordWith({}, { host: 'else', bootId: 'boot-9' }), viewOf([]))).toBe('foreign');
    expect(workState(recordWith(null, { host: 'else', bootId: 'boot-9' }), viewOf([]))).toBe('foreign');
    expect(workState(recordWith(null, { host: 'container' }), viewOf([]))).toBe('dead');
  });

  it('is judged gone in one state only', () => {
    const states = [
      [recordWith({}), viewOf([stat(50)])],
      [recordWith({}), viewOf([])],
      [recordWith({}), viewOf([], { look: () => 'unknown' })],
      [recordWith({}, { host: 'else', bootId: 'b' }), viewOf([])],
    ] as const;
    expect(states.map(([record, view]) => judge(JSON.stringify(record), view))).toEqual([
      'occupied',
      'gone',
      'occupied',
      'occupied',
    ]);
    expect(judge('{', viewOf([]))).toBe('occupied');
  });
});

describe('this machine', () => {
  it('shows a process that carries the mark of its session, or of its lease', async () => {
    const view = systemView();
    for (const name of [SESSION_MARK_VARIABLE, LEASE_MARK_VARIABLE]) {
      const child = spawn('sleep', ['60'], { stdio: 'ignore', env: { PATH: process.env['PATH'], [name]: 'm1' } });
      onTestFinished(() => void child.kill('SIGKILL'));
      await once(child, 'spawn');
      expect(view.carriesMark(child.pid ?? 0, 'm1')).toBe(true);
      expect(view.carriesMark(child.pid ?? 0, 'm')).toBe(false);
    }
  });

  it('has a boot that its clock does not change: a UUID', () => {
    expect(whereabouts().bootId).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });

  it('shows a process whatever its name, and every process of a group', async () => {
    const program = path.join(newRoot(), 'a) S 1 (b');
    fs.copyFileSync('/bin/sleep', program);
    const child = spawn(program, ['60'], { detached: true, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const pid = child.pid ?? 0;
    while (fs.readFileSync(`/proc/${pid}/comm`, 'utf8') !== 'a) S 1 (b\n') await delay(systemClock, 1);
    const startTicks = identify(pid)?.startTicks ?? '';
    const view = systemView();
    const work: Work = { kind: 'group', id: pid, startTicks, mark: null };
    expect(membersOf(work, view).map((one) => one.pid)).toEqual([pid]);
    const record = { ...recordWith(work), holder: { ...whereabouts(), pid: 1, startTicks: '1' } };
    expect(workState(record, view)).toBe('alive');
    child.kill('SIGKILL');
    while (workState(record, view) !== 'dead') await delay(systemClock, 1);
    expect(workState(record, view)).toBe('dead');
  });
});
