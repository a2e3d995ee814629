import { describe, expect, it } from 'vitest';
import { readRunOutput, readRuns, RunWindow } from '../../../src/client/runLog.ts';
import { pickRun, resultFromLog } from '../../../src/client/runResult.ts';
import type { LogEvent } from '../../../src/protocol/events.ts';
import { putRecord, record } from '../store/support.ts';
import { inputRun, newLog, output, runComplete, runId, runStarted, SESSION_ID } from './support.ts';

async function outputOf(file: string, n: number): Promise<string> {
  const parts: Buffer[] = [];
  for await (const bytes of readRunOutput(file, runId(n))) parts.push(bytes);
  return Buffer.concat(parts).toString('utf8');
}

function event(type: string, payload: LogEvent['payload']): LogEvent {
  return { seq: 0, ts: '', t: 0, type, payload, h: '' };
}

describe('the output of a run in a log', () => {
  it('lies between its start and its end, whatever other runs and echoes there are', async () => {
    const log = newLog();
    log.append(
      output('prompt$ '),
      inputRun(1),
      output('echo of 1\r\n'),
      { type: 'run_echo', payload: { data: 'painted', runId: runId(1) } },
      runStarted(1, 2),
      output('one '),
      output('two'),
      runComplete(1, 2, 0),
      output('prompt$ '),
      inputRun(2),
      runStarted(2, 9),
      output('three'),
      runComplete(2, 9, 1),
    );
    expect(await outputOf(log.file, 1)).toBe('one two');
    expect(await outputOf(log.file, 2)).toBe('three');
    expect(await outputOf(log.file, 3)).toBe('');
  });

  it('is all that the session\u2019s own program wrote', async () => {
    const log = newLog();
    log.append(inputRun(1, 'process'), output('a'), output('b'), {
      type: 'exit',
      payload: { exitCode: 0, exitSignal: null },
    });
    expect(await outputOf(log.file, 1)).toBe('ab');
  });

  it('is kept byte for byte', async () => {
    const log = newLog();
    log.append(inputRun(1), runStarted(1, 1), {
      type: 'output',
      payload: { dataBase64: Buffer.from([0xff, 0, 0xc3]).toString('base64') },
    });
    const parts: Buffer[] = [];
    for await (const bytes of readRunOutput(log.file, runId(1))) parts.push(bytes);
    expect(Buffer.concat(parts)).toEqual(Buffer.from([0xff, 0, 0xc3]));
  });

  it('ends with the program and with the host', () => {
    for (const type of ['exit', 'host_lost']) {
      const window = new RunWindow(runId(1));
      window.take(event('run_started', { runId: runId(1) }));
      window.take(event(type, {}));
      expect(window.isClosed).toBe(true);
      expect(window.take(event('output', { data: 'late' }))).toBeUndefined();
    }
  });
});

describe('the runs in a log', () => {
  it('tell how each ended', async () => {
    const log = newLog();
    log.append(inputRun(1), runStarted(1, 1), output('x'), runComplete(1, 1, 3), inputRun(2));
    log.clock.advance(40);
    log.append(runStarted(2, 5), { type: 'exit', payload: { exitCode: null, exitSignal: 'SIGKILL' } });
    const common = { sessionId: SESSION_ID, source: 'hooks', signal: null };
    expect(await readRuns(log.file, { sessionId: SESSION_ID, hostIsGone: true })).toEqual([
      {
        ...common,
        runId: runId(1),
        command: 'command 1',
        marker: 'marker 1',
        state: 'ended',
        outcome: 'finished',
        exitCode: 3,
        seq: 1,
        fromSeq: 2,
        toSeq: 4,
        durationMs: 12,
        evidence: ['hook_mark'],
        confidence: 'certain',
      },
      {
        ...common,
        runId: runId(2),
        command: 'command 2',
        marker: 'marker 2',
        state: 'ended',
        outcome: 'session_exited',
        exitCode: null,
        signal: 'SIGKILL',
        seq: 5,
        fromSeq: 6,
        toSeq: 7,
        durationMs: 40,
        evidence: ['process_exit'],
        confidence: 'certain',
      },
    ]);
  });

  it('are lost when their host is gone before their end, and go on while it lives', async () => {
    const log = newLog();
    log.append(inputRun(1), runStarted(1, 1));
    const lost = { state: 'ended', outcome: 'lost', exitCode: null, evidence: ['host_death'], confidence: 'certain' };
    expect(await readRuns(log.file, { sessionId: SESSION_ID, hostIsGone: true })).toMatchObject([lost]);
    expect(await readRuns(log.file, { sessionId: SESSION_ID, hostIsGone: false })).toMatchObject([
      { state: 'started', outcome: null },
    ]);
    log.append({ type: 'host_lost', payload: { hostPid: 1, survivorsEnded: 0 } });
    expect(await readRuns(log.file, { sessionId: SESSION_ID, hostIsGone: false })).toMatchObject([lost]);
  });
});

describe('the result of a run without its host', () => {
  it('holds its output as text, cut to what was asked for', async () => {
    const log = newLog();
    putRecord(log.home, 1, record(1));
    log.append(
      inputRun(1),
      runStarted(1, 1),
      output('\u001b[31mred\u001b[0m\r\n'),
      output('50%\r100%\r\n'),
      runComplete(1, 1, 0),
    );
    expect(await resultFromLog(log.home, runId(1))).toMatchObject({
      outcome: 'finished',
      accepted: true,
      completed: true,
      timedOut: false,
      output: 'red\n100%\n',
      outputBytes: 24,
      outputTruncated: false,
      outputOmittedBytes: 0,
      head: { seq: 5 },
    });
    expect(await resultFromLog(log.home, runId(1), 4)).toMatchObject({
      output: 're%\n',
      outputTruncated: true,
      outputOmittedBytes: 5,
    });
  });

  it('is lost for one that the dead host left open', async () => {
    const log = newLog();
    putRecord(
      log.home,
      1,
      record(1, { status: 'running', hostPid: 1, hostIdentity: { pid: 1, startTicks: '1', bootId: 'another boot' } }),
    );
    log.append(inputRun(1), runStarted(1, 1), output('half'));
    expect(await resultFromLog(log.home, runId(1))).toMatchObject({
      outcome: 'lost',
      completed: false,
      exitCode: null,
      output: 'half',
    });
  });

  it('names a run that the session never had', async () => {
    const log = newLog();
    putRecord(log.home, 1, record(1));
    await expect(resultFromLog(log.home, runId(7))).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    expect(() => pickRun([], runId(7))).toThrow(`session ${SESSION_ID} has no run 7`);
  });
});
