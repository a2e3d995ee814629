import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { TestHome } from '../support/cli.ts';
import { begin, connectTo, eventsOf, namesOf } from '../support/runningCommands.ts';

/** Short enough for a test, long enough for a busy machine: what is shorter would make a rung look useless. */
const graceMs = 1_500;

describe('a cancelled run', () => {
  it('leaves no daemon that left its group, its session and its parent', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work });
    const command = 'setsid -f sleep 302; (nohup tail -f /dev/null >/dev/null 2>&1 &); cat';
    const { runId, names } = await begin(session, command, 'sleep', 'tail', 'cat');
    expect(await session.cancelRun(runId, { graceMs })).toMatchObject({
      cancelled: true,
      step: 'terminate',
      signalled: 3,
      survivors: 0,
      outcome: 'interrupted',
    });
    expect(names()).toEqual([]);
  });

  it('leaves daemons of earlier runs alone, and says what may be of either', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work });
    await session.run('setsid -f sh -c "while :; do sleep 0.2; done"');
    await delay(systemClock, 50);
    const { runId, names } = await begin(session, 'setsid -f tail -f /dev/null; cat', 'cat', 'tail');
    const cancelled = await session.cancelRun(runId, { graceMs });
    expect(cancelled).toMatchObject({ cancelled: true, step: 'interrupt', survivors: 0, unclear: 1 });
    expect(names()).toEqual(expect.arrayContaining(['sh', 'tail']));
    expect(names()).not.toContain('cat');
  });

  it('is a stopped job too: TERM, and it goes on to act on it', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work });
    const { runId, names } = await begin(session, 'cat', 'cat');
    await session.sendKeys(['Ctrl+Z']);
    expect(await session.waitRun(runId)).toMatchObject({ outcome: 'stopped' });
    expect(names()).toEqual(['cat']);
    const cancelled = await session.cancelRun(runId, { graceMs });
    expect(cancelled).toMatchObject({
      cancelled: true,
      step: 'terminate',
      signalled: 1,
      survivors: 0,
      outcome: 'stopped',
    });
    expect(names()).toEqual([]);
    expect(await session.cancelRun(runId)).toMatchObject({ cancelled: false, alreadyEnded: true, step: 'none' });
  });

  it('may be a program that catches all it can and writes about it', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work });
    fs.writeFileSync(
      path.join(home.work, 'deaf.py'),
      [
        'import signal, time, sys',
        'for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(s, lambda n, f: print("got", n, flush=True))',
        'print("deaf", flush=True)',
        'while True: time.sleep(1)',
      ].join('\n'),
    );
    const { runId } = await begin(session, 'python3 deaf.py', 'python3');
    await session.wait({ kind: 'text', text: 'deaf' });
    await expect.poll(async () => (await session.snapshot()).visibleLines.map(({ text }) => text)).toContain('deaf');
    const cancelled = await session.cancelRun(runId, { graceMs: 400 });
    expect(cancelled).toMatchObject({ step: 'kill', survivors: 0, result: { exitCode: 137 } });
    expect(cancelled.result?.output).toContain('got 2');
    expect(cancelled.result?.output).toContain('got 15');
  });

  it('takes the shell with it only when the command took its place', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work });
    const loop = await session.run("trap '' INT; while :; do :; done", { wait: false });
    const refused = await session.cancelRun(loop.runId, { graceMs: 200 });
    expect(refused).toMatchObject({ cancelled: false, alreadyEnded: false, survivors: 0, outcome: null });
    expect(refused).toMatchObject({ result: { outcome: 'timed_out' }, signalled: 0 });
    await using other = await client.create({ shell: '/bin/bash', cwd: home.work });
    const { runId } = await other.run(`exec sh -c "trap '' INT TERM; echo up; while :; do sleep 1; done"`, {
      wait: false,
    });
    await other.wait({ kind: 'text', text: 'up' });
    const cancelled = await other.cancelRun(runId, { graceMs: 300 });
    expect(cancelled).toMatchObject({ cancelled: true, step: 'kill', survivors: 0, outcome: 'session_exited' });
  });

  it('may be the program of its session', async () => {
    await using home = new TestHome();
    const call = home.start(['run', '--wait', '--json', '--', 'sh', '-c', "trap '' INT; sleep 303 & cat"]);
    await using client = await connectTo(home);
    await expect.poll(async () => (await client.list()).length, { timeout: 20_000 }).toBe(1);
    const id = (await client.list())[0]?.sessionId ?? '';
    await expect.poll(() => namesOf(id), { timeout: 20_000 }).toEqual(expect.arrayContaining(['sleep', 'cat']));
    const cancelled = await home.result(['run', 'cancel', `${id}.1`, '--grace', '500']);
    expect(cancelled).toMatchObject({ cancelled: true, step: 'terminate', survivors: 0, outcome: 'finished' });
    expect(JSON.parse((await call.end).stdout)).toMatchObject({ ok: true, result: { exitCode: 143 } });
  });
});

