import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LogAppender } from '../../../../src/eventlog/appender.ts';
import { openLogFile } from '../../../../src/eventlog/logFile.ts';
import { InputWatch } from '../../../../src/host/session/inputWatch.ts';
import { Journal } from '../../../../src/host/session/journal.ts';
import { LogProgress } from '../../../../src/host/session/logProgress.ts';
import { PromptGate } from '../../../../src/host/session/promptGate.ts';
import { RunOrigins } from '../../../../src/host/session/runOrigins.ts';
import { SessionRuns } from '../../../../src/host/session/runs.ts';
import { PromptTracker } from '../../../../src/host/run/promptTracker.ts';
import { MAX_INPUT_BYTES } from '../../../../src/protocol/limits.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakePty } from '../../../support/fakePty.ts';
import { ownShell } from '../../../support/ownShell.ts';
import { Bench, SENTINEL, SESSION } from '../../../support/runBench.ts';

let directory: string;
let scratch: string;
let isFull: boolean;
let clock: FakeClock;
let pty: FakePty;
let bench: Bench;
let ended: AbortController;
let journal: Journal;
let runs: SessionRuns;
let tracker: PromptTracker;
/** What reading the terminal brings. */
let readOutput: () => boolean;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-runs-'));
  scratch = path.join(directory, 'scratch');
  isFull = false;
  clock = new FakeClock();
  pty = new FakePty({ clock });
  bench = new Bench(SENTINEL);
  ended = new AbortController();
  journal = new Journal(appender(), clock, () => undefined);
  readOutput = () => true;
  tracker = new PromptTracker('line_editor', 0);
  tracker.bracketedPasteSwitched(true);
  clock.advance(1_000);
  const watched = { clock, pty, journal, coordinator: bench.coordinator, drainOutput: () => undefined };
  const inputWatch = new InputWatch({
    ...watched,
    kernelPrompt: false,
    lastOutputMs: () => 0,
    isAlternateScreen: () => false,
  });
  const readers = ownShell(() => bench.coordinator.runInFlight !== undefined);
  runs = new SessionRuns({
    clock,
    pty,
    journal,
    inputWatch,
    progress: new LogProgress(clock),
    coordinator: bench.coordinator,
    tracker,
    gate: new PromptGate({ clock, pty, tracker, readers }),
    readers,
    origins: new RunOrigins(pty.identity, (runId) => bench.coordinator.view(runId)),
    log: path.join(directory, 'events.jsonl'),
    scratch,
    ended: ended.signal,
    onTyped: () => undefined,
    drainOutput: () => undefined,
    readOutput: () => readOutput(),
    assertLive: () => undefined,
  });
});
afterEach(async () => {
  isFull = false;
  await journal.close();
  fs.rmSync(directory, { recursive: true });
});

