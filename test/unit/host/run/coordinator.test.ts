import { describe, expect, it } from 'vitest';
import { ECHO_HOLD_MS } from '../../../../src/host/run/runInFlight.ts';
import { BASH_HOOKS } from '../../../../src/host/run/sources/bashHooks.ts';
import { like } from '../../../support/like.ts';
import { atPrompt, Bench, mark, SENTINEL, SESSION } from '../../../support/runBench.ts';

describe('a run with hooks', () => {
  it('stands in the log in the order of the bytes', async () => {
    const bench = atPrompt();
    const { runId, bytes } = bench.type('make');
    expect(bytes).toBe('make\r');
    bench.feed(`make\r\n${mark('C;1')}before${mark('D;1;2')}after`);
    bench.flush();
    expect(bench.log).toEqual([
      'input_run',
      'output "make\\r\\n"',
      'run_started',
      'output "before"',
      'run_complete finished 2 seq 0',
      'output "after"',
    ]);
    expect(await bench.wait(runId)).toMatchObject({ kind: 'ended', end: { outcome: 'finished', exitCode: 2 } });
    expect(bench.coordinator.result(runId, 100)).toEqual({
      runId,
      sessionId: SESSION,
      outcome: 'finished',
      accepted: true,
      completed: true,
      timedOut: false,
      exitCode: 2,
      signal: null,
      output: 'before',
      outputBytes: 6,
      outputTruncated: false,
      outputOmittedBytes: 0,
      outputModel: 'lines',
      outputUsesScreen: false,
      seq: 0,
      fromSeq: 1,
      toSeq: 2,
      marker: like(/^__AT_MARKER_[0-9a-f]{32}__$/),
      durationMs: 0,
      source: 'hooks',
      evidence: ['hook_mark'],
      confidence: 'certain',
    });
  });

  it('takes a prompt that came without a start for a rejection', async () => {
    const bench = atPrompt();
    const { runId } = bench.type('if; fi');
    bench.feed(`error${mark('D;1;2')}`);
    expect(await bench.wait(runId)).toMatchObject({ end: { outcome: 'rejected', exitCode: 2 } });
    expect(bench.reports).toEqual(['prompt', 'prompt']);
  });

  it('keeps what the shell prints behind the output, before it says how the command ended, out of the run', async () => {
    const bench = atPrompt();
    const { runId } = bench.type('x');
    bench.feed(`${mark('C;1')}out${mark('O;0')}${mark('O;1')}partial line`);
    bench.feed(` mark${mark('D;1;3')}$ `);
    bench.flush();
    expect(await bench.wait(runId)).toMatchObject({ end: { outcome: 'finished', exitCode: 3 } });
    expect(bench.log).toEqual([
      'input_run',
      'run_started',
      `output ${JSON.stringify(`out${mark('O;0')}`)}`,
      'run_complete finished 3 seq 0',
      'output "partial line mark$ "',
    ]);
  });

  it('loses nothing when the shell ends behind the output, or prints much there', async () => {
    const bench = atPrompt();
    const { runId } = bench.type('exit 7');
    bench.feed(`${mark('C;1')}out${mark('O;1')}bye`);
    bench.coordinator.exit({ exitCode: 7, exitSignal: null });
    expect(await bench.wait(runId)).toMatchObject({ end: { outcome: 'session_exited', exitCode: 7 } });
    expect(bench.log.slice(-2)).toEqual(['output "outbye"', 'exit 7']);
    const busy = atPrompt();
    busy.type('x');
    busy.feed(`${mark('C;1')}${mark('O;1')}${'p'.repeat(5000)}`);
    busy.flush();
    expect(busy.log.at(-1)).toBe(`output "${'p'.repeat(5000)}"`);
  });

  it('does not suspect a prompt where a built-in reads with the editor, whichever is told first', () => {
    for (const reads of [`${mark('B')}\u001b[?2004hread> `, `\u001b[?2004h${mark('B')}read> `]) {
      const bench = atPrompt();
      bench.type('read x');
      bench.feed(`\u001b[?2004l${mark('C;1')}${reads}`);
      expect(bench.coordinator.promptSuspected).toBe(false);
      // The next time that the editor reads it may be at the prompt.
      bench.feed('\u001b[?2004l\u001b[?2004h$ ');
      expect(bench.coordinator.promptSuspected).toBe(true);
    }
  });

  it('asks once for an interrupt when the shell waits for the rest of a command', async () => {
    const bench = atPrompt();
    const { runId } = bench.type("echo 'x");
    bench.feed("echo 'x\r\n\u001b[?20");
    bench.feed('04l\r\u001b[?2004h> ');
    bench.feed('\u001b[?2004l\u001b[?2004h> ');
    expect(bench.interrupts).toEqual([runId]);
    bench.feed(`^C\u001b[?2004l${mark('D;1;130')}`);
    expect(await bench.wait(runId)).toMatchObject({ end: { outcome: 'rejected', exitCode: 130 } });
  });

  it('asks again when the shell still waits, as an editor that was starting lost the first', async () => {
    const bench = atPrompt();
    const { runId } = bench.type("echo 'x");
    bench.feed("echo 'x\r\n\u001b[?2004l\r\u001b[?2004h> ");
    expect(bench.coordinator.promptSuspected).toBe(true);
    bench.coordinator.promptReturned({ interrupted: false });
    expect(bench.interrupts).toEqual([runId, runId]);
    bench.feed(`^C\u001b[?2004l${mark('D;1;130')}`);
    expect(await bench.wait(runId)).toMatchObject({ end: { outcome: 'rejected', exitCode: 130 } });
  });

  it('is not interrupted in a shell that answers every line, whatever its editor does meanwhile', async () => {
    const bench = atPrompt({ ...BASH_HOOKS, answersLines: true });
    const editing = '\u001b[?2004l\u001b[?2004h\u001b[?2004lif true\u001b[?2004h';
    const refused = bench.type('if true').runId;
    bench.feed(`${editing}${mark('R')}\r\nwhy\r\n${mark('D;1;')}\u001b[?2004h$ `);
    expect(await bench.wait(refused)).toMatchObject({ end: { outcome: 'rejected' } });
    expect(bench.coordinator.result(refused, 100)).toMatchObject({ output: 'why\n' });
    const unanswered = bench.type('true').runId;
    bench.feed(editing);
    expect(bench.coordinator.promptSuspected).toBe(true);
    bench.coordinator.promptReturned({ interrupted: false });
    expect(await bench.wait(unanswered)).toMatchObject({ end: { outcome: 'lost' } });
    expect(bench.interrupts).toEqual([]);
  });

  it('that is the program of its session ends by its exit alone', () => {
    const bench = atPrompt();
    const prepared = bench.coordinator.prepareProcessRun('cat');
    bench.coordinator.registerProcessRun(prepared, 0);
    bench.coordinator.promptReturned({ interrupted: true });
    expect(bench.coordinator.view(prepared.runId)).toMatchObject({ state: 'started', outcome: null });
    bench.coordinator.exit({ exitCode: 4, exitSignal: null });
    expect(bench.coordinator.view(prepared.runId)).toMatchObject({ outcome: 'finished', exitCode: 4 });
  });

  it('follows the shell when an interrupt has taken the marks of a prompt', () => {
    const bench = atPrompt();
    const { runId } = bench.type('sleep 9');
    bench.feed(mark('C;1'));
    bench.coordinator.interruptTyped();
    // the mark of its end, D;1;130, was dropped by the terminal
    bench.feed(`${mark('D;2;130')}$ `);
    expect(bench.coordinator.view(runId)).toMatchObject({ state: 'started' });
    bench.coordinator.promptReturned({ interrupted: true });
    expect(bench.coordinator.view(runId)).toMatchObject({ outcome: 'interrupted', evidence: ['prompt'] });
    const next = bench.type('false');
    bench.feed(`${mark('C;3')}${mark('D;3;1')}`);
    expect(bench.coordinator.view(next.runId)).toMatchObject({ outcome: 'finished', exitCode: 1 });
  });

  it('leaves marks of other prompts and replayed ones in the output', () => {
    const bench = atPrompt();
    const { runId } = bench.type('x');
    bench.feed(`${mark('C;1')}${mark('D;0;0')}${mark('C;7')}${mark('D;2;9')}out`);
    expect(bench.coordinator.view(runId)?.state).toBe('started');
    bench.feed(mark('D;1;0'));
    const output = bench.coordinator.result(runId, 1000);
    expect(output?.outputBytes).toBe(mark('D;0;0').length + mark('C;7').length + mark('D;2;9').length + 3);
    bench.feed(mark('D;1;9'));
    expect(bench.coordinator.view(runId)?.exitCode).toBe(0);
  });

  it('ignores that each line of a paste begins a command', () => {
    const bench = atPrompt();
    bench.type('a\nb');
    bench.feed(`${mark('C;1')}a${mark('C;1')}b${mark('D;1;0')}`);
    expect(bench.log.filter((line) => line === 'run_started')).toHaveLength(1);
  });

  it('moves on when a person was quicker, and logs that command as foreign', async () => {
    const bench = atPrompt();
    bench.feed(mark('C;1'));
    const { runId } = bench.type('mine');
    bench.feed(`theirs${mark('D;1;3')}`);
    expect(bench.coordinator.view(runId)?.state).toBe('typed');
    bench.feed(`${mark('C;2')}ours${mark('D;2;4')}`);
    expect(await bench.wait(runId)).toMatchObject({ end: { outcome: 'finished', exitCode: 4 } });
    expect(bench.log).toContain('foreign_run 3');
    expect(bench.coordinator.result(runId, 100)?.output).toBe('ours');
  });

  it('ends as lost when the shell is back at its prompt without a word', async () => {
    const bench = atPrompt();
    const { runId } = bench.type('exec bash');
    bench.feed(`${mark('C;1')}\u001b[?2004hprompt`);
    expect(bench.coordinator.promptSuspected).toBe(true);
    bench.coordinator.promptReturned({ interrupted: false });
    expect(await bench.wait(runId)).toMatchObject({
      end: { outcome: 'lost', exitCode: null, evidence: ['prompt'], confidence: 'guess' },
    });
    expect(bench.coordinator.result(runId, 100)).toMatchObject({ output: '', completed: false });
  });
});