describe('a cancel', () => {
  it('of a queued run types nothing, and tells who waits for it', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work });
    const first = await begin(session, 'sleep 300', 'sleep');
    const second = session.run('echo second');
    const third = session.run('echo third');
    second.catch(() => undefined);
    await expect.poll(async () => (await session.inspect()).runs.length).toBe(3);
    const [, queued] = (await session.inspect()).runs;
    const twice = await Promise.all([session.cancelRun(queued?.runId ?? ''), session.cancelRun(queued?.runId ?? '')]);
    expect(twice).toMatchObject([
      { cancelled: true, step: 'withdrawn', outcome: null, result: null },
      { cancelled: false, alreadyEnded: true, step: 'none', outcome: null, result: null },
    ]);
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED', details: { reason: 'withdrawn' } });
    expect(await session.cancelRun(first.runId)).toMatchObject({ cancelled: true });
    expect(await third).toMatchObject({ output: 'third\n' });
    expect(await eventsOf(home, session.reference, 'input_run')).toMatchObject([
      { command: 'sleep 300' },
      { command: 'echo third' },
    ]);
  });

  it('that comes twice climbs once', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work });
    const { runId } = await begin(session, `sh -c "trap '' INT; exec sleep 300"`, 'sleep');
    const results = await Promise.all([
      session.cancelRun(runId, { graceMs }),
      session.cancelRun(runId, { graceMs: 5 }),
    ]);
    for (const result of results) expect(result).toMatchObject({ cancelled: true, step: 'terminate', survivors: 0 });
    const steps = await eventsOf(home, session.reference, 'signal', 'input_keys');
    expect(steps).toMatchObject([
      { signal: 'SIGINT', runId },
      { signal: 'SIGTERM', runId },
    ]);
  });

  it('of a run that is over does nothing and says how it ended, without a host too', async () => {
    await using home = new TestHome();
    const id = await home.create();
    const { runId } = await home.result(['run', id, 'sleep 304 & (exit 3)']);
    const over = { cancelled: false, alreadyEnded: true, step: 'none', outcome: 'finished', signalled: 0 };
    expect(await home.envelope(['run', 'cancel', String(runId)])).toMatchObject({
      exitCode: 0,
      result: { ...over, result: { exitCode: 3 } },
    });
    expect(namesOf(id)).toEqual(['sleep']);
    expect(await home.run(['run', 'cancel', String(runId)])).toMatchObject({ stdout: 'already over: finished (3)\n' });
    expect(await home.error(['run', 'cancel', `${id}.99`])).toMatchObject({ code: 'RUN_NOT_FOUND', exitCode: 3 });
    expect(await home.error(['run', 'cancel', 'nonsense'])).toMatchObject({ code: 'INVALID_INPUT', exitCode: 2 });
    await home.result(['host', 'stop', '--force']);
    expect(await home.result(['run', 'cancel', String(runId)])).toMatchObject({ ...over, result: { exitCode: 3 } });
    expect(await home.error(['run', 'cancel', `${id}.99`])).toMatchObject({ code: 'RUN_NOT_FOUND', exitCode: 3 });
  });

  it('that meets the end of the run tells the truth, whichever came first', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work });
    for (let i = 0; i < 30; i++) {
      const { runId } = await session.run(`sleep 0.0${i % 3}`, { wait: false });
      const waiting = session.waitRun(runId);
      await delay(systemClock, i);
      const { result, ...cancelled } = await session.cancelRun(runId);
      const waited = await waiting;
      expect(cancelled.cancelled).not.toBe(cancelled.alreadyEnded);
      expect(cancelled).toMatchObject({ survivors: 0, unclear: 0, outcome: waited.outcome });
      expect(result?.exitCode).toBe(waited.exitCode);
    }
    expect(await session.run('echo next')).toMatchObject({ output: 'next\n' });
  });

  it('ends with its session or its host and signals nothing beside them', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    for (const end of ['session', 'host'] as const) {
      const session = await client.create({ shell: '/bin/bash', cwd: home.work });
      const { runId } = await begin(session, `sh -c "trap '' INT TERM HUP; exec sleep 300"`, 'sleep');
      const cancelling = session.cancelRun(runId, { graceMs: 2_000 });
      await expect.poll(() => eventsOf(home, session.reference, 'signal')).toHaveLength(1);
      if (end === 'session') expect(await session.destroy()).toMatchObject({ survivors: 0 });
      else await home.result(['host', 'stop', '--force']);
      const cancelled = await cancelling;
      expect(cancelled).toMatchObject({ outcome: 'session_exited', survivors: 0 });
      expect(await eventsOf(home, session.reference, 'signal')).toMatchObject([{ signal: 'SIGINT' }]);
    }
  });
});
