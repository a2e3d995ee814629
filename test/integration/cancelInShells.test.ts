import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { TestHome } from '../support/cli.ts';
import { begin, connectTo, eventsOf, namesOf } from '../support/runningCommands.ts';

const SHELLS = ['/bin/bash', '/usr/bin/zsh', '/usr/bin/fish', '/usr/bin/dash'];

/** Short enough for a test, long enough for a busy machine: what is shorter would make a rung look useless. */
const graceMs = 1_500;

describe.each(SHELLS)('a run cancelled in %s', (shell) => {
  it('ends by an interrupt where that is enough, and its waiter is told', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell, cwd: home.work });
    const { runId, names } = await begin(session, 'sleep 300', 'sleep');
    const waiting = session.waitRun(runId);
    const cancelled = await session.cancelRun(runId, { graceMs });
    expect(cancelled).toMatchObject({
      cancelled: true,
      alreadyEnded: false,
      step: 'interrupt',
      survivors: 0,
      unclear: 0,
    });
    expect(cancelled).toMatchObject({ outcome: 'interrupted', signalled: 1, result: { exitCode: 130 } });
    expect(await waiting).toMatchObject({ outcome: 'interrupted', exitCode: 130 });
    await expect.poll(names).toEqual([]);
    expect(await session.run('echo next')).toMatchObject({ exitCode: 0, output: 'next\n' });
  });

  it('gets TERM when it ignores the interrupt, and KILL when it ignores that', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell, cwd: home.work });
    for (const [ignored, step, exitCode] of [
      ['INT', 'terminate', 143],
      ['INT TERM', 'kill', 137],
    ] as const) {
      const { runId, names } = await begin(session, `sh -c "trap '' ${ignored}; exec sleep 300"`, 'sleep');
      const cancelled = await session.cancelRun(runId, { graceMs: 500 });
      expect(cancelled).toMatchObject({
        cancelled: true,
        step,
        survivors: 0,
        outcome: 'finished',
        result: { exitCode },
      });
      // fish asks git for its prompt
      await expect.poll(names).toEqual([]);
    }
    const steps = await eventsOf(home, session.reference, 'signal', 'input_keys');
    expect(steps).toMatchObject([
      { signal: 'SIGINT' },
      { signal: 'SIGTERM' },
      { signal: 'SIGINT' },
      { signal: 'SIGTERM' },
      { signal: 'SIGKILL' },
    ]);
    expect(await session.run('echo next')).toMatchObject({ exitCode: 0, output: 'next\n' });
  });

  it('takes all that it started along, and nothing of an earlier one', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell, cwd: home.work });
    await session.run('sleep 301 &');
    await expect.poll(() => namesOf(session.reference)).toEqual(['sleep']);
    const tail = 'sh -c \'python3 -c "import time; time.sleep(300)" & exec cat\'';
    const { runId, names } = await begin(session, `${tail} | tail -f /dev/null | cat`, 'python3', 'tail', 'cat');
    expect(await session.cancelRun(runId, { graceMs })).toMatchObject({ cancelled: true, survivors: 0, unclear: 0 });
    expect(names()).toEqual(['sleep']);
    const shells = await session.inspect();
    expect(shells.foreground).toMatchObject({ isShell: true });
  });

  it('that runs a program in raw mode gets SIGINT, which no key could send', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell, cwd: home.work });
    const { runId } = await begin(session, `sh -c 'stty raw -echo; exec cat'`, 'cat');
    const cancelled = await session.cancelRun(runId, { graceMs });
    expect(cancelled).toMatchObject({ cancelled: true, step: 'interrupt', signalled: 1, survivors: 0 });
    const interrupts = await eventsOf(home, session.reference, 'signal', 'input_keys');
    expect(interrupts).toEqual([{ type: 'signal', signal: 'SIGINT', runId }]);
  });

  it('that is an incomplete command gives the prompt back', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell, cwd: home.work });
    const { runId } = await session.run('echo "open', { wait: false });
    const cancelled = await session.cancelRun(runId, { graceMs });
    expect(cancelled).toMatchObject({ survivors: 0, signalled: 0, result: { runId } });
    expect(cancelled.cancelled || cancelled.alreadyEnded).toBe(true);
    expect(await session.run('echo next')).toMatchObject({ output: 'next\n' });
  });

  it('about when it ends by itself leaves the next one whole', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell, cwd: home.work });
    const commands = ['sleep 0.01; sleep 0.01', 'true', 'sh -c "sleep 0.02"', 'echo "open', 'sleep 5'];
    for (let i = 0; i < 25; i++) {
      const { runId } = await session.run(commands[i % commands.length] ?? '', { wait: false });
      const next = session.run(`echo next ${i}`);
      await delay(systemClock, (i * 7) % 40);
      const cancelled = await session.cancelRun(runId, { graceMs });
      expect(cancelled.cancelled || cancelled.alreadyEnded).toBe(true);
      expect(cancelled).toMatchObject({ survivors: 0, unclear: 0 });
      expect(await next).toMatchObject({ outcome: 'finished', exitCode: 0, output: `next ${i}\n` });
    }
  });
});