describe('a sentinel run', () => {
  it('shows the command instead of what was painted, and keeps that apart', async () => {
    const bench = new Bench(SENTINEL);
    bench.feed('$ ');
    bench.flush();
    const { runId, token, bytes } = bench.type('ls');
    expect(bytes).toMatch(/^\u001b\[200~ .*\u001b\[201~\r$/);
    bench.feed('painted\r\n\u001b[?2004l');
    bench.flush();
    bench.feed(`${mark(`S;${token}`)}out\r\n${mark(`E;${token};3`)}$ `);
    bench.flush();
    expect(bench.log).toEqual([
      'output "$ "',
      'input_run',
      'run_echo',
      'output "\\u001b[?2004lls\\r\\n"',
      'run_started',
      'output "out\\r\\n"',
      'run_complete finished 3 seq 0',
      'output "$ "',
    ]);
    expect(await bench.wait(runId)).toMatchObject({ end: { evidence: ['sentinel'], confidence: 'likely' } });
    expect(bench.clock.pendingTimers).toBe(0);
  });

  it('is not ended by the frame of another run', () => {
    const bench = new Bench(SENTINEL);
    const first = bench.type('a');
    bench.feed(mark(`S;${first.token}`) + mark(`E;${first.token};0`));
    const second = bench.type('b');
    bench.feed(mark(`S;${first.token}`) + mark(`E;${first.token};0`));
    expect(bench.coordinator.view(second.runId)?.state).toBe('typed');
    bench.feed(mark(`S;${second.token}`) + mark(`E;${first.token};0`));
    expect(bench.coordinator.view(second.runId)?.state).toBe('started');
  });

  it('gives the echo out when nothing answers, without the frame, and still knows a late start', () => {
    const bench = new Bench(SENTINEL);
    const { runId, token, bytes } = bench.type('ls');
    bench.feed(`> ${bytes.slice(6, -7)}\r\nNameError: eh`);
    bench.clock.advance(ECHO_HOLD_MS - 1);
    expect(bench.log).toEqual(['input_run']);
    bench.clock.advance(1);
    expect(bench.log).toEqual(['input_run', String.raw`output "> \\builtin eval 'ls'\r\nNameError: eh"`]);
    bench.feed(mark(`S;${token}`));
    expect(bench.coordinator.view(runId)?.state).toBe('started');
  });

  it('is interrupted, not lost, when an INTR made the shell drop the frame', async () => {
    const bench = new Bench(SENTINEL);
    const { runId, token } = bench.type('sleep 9');
    bench.feed(`${mark(`S;${token}`)}^C\r\n\u001b[?2004h$ `);
    bench.coordinator.promptReturned({ interrupted: false });
    expect(bench.coordinator.view(runId)?.state).toBe('started');
    bench.coordinator.promptReturned({ interrupted: true });
    expect(await bench.wait(runId)).toMatchObject({
      end: { outcome: 'interrupted', exitCode: 130, confidence: 'likely' },
    });
    expect(bench.coordinator.result(runId, 100)?.output).toBe('^C\n');
  });
});

describe('a process run', () => {
  it.each([
    [{ exitCode: 3, exitSignal: null }, 3, null],
    [{ exitCode: null, exitSignal: 'SIGTERM' }, 143, 'SIGTERM'],
  ])('ends with the process, %j', async (exit, exitCode, signal) => {
    const bench = new Bench(undefined);
    const prepared = bench.coordinator.prepareProcessRun('make all');
    bench.coordinator.registerProcessRun(prepared, bench.append({ type: 'input_run', payload: prepared.inputRun }));
    bench.feed(`output ${mark('D;0;0')}`);
    bench.coordinator.exit(exit);
    expect(await bench.wait(prepared.runId)).toEqual({
      kind: 'ended',
      end: { outcome: 'finished', exitCode, signal, evidence: ['process_exit'], confidence: 'certain' },
    });
    expect(bench.log.map((line) => line.split(' ')[0])).toEqual([
      'input_run',
      'run_started',
      'output',
      'run_complete',
      'exit',
    ]);
    expect(bench.log[2]).toContain(JSON.stringify(mark('D;0;0')).slice(1, -1));
  });
});
