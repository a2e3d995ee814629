import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { type CliCall, TestHome } from '../support/cli.ts';
import { holding } from '../support/like.ts';
import { connectTo, eventsOf } from '../support/runningCommands.ts';

/** The commands that were typed into a session, and with which keys. */
async function typed(home: TestHome, id: string): Promise<unknown[]> {
  const events = await eventsOf(home, id, 'input_run');
  return events.map((event) =>
    typeof event === 'object' && event !== null && 'command' in event && 'idempotencyKey' in event
      ? [event.command, event.idempotencyKey]
      : event,
  );
}

describe('run --idempotency-key', () => {
  it('types a command once, however many calls come at a time, and gives each its result', async () => {
    await using home = new TestHome();
    const id = await home.create();
    const command = 'echo once; sleep 0.3; (exit 3)';
    const call = (): ReturnType<TestHome['result']> =>
      home.result(['run', id, command, '--idempotency-key', 'deploy-1']);
    const results = await Promise.all([call(), call(), call()]);
    results.push(await call());
    for (const result of results) expect(result).toMatchObject({ outcome: 'finished', exitCode: 3, output: 'once\n' });
    expect(results.filter(({ joined }) => joined === true)).toHaveLength(3);
    expect(new Set(results.map(({ runId }) => runId)).size).toBe(1);
    expect(await typed(home, id)).toEqual([[command, 'deploy-1']]);
    expect(await home.run(['run', id, command, '--idempotency-key', 'deploy-1'])).toMatchObject({
      exitCode: 3,
      stdout: 'once\n',
    });
  });

  it('goes on with the run of a caller that was killed after it was typed', async () => {
    await using home = new TestHome();
    const id = await home.create();
    const gate = path.join(home.work, 'gate');
    const command = `echo begun; until test -e ${gate}; do sleep 0.05; done; echo done`;
    const words = ['run', id, command, '--idempotency-key', 'k'];
    const first = home.start(words);
    await first.untilOutput('begun');
    first.kill('SIGKILL');
    await first.end;
    const second = home.start(words);
    await second.untilOutput('begun');
    fs.writeFileSync(gate, '');
    expect(await second.end).toMatchObject({ exitCode: 0, stdout: 'begun\ndone\n' });
    expect(await typed(home, id)).toHaveLength(1);
  });

  it('goes on after a time-out, and comes back at once with --no-wait', async () => {
    await using home = new TestHome();
    const id = await home.create();
    const words = ['run', id, 'sleep 0.8; echo late', '--idempotency-key', 'k'];
    expect(await home.result([...words, '--timeout', '50ms'])).toMatchObject({ outcome: 'timed_out' });
    const accepted = await home.result([...words, '--no-wait']);
    expect(accepted).toMatchObject({ joined: true, accepted: true });
    expect(await home.result(words)).toMatchObject({ outcome: 'finished', output: 'late\n', runId: accepted['runId'] });
    expect(await home.result([...words, '--no-wait'])).toMatchObject({ outcome: 'finished', exitCode: 0 });
    expect(await typed(home, id)).toHaveLength(1);
  });

  it('refuses another command under the same key, and keys that are none', async () => {
    await using home = new TestHome();
    const id = await home.create();
    await home.result(['run', id, 'true', '--idempotency-key', 'k']);
    const reused = ['run', id, 'false', '--idempotency-key', 'k'];
    expect(await home.error(reused)).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      exitCode: 4,
      retryable: false,
      details: { key: 'k', runId: `${id}.1` },
    });
    expect(await home.run(reused)).toMatchObject({ exitCode: 4, stderr: holding('belongs to run') });
    // the same text, sent with other line ends, is the same command
    expect(await home.result(['run', id, 'true\r\n', '--idempotency-key', 'k'])).toMatchObject({ joined: true });
    for (const key of ['', 'with space', 'ünicode', 'x'.repeat(129)])
      expect(await home.error(['run', id, 'true', '--idempotency-key', key])).toMatchObject({
        code: 'INVALID_INPUT',
        exitCode: 2,
      });
    expect(await home.error(['run', '--idempotency-key', 'k', '--', 'true'])).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await home.result(['run', id, 'true', '--idempotency-key', `"\\${'x'.repeat(126)}`])).toMatchObject({
      exitCode: 0,
    });
    expect(await typed(home, id)).toHaveLength(2);
  });

  it('joins the place of a command that waits for its turn, and leaves the key free when that is withdrawn', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work });
    const gate = path.join(home.work, 'gate');
    const first = session.run(`until test -e ${gate}; do sleep 0.05; done`);
    await expect.poll(async () => (await session.inspect()).runs[0]?.state).toBe('started');
    const gone = new AbortController();
    const queued = session.run('echo queued', { idempotencyKey: 'q', signal: gone.signal });
    const joining = session.run('echo queued', { idempotencyKey: 'q' });
    const withdrawn = session.run('echo withdrawn', { idempotencyKey: 'w' });
    withdrawn.catch(() => undefined);
    await expect.poll(async () => (await session.inspect()).runs.length).toBe(3);
    // who asked first goes; the place is kept for the other
    gone.abort();
    await expect(queued).rejects.toMatchObject({ code: 'CANCELLED' });
    const runs = (await session.inspect()).runs.map(({ command, runId, state }) => ({ command, runId, state }));
    expect(runs.slice(1)).toMatchObject([
      { command: 'echo queued', state: 'queued' },
      { command: 'echo withdrawn', state: 'queued' },
    ]);
    await session.cancelRun(runs[2]?.runId ?? '');
    await expect(withdrawn).rejects.toMatchObject({ code: 'CANCELLED' });
    const again = session.run('echo again', { idempotencyKey: 'w' });
    fs.writeFileSync(gate, '');
    await first;
    expect(await joining).toMatchObject({ output: 'queued\n', runId: runs[1]?.runId });
    expect(await again).toMatchObject({ output: 'again\n' });
    expect((await typed(home, session.reference)).slice(1)).toEqual([
      ['echo queued', 'q'],
      ['echo again', 'w'],
    ]);
  });

  it('is honoured when session and host are gone, with what the log knows', async () => {
    await using home = new TestHome();
    const id = await home.create();
    await home.result(['run', id, 'echo whole; (exit 5)', '--idempotency-key', 'whole']);
    const cut = ['run', id, 'echo cut; sleep 300', '--idempotency-key', 'cut'];
    const first = home.start(cut);
    await first.untilOutput('cut');
    process.kill(home.hostPid ?? -1, 'SIGKILL');
    expect(await first.end).toMatchObject({ exitCode: 125, stdout: 'cut\n' });
    const check = async (): Promise<void> => {
      expect(await home.result(['run', id, 'echo whole; (exit 5)', '--idempotency-key', 'whole'])).toMatchObject({
        outcome: 'finished',
        exitCode: 5,
        output: 'whole\n',
        joined: true,
      });
      expect(await home.result(cut)).toMatchObject({ outcome: 'lost', output: 'cut\n', joined: true });
      expect(await home.error(['run', id, 'echo other', '--idempotency-key', 'cut'])).toMatchObject({
        code: 'IDEMPOTENCY_KEY_REUSED',
      });
      expect(await home.error(['run', id, 'echo other', '--idempotency-key', 'never'])).toMatchObject({
        code: 'HOST_UNREACHABLE',
      });
    };
    await check();
    await home.create();
    await check();
    expect(await typed(home, id)).toHaveLength(2);
  });

  it('is honoured in a session that has ended, in the library too', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    const session = await client.create({ shell: '/bin/bash', cwd: home.work });
    await session.run('echo x', { idempotencyKey: 'k' });
    expect(await session.run('exit 7', { idempotencyKey: 'end' })).toMatchObject({ outcome: 'session_exited' });
    expect(await session.run('exit 7', { idempotencyKey: 'end' })).toMatchObject({ exitCode: 7, joined: true });
    await home.result(['host', 'stop']);
    const output: string[] = [];
    const told = await session.run('echo x', { idempotencyKey: 'k', onOutput: (text) => void output.push(text) });
    expect(told).toMatchObject({ outcome: 'finished', output: 'x\n', joined: true });
    expect(output.join('')).toBe('x\n');
    await expect(session.run('echo y', { idempotencyKey: 'new' })).rejects.toMatchObject({
      code: 'SESSION_NOT_RUNNING',
    });
  });

  it('holds against callers that are killed at random', async () => {
    await using home = new TestHome();
    const id = await home.create();
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    for (let round = 0; round < 6; round++) {
      const words = ['run', id, `echo round ${round}`, '--idempotency-key', `round-${round}`, '--json'];
      const calls: CliCall[] = [];
      for (let i = 0; i < 3; i++) {
        const call = home.start(words);
        calls.push(call);
        void delay(systemClock, random(300)).then(() => call.kill('SIGKILL'));
        await delay(systemClock, random(60));
      }
      await Promise.all(calls.map(({ end }) => end));
      expect(await home.result(words.slice(0, -1))).toMatchObject({ output: `round ${round}\n` });
    }
    expect(await typed(home, id)).toEqual(
      Array.from({ length: 6 }, (_, round) => [`echo round ${round}`, `round-${round}`]),
    );
  });
});
