import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deferred } from '../../../../src/base/deferred.ts';
import { LogAppender } from '../../../../src/eventlog/appender.ts';
import { KeyFilter } from '../../../../src/host/session/keyFilter.ts';
import { MAX_KEPT_KEYS, RunKeys } from '../../../../src/host/session/runKeys.ts';
import { TtyError } from '../../../../src/protocol/errors.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { SESSION } from '../../../support/runBench.ts';
import { redactionOf } from '../../../support/redactions.ts';

let directory: string;
let log: string;
let clock: FakeClock;
let appender: LogAppender;
let keys: RunKeys;
let typed: string[];

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-keys-'));
  log = path.join(directory, 'events.jsonl');
  clock = new FakeClock();
  typed = [];
  const started = {
    formatVersion: 1,
    sessionId: SESSION,
    command: ['sh'],
    cwd: '/',
    cols: 80,
    rows: 24,
    term: 'xterm',
  };
  const about = { toolVersion: '0', platform: 'linux', unicodeVersion: '11' };
  appender = LogAppender.create(log, { sessionId: SESSION, clock, started: { ...started, ...about } });
  keys = new RunKeys({ clock, log, redaction: redactionOf() });
});
afterEach(async () => {
  await appender.close();
  fs.rmSync(directory, { recursive: true });
});

const never = new AbortController().signal;
const RUN = { noWait: false, marker: 'm0', runId: `${SESSION}.0`, source: 'hooks' } as const;

/** Appends what a session does when it types a command. */
function type(key: string, command: string): string {
  const runId = `${SESSION}.${typed.push(command)}`;
  const payload = { command, noWait: false, marker: `m${typed.length}`, runId, source: 'hooks' } as const;
  appender.append([{ type: 'input_run', payload: { ...payload, idempotencyKey: key } }]);
  keys.typed(key, runId);
  return runId;
}

interface Options {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Awaited before it is typed. */
  readonly turn?: (signal: AbortSignal) => Promise<unknown>;
}

function run(key: string, command: string, { signal = never, timeoutMs = 0, turn }: Options = {}) {
  return keys.run({
    key,
    command,
    caller: { signal, timeoutMs, late: () => new TtyError('SESSION_BUSY', 'late') },
    type: async (stop) => {
      await turn?.(stop);
      stop.throwIfAborted();
      type(key, command);
    },
  });
}