function appender(): LogAppender {
  return LogAppender.create(path.join(directory, 'events.jsonl'), {
    sessionId: SESSION,
    clock,
    openFile: (name, mode) => {
      const file = openLogFile(name, mode);
      return {
        ...file,
        write(bytes, from) {
          if (isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
          return file.write(bytes, from);
        },
      };
    },
    started: {
      formatVersion: 1,
      sessionId: SESSION,
      command: ['zsh'],
      cwd: '/',
      cols: 80,
      rows: 24,
      term: 'xterm',
      toolVersion: '0',
      platform: 'linux',
      unicodeVersion: '11',
    },
  });
}

async function run(command: string, signal = new AbortController().signal): Promise<string> {
  const request = { command, wait: false, progress: false, untilInput: false, timeoutMs: 0, maxOutputBytes: 100 };
  const context = { signal, note: () => undefined, connection: { id: 1, closed: signal } };
  const result = await runs.start({ ...request, whenBusy: 'wait' }, context);
  return result.runId;
}

function expectNothingTyped(): void {
  expect(pty.input.toString()).toBe('');
  expect(bench.coordinator.runInFlight).toBeUndefined();
  expect(runs.views()).toEqual([]);
}

/** A command that goes by a script, because no paste takes it. */
const LONG = `: ${'x'.repeat(100_000)}`;

describe('a run that cannot be typed', () => {
  it('is refused when the program does not read, and the next one runs', async () => {
    pty.allowInput(0);
    pty.write(Buffer.alloc(MAX_INPUT_BYTES));
    const before = journal.head.seq;
    await expect(run('true')).rejects.toMatchObject({ code: 'INPUT_QUEUE_FULL' });
    expect(journal.head.seq).toBe(before);
    expectNothingTyped();
    pty.allowInput(Infinity);
    clock.advance(1_000);
    expect(bench.coordinator.runInFlight).toBeUndefined();
    await run('true');
    expect(pty.input.subarray(MAX_INPUT_BYTES).toString()).toContain('true');
  });

  it('is refused when its script cannot be written, and the next one runs', async () => {
    fs.writeFileSync(scratch, 'in the way');
    await expect(run(LONG)).rejects.toMatchObject({ code: 'STORAGE_WRITE_ERROR' });
    expectNothingTyped();
    fs.rmSync(scratch);
    await run(LONG);
    expect(fs.readFileSync(path.join(scratch, fs.readdirSync(scratch)[0] ?? ''), 'utf8')).toBe(`${LONG}\n`);
  });

  it('is refused when the log takes nothing, and leaves no script', async () => {
    isFull = true;
    await expect(run(LONG)).rejects.toMatchObject({ code: 'STORAGE_WRITE_ERROR' });
    expectNothingTyped();
    expect(fs.readdirSync(scratch)).toEqual([]);
    isFull = false;
    await run(LONG);
    expect(fs.readdirSync(scratch)).toHaveLength(1);
  });

  it('is taken back when its caller is gone already, or its session has ended', async () => {
    await expect(run('true', AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' });
    ended.abort(new Error('over'));
    await expect(run('true')).rejects.toThrow('over');
    expectNothingTyped();
  });
});

describe('a run that was seen to wait for input', () => {
  /** Waits for a run of the session's own program, which asks for a secret, while the log takes nothing. */
  async function blocked(): Promise<{ result: Promise<unknown> }> {
    pty.onData(() => undefined);
    const runId = runs.registerProcess('passwd');
    bench.feed('Password: ');
    pty.setModes({ canonical: true, echo: false });
    isFull = true;
    journal.enqueue({ type: 'output', payload: { data: 'Password: ' } });
    const { signal } = new AbortController();
    const context = { signal, note: () => undefined, connection: { id: 1, closed: signal } };
    const request = { timeoutMs: 0, maxOutputBytes: 100, progress: false, untilInput: true };
    const result = runs.wait(runId, request, context);
    for (let i = 0; i < 10; i++) {
      clock.advance(200);
      await Promise.resolve();
    }
    return { result };
  }

  it('is told so once the log has what it printed', async () => {
    const { result } = await blocked();
    isFull = false;
    clock.advance(1_000);
    expect(await result).toMatchObject({
      outcome: 'blocked_on_input',
      completed: false,
      exitCode: null,
      output: 'Password: ',
      evidence: ['terminal_modes', 'prompt_line'],
      confidence: 'guess',
      blockedOn: { kind: 'secret', confidence: 'guess' },
    });
  });

  it('is told to have ended when it did so before the answer could go out', async () => {
    const { result } = await blocked();
    bench.coordinator.exit({ exitCode: 3, exitSignal: null });
    isFull = false;
    clock.advance(1_000);
    const told = await result;
    expect(told).toMatchObject({ outcome: 'finished', exitCode: 3, evidence: ['process_exit'], confidence: 'certain' });
    expect(told).not.toHaveProperty('blockedOn');
  });
});

describe('a run that can be typed', () => {
  it('waits on when what has come and was not read tells that the shell is not at its prompt any more', async () => {
    let reads = 0;
    readOutput = () => {
      if (reads++ === 0) tracker.bracketedPasteSwitched(false);
      return true;
    };
    const typed = run('true');
    await vi.waitUntil(() => reads === 1);
    clock.advance(1_000);
    expect(pty.input.toString()).toBe('');
    tracker.bracketedPasteSwitched(true);
    clock.advance(1_000);
    await typed;
    expect(pty.input.toString()).toContain('true');
  });
});
