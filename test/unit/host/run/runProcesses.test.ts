import { describe, expect, it } from 'vitest';
import type { ProcessStat } from '../../../../src/base/processIdentity.ts';
import { processesOfRun, type RunQuery } from '../../../../src/host/run/runProcesses.ts';

const SHELL = 100;
const HOST = 50;
/** When the run was typed. */
const SINCE = 1_000;

interface Given {
  readonly pid: number;
  readonly ppid?: number;
  readonly pgid?: number;
  readonly sid?: number;
  readonly start?: number;
  /** Carries the session's mark; true unless said. */
  readonly marked?: boolean;
}

/** The run's processes among `given`: by default children of the shell in groups of their own, begun with the run. */
function found(given: readonly Given[], query: Partial<RunQuery> & { before?: readonly number[] } = {}) {
  const table = new Map<number, ProcessStat>();
  const add = ({ pid, ppid = SHELL, pgid = pid, sid = SHELL, start = SINCE + 1 }: Given): void =>
    void table.set(pid, {
      pid,
      comm: 'x',
      state: 'S',
      ppid,
      pgid,
      sid,
      tpgid: -1,
      startTicks: String(start),
      startStack: '0',
    });
  add({ pid: HOST, ppid: 1, sid: HOST, start: 1 });
  add({ pid: SHELL, ppid: HOST, start: 2 });
  for (const one of given) add(one);
  const before = (query.before ?? []).map((pid) => `${pid}:${table.get(pid)?.startTicks}`);
  const groups = (query.before ?? []).map((pid) => table.get(pid)?.pgid ?? 0);
  const { own, unclear } = processesOfRun({
    table: {
      stats: table,
      carriesMark: (pid) => pid === SHELL || (given.find((one) => one.pid === pid)?.marked ?? pid > SHELL),
    },
    shellPid: SHELL,
    hostPid: HOST,
    origin: {
      sinceTicks: SINCE,
      lastPid: 200,
      untilTicks: undefined,
      before: new Set(before),
      groupsBefore: new Set(groups),
    },
    foregroundGroup: undefined,
    known: new Set(),
    knownGroups: new Set(),
    adopts: true,
    ...query,
  });
  return { own: own.map(({ pid }) => pid), unclear };
}

describe("a run's processes", () => {
  it('are what the shell started for it, and their descendants', () => {
    expect(found([{ pid: 301 }, { pid: 302, ppid: 301 }, { pid: 303, ppid: 302, pgid: 302, sid: 302 }])).toEqual({
      own: [301, 302, 303],
      unclear: 0,
    });
  });

  it('are never the shell, the host, or processes of others', () => {
    expect(found([{ pid: 301, ppid: 1, sid: 301, marked: false }])).toEqual({ own: [], unclear: 0 });
    expect(found([], { foregroundGroup: SHELL })).toEqual({ own: [], unclear: 0 });
    expect(found([], { known: new Set([`${SHELL}:2`, `${HOST}:1`]) })).toEqual({ own: [], unclear: 0 });
  });

  it('are not those of background jobs of earlier runs, however young', () => {
    const job = { pid: 201, start: SINCE - 5 };
    expect(found([job, { pid: 301, ppid: 201, pgid: 201 }], { before: [201] })).toEqual({ own: [], unclear: 0 });
    expect(found([job, { pid: 301, ppid: 1, pgid: 201 }], { before: [201] })).toEqual({ own: [], unclear: 0 });
    // begun in the very tick in which the run was typed
    expect(found([{ pid: 201, start: SINCE }], { before: [201] })).toEqual({ own: [], unclear: 0 });
  });

  it('hold an earlier job that the run brought to the foreground', () => {
    const job = { pid: 201, start: SINCE - 5 };
    expect(found([job, { pid: 202, ppid: 201, pgid: 201 }], { before: [201], foregroundGroup: 201 })).toEqual({
      own: [201, 202],
      unclear: 0,
    });
  });

  it('hold those that left group, session and parent, when nobody else of the session can have begun them', () => {
    const daemon = { pid: 301, ppid: 1, pgid: 301, sid: 301 };
    expect(found([daemon, { pid: 302, ppid: 301, pgid: 301, sid: 301 }])).toEqual({ own: [301, 302], unclear: 0 });
    expect(found([daemon, { pid: 201, start: SINCE - 5 }], { before: [201] })).toEqual({ own: [], unclear: 1 });
    const other = { pid: 201, ppid: 1, sid: 201, start: SINCE - 5 };
    expect(found([daemon, other])).toEqual({ own: [], unclear: 1 });
    expect(found([daemon, { ...other, marked: false }])).toEqual({ own: [301], unclear: 0 });
  });

  it('hold orphans in the group of one of them, whatever else there is', () => {
    const job = { pid: 201, start: SINCE - 5 };
    const orphan = { pid: 302, ppid: 1, pgid: 301 };
    expect(found([job, { pid: 301 }, orphan], { before: [201] })).toEqual({ own: [301, 302], unclear: 0 });
    expect(found([job, orphan], { before: [201], knownGroups: new Set([301]) })).toEqual({ own: [302], unclear: 0 });
  });

  it('are not the workers of a daemon of an earlier run', () => {
    const daemon = { pid: 201, ppid: 1, sid: 201, start: SINCE - 5 };
    expect(found([daemon, { pid: 301, ppid: 201, pgid: 201, sid: 201 }])).toEqual({ own: [], unclear: 0 });
    expect(found([daemon, { pid: 301, ppid: 201, pgid: 301, sid: 301 }])).toEqual({ own: [], unclear: 0 });
    expect(found([daemon, { pid: 301, ppid: 1, pgid: 301, sid: 201 }])).toEqual({ own: [], unclear: 0 });
  });

  it('are told from earlier ones of the same tick by the order of their ids', () => {
    const daemon = { pid: 201, ppid: 1, sid: 201, start: SINCE };
    expect(found([daemon])).toEqual({ own: [201], unclear: 0 });
    expect(found([{ ...daemon, pid: 199, sid: 199 }])).toEqual({ own: [], unclear: 1 });
    expect(found([{ ...daemon, start: SINCE - 1 }])).toEqual({ own: [], unclear: 0 });
  });

  it('stay its own once they were found, and what they start then is too', () => {
    const known = new Set(['301:1001']);
    const left = { pid: 301, ppid: 1, pgid: 9, sid: 9 };
    expect(found([left, { pid: 302, ppid: 301 }], { known, adopts: false })).toEqual({ own: [301, 302], unclear: 0 });
    // another process with that id
    expect(found([{ ...left, start: SINCE + 2 }], { known, adopts: false })).toEqual({ own: [], unclear: 0 });
  });

  it('are not what the shell starts for its prompt behind the end', () => {
    expect(found([{ pid: 301 }, { pid: 302, ppid: 1, sid: 302 }], { adopts: false })).toEqual({ own: [], unclear: 0 });
    const origin = {
      sinceTicks: SINCE,
      lastPid: 200,
      untilTicks: SINCE + 5,
      before: new Set<string>(),
      groupsBefore: new Set<number>(),
    };
    expect(found([{ pid: 301 }, { pid: 302, start: SINCE + 6 }], { origin })).toEqual({ own: [301], unclear: 0 });
  });
});