describe('a command whose secrets are masked', () => {
  beforeEach(() => {
    keys = new RunKeys({ clock, log, redaction: redactionOf(['hunter2-Tr0ub4dor']) });
  });

  it('is found in the log by what is told of it, in memory by what was typed', async () => {
    appender.append([
      { type: 'input_run', payload: { ...RUN, command: 'login *****************', idempotencyKey: 'old' } },
    ]);
    for (let n = 0; n <= MAX_KEPT_KEYS; n++) await run(n === 0 ? 'old' : `k${n}`, 'login hunter2-Tr0ub4dor');
    expect(await run('old', 'login hunter2-Tr0ub4dor')).toMatchObject({ joined: true });
    await expect(run('old', 'logout hunter2-Tr0ub4dor')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    await expect(run(`k${MAX_KEPT_KEYS}`, 'login *****************')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  it('may not have one in its key', async () => {
    await expect(run('k-hunter2-Tr0ub4dor', 'make')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(typed).toEqual([]);
  });
});

describe('a command with an idempotency key', () => {
  it('is typed once, and every further call gets its run', async () => {
    expect(await run('k', 'make')).toEqual({ runId: `${SESSION}.1`, joined: false });
    expect(await run('k', 'make')).toEqual({ runId: `${SESSION}.1`, joined: true });
    expect(await run('other', 'make')).toEqual({ runId: `${SESSION}.2`, joined: false });
    expect(typed).toEqual(['make', 'make']);
  });

  it('is refused for another command, typed or on its way', async () => {
    await run('k', 'make');
    await expect(run('k', 'make clean')).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      details: { key: 'k', runId: `${SESSION}.1` },
    });
    const turn = deferred<void>();
    const first = run('q', 'make', { turn: () => turn.promise });
    await expect(run('q', 'make clean')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    turn.resolve();
    await first;
    expect(typed).toEqual(['make', 'make']);
  });

  it('keeps its place for all who wait, until the last of them is gone', async () => {
    const turn = deferred<void>();
    const leaving = new AbortController();
    const first = run('k', 'make', { turn: () => turn.promise, signal: leaving.signal });
    const second = run('k', 'make', { timeoutMs: 100 });
    const third = run('k', 'make');
    leaving.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    clock.advance(100);
    await expect(second).rejects.toMatchObject({ code: 'SESSION_BUSY' });
    turn.resolve();
    expect(await third).toMatchObject({ runId: `${SESSION}.1` });
    expect(typed).toEqual(['make']);
  });

  it('leaves its key free when nothing was typed: refused, or given up by all', async () => {
    await expect(run('k', 'make', { turn: () => Promise.reject(new Error('busy')) })).rejects.toThrow('busy');
    expect(await run('k', 'other')).toMatchObject({ joined: false });
    const turn = deferred<void>();
    const leaving = new AbortController();
    const first = run('q', 'make', { turn: () => turn.promise, signal: leaving.signal });
    leaving.abort();
    // in the same turn: what the first caller gave up is not joined, and not typed any more
    const second = run('q', 'other');
    turn.resolve();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await second).toMatchObject({ joined: false });
    expect(typed).toEqual(['other', 'other']);
  });

  it('is not typed again when its caller goes in the very turn in which it is typed', async () => {
    const leaving = new AbortController();
    const first = keys.run({
      key: 'k',
      command: 'make',
      caller: { signal: leaving.signal, timeoutMs: 0, late: () => new TtyError('SESSION_BUSY', 'late') },
      type: async () => {
        await Promise.resolve();
        type('k', 'make');
        leaving.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await run('k', 'make')).toEqual({ runId: `${SESSION}.1`, joined: true });
    expect(typed).toEqual(['make']);
  });

  it('of 10,000 runs ago is honoured from the log, and nothing grows meanwhile', async () => {
    for (let i = 0; i < 10_000; i++) await run(`key-${i}`, `echo ${i}`);
    expect(keys.isTyped('key-0')).toBe(false);
    expect(keys.isTyped(`key-${10_000 - MAX_KEPT_KEYS}`)).toBe(true);
    const [again, twice] = await Promise.all([run('key-0', 'echo 0'), run('key-0', 'echo 0')]);
    expect([again, twice]).toEqual([
      { runId: `${SESSION}.1`, joined: true },
      { runId: `${SESSION}.1`, joined: true },
    ]);
    await expect(run('key-1', 'rm -rf x')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(typed).toHaveLength(10_000);
    // what only looks like a key in the log is none
    await run('text', 'echo \'"idempotencyKey":"fake"\'');
    expect(await run('fake', 'make')).toMatchObject({ joined: false });
  });

  it('types nothing when the log cannot be asked', async () => {
    for (let i = 0; i <= MAX_KEPT_KEYS; i++) await run(`key-${i}`, 'true');
    fs.renameSync(log, `${log}.away`);
    await expect(run('key-0', 'true')).rejects.toMatchObject({ code: 'STORAGE_READ_ERROR' });
    fs.renameSync(`${log}.away`, log);
    expect(await run('key-0', 'true')).toMatchObject({ joined: true });
    expect(typed).toHaveLength(MAX_KEPT_KEYS + 1);
  });

  it('is typed at most once in any interleaving of callers that come, go and are refused', async () => {
    const action = fc.record({
      kind: fc.constantFrom('call', 'leave', 'turn', 'refuse', 'settle'),
      caller: fc.nat({ max: 3 }),
      command: fc.constantFrom('one', 'one', 'one', 'two'),
    });
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
        const key = `property-${n++}`;
        const before = typed.length;
        const callers = new Map<number, AbortController>();
        const turns: { resolve: () => void; reject: (reason: unknown) => void }[] = [];
        const calls: Promise<unknown>[] = [];
        const runIds = new Set<unknown>();
        for (const { kind, caller, command } of actions) {
          if (kind === 'call') {
            const control = new AbortController();
            callers.set(caller, control);
            const turn = deferred<void>();
            turn.promise.catch(() => undefined); // a caller that joins takes no turn of its own
            turns.push(turn);
            const call = run(key, command, { signal: control.signal, turn: () => turn.promise });
            calls.push(
              call.then(
                ({ runId }) => runIds.add(runId),
                () => undefined,
              ),
            );
          }
          if (kind === 'leave') callers.get(caller)?.abort();
          if (kind === 'turn') turns.shift()?.resolve();
          if (kind === 'refuse') turns.shift()?.reject(new Error('refused'));
          if (kind === 'settle') await new Promise((resolve) => setImmediate(resolve));
        }
        for (const turn of turns) turn.resolve();
        await Promise.all(calls);
        expect(typed.length - before).toBeLessThanOrEqual(1);
        expect(runIds.size).toBeLessThanOrEqual(typed.length - before);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the filter of old keys', () => {
  it('never misses one, and takes few others for one', () => {
    const filter = new KeyFilter();
    for (let i = 0; i < 10_000; i++) filter.add(`key-${i}`);
    for (let i = 0; i < 10_000; i++) expect(filter.mayHold(`key-${i}`)).toBe(true);
    const wrong = Array.from({ length: 10_000 }, (_, i) => filter.mayHold(`other-${i}`)).filter(Boolean).length;
    expect(wrong).toBeLessThan(20);
  });
});
