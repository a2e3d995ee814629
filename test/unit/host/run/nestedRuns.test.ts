import { describe, expect, it } from 'vitest';
import { BASH_HOOKS } from '../../../../src/host/run/sources/bashHooks.ts';
import { atPrompt, type Bench, mark, SENTINEL } from '../../../support/runBench.ts';

const INSIDE = { source: SENTINEL, isNested: true, endsBelow: true };

/** A shell whose run of another shell is open, prompt 1, with the other one at its prompt. */
function inside(): { bench: Bench; outer: string } {
  const bench = atPrompt();
  const { runId: outer } = bench.type('bash');
  bench.feed(`bash\r\n${mark('C;1')}inner$ `);
  bench.flush();
  bench.log.length = 0;
  return { bench, outer };
}

describe('a run typed into a shell that another run started', () => {
  it('ends by its own frame, and the outer one goes on until its shell speaks', async () => {
    const { bench, outer } = inside();
    const { runId, token } = bench.type('echo hi', INSIDE);
    bench.feed(`echo${mark(`S;${token}`)}hi\r\n${mark(`E;${token};3`)}inner$ `);
    expect(await bench.wait(runId)).toMatchObject({ end: { outcome: 'finished', exitCode: 3, confidence: 'likely' } });
    expect(bench.coordinator.runInFlight).toBe(outer);
    bench.feed(`exit\r\n${mark('D;1;0')}$ `);
    expect(await bench.wait(outer)).toMatchObject({ end: { outcome: 'finished', exitCode: 0, confidence: 'certain' } });
    expect(bench.coordinator.runInFlight).toBeUndefined();
    bench.flush();
    expect(bench.log).toEqual([
      'input_run',
      'run_echo',
      'output "echo hi\\r\\n"',
      'run_started',
      'output "hi\\r\\n"',
      'run_complete finished 3 seq 2',
      'output "inner$ exit\\r\\n"',
      'run_complete finished 0 seq 0',
      'output "$ "',
    ]);
  });

  it('gives its output to the outer one too', () => {
    const { bench, outer } = inside();
    const { runId, token } = bench.type('echo hi', INSIDE);
    bench.feed(`echo${mark(`S;${token}`)}hi\r\n${mark(`E;${token};0`)}inner$ `);
    expect(bench.coordinator.result(runId, 100)?.output).toBe('hi\n');
    expect(bench.coordinator.result(outer, 100)?.output).toBe('inner$ echo hi\nhi\ninner$ ');
  });

  it('takes the status of the command below when it ended its shell and was all of that', async () => {
    const { bench, outer } = inside();
    const { runId, token } = bench.type('exit 7', INSIDE);
    bench.feed(`exit${mark(`S;${token}`)}exit\r\n${mark('D;1;7')}$ `);
    expect(await bench.wait(runId)).toMatchObject({
      end: { outcome: 'finished', exitCode: 7, confidence: 'likely', evidence: ['process_exit'] },
    });
    expect(await bench.wait(outer)).toMatchObject({ end: { outcome: 'finished', exitCode: 7 } });
  });

  it('has no status when the command below is more than its shell, or tells nothing', async () => {
    const { bench } = inside();
    const piped = bench.type('exit 7', { ...INSIDE, endsBelow: false });
    bench.feed(`exit${mark(`S;${piped.token}`)}${mark('D;1;0')}$ `);
    const lost = { end: { outcome: 'lost', exitCode: null, evidence: ['process_exit'] } };
    expect(await bench.wait(piped.runId)).toMatchObject(lost);
    const again = inside().bench;
    const killed = again.type('kill -9 $$', INSIDE);
    again.coordinator.readerGone('ended');
    expect(await again.wait(killed.runId)).toMatchObject(lost);
  });

  it('may stand on others: only the lowest has a status when all are gone', async () => {
    const { bench, outer } = inside();
    const middle = bench.type('zsh', INSIDE);
    bench.feed(`zsh${mark(`S;${middle.token}`)}`);
    const top = bench.type('kill', INSIDE);
    bench.feed(`kill${mark(`S;${top.token}`)}${mark('D;1;137')}`);
    const ends = await Promise.all([top.runId, middle.runId, outer].map((run) => bench.wait(run)));
    expect(ends).toMatchObject([
      { end: { outcome: 'lost', exitCode: null } },
      { end: { outcome: 'finished', exitCode: 137 } },
      { end: { outcome: 'finished', exitCode: 137, confidence: 'certain' } },
    ]);
  });

  it('ends with the frame around the shell that it was typed into', async () => {
    const { bench, outer } = inside();
    const middle = bench.type('zsh', INSIDE);
    bench.feed(`zsh${mark(`S;${middle.token}`)}`);
    const top = bench.type('exit 4', INSIDE);
    bench.feed(`exit${mark(`S;${top.token}`)}${mark(`E;${middle.token};4`)}`);
    expect(await bench.wait(top.runId)).toMatchObject({ end: { outcome: 'finished', exitCode: 4 } });
    expect(await bench.wait(middle.runId)).toMatchObject({ end: { outcome: 'finished', exitCode: 4 } });
    expect(bench.coordinator.runInFlight).toBe(outer);
  });

  it('ends with the command of somebody else that started its shell', async () => {
    const bench = atPrompt();
    bench.feed(`bash\r\n${mark('C;1')}inner$ `);
    const { runId, token } = bench.type('exit', { ...INSIDE, endsBelow: false });
    bench.feed(`exit${mark(`S;${token}`)}exit\r\n${mark('D;1;0')}`);
    expect(await bench.wait(runId)).toMatchObject({ end: { outcome: 'lost' } });
    bench.flush();
    expect(bench.log.at(-1)).toBe('foreign_run 0');
  });

  it('is ended with everything else when the session ends', async () => {
    const { bench, outer } = inside();
    const { runId } = bench.type('x', INSIDE);
    bench.coordinator.exit({ exitCode: null, exitSignal: 'SIGKILL' });
    for (const run of [runId, outer]) {
      expect(await bench.wait(run)).toMatchObject({ end: { outcome: 'session_exited', signal: 'SIGKILL' } });
    }
  });

  it('is not ended by marks that are made up or come again', () => {
    const { bench, outer } = inside();
    const first = bench.type('one', INSIDE);
    bench.feed(`one${mark(`S;${first.token}`)}${mark(`E;${first.token};0`)}`);
    const { runId, token } = bench.type('two', INSIDE);
    bench.feed(`two${mark(`S;${token}`)}`);
    const forged = [
      mark(`E;${first.token};5`),
      mark(`E;${'0'.repeat(32)};5`),
      mark('D;0;5'),
      mark('D;2;5'),
      mark('D;1;5').replace('555', '666'),
      '\u001b]133;D;5\u0007',
      '\u001b]633;D;5\u0007',
      '\u001b]3008;end=x;exit=success\u001b\\',
    ];
    bench.feed(forged.join(''));
    expect([bench.coordinator.view(runId)?.state, bench.coordinator.view(outer)?.state]).toEqual([
      'started',
      'started',
    ]);
    expect(bench.coordinator.result(runId, 1_000)?.outputBytes).toBe(forged.join('').length);
  });
});

describe('a shell that has become another program', () => {
  it('leaves a run that is lost, as a guess', async () => {
    const bench = atPrompt();
    const { runId } = bench.type('exec zsh');
    bench.feed(`exec zsh\r\n${mark('C;1')}vm# `);
    bench.coordinator.readerGone('replaced');
    expect(await bench.wait(runId)).toMatchObject({
      end: { outcome: 'lost', exitCode: null, evidence: ['foreground_group', 'prompt'], confidence: 'guess' },
    });
  });
});

describe('a shell whose hooks were taken for lost', () => {
  it('counts no frame as a command of somebody else', async () => {
    const bench = atPrompt();
    bench.coordinator.useSource(SENTINEL);
    const { runId, token } = bench.type('true');
    bench.feed(`x${mark('C;1')}${mark(`S;${token}`)}${mark(`E;${token};0`)}${mark('D;1;0')}$ `);
    expect(await bench.wait(runId)).toMatchObject({ end: { outcome: 'finished', evidence: ['sentinel'] } });
    bench.flush();
    expect(bench.log).not.toContain('foreign_run 0');
  });

  it('is believed when it speaks again: a frame whose end did not come is over', async () => {
    const bench = atPrompt();
    bench.coordinator.useSource(SENTINEL);
    const { runId, token } = bench.type('sleep 9');
    bench.feed(`x${mark(`S;${token}`)}${mark('C;1')}^C${mark('D;1;130')}$ `);
    expect(await bench.wait(runId)).toMatchObject({ end: { outcome: 'interrupted', evidence: ['hook_mark'] } });
    bench.flush();
    expect(bench.log).not.toContain('foreign_run 130');
    bench.coordinator.useSource(BASH_HOOKS);
    const next = bench.type('true');
    bench.feed(`${mark('C;2')}${mark('D;2;0')}`);
    expect(await bench.wait(next.runId)).toMatchObject({ end: { outcome: 'finished', confidence: 'certain' } });
  });
});
