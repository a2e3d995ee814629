import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LogAppender } from '../../src/eventlog/appender.ts';
import { type LogFile, openForReading, openLogFile } from '../../src/eventlog/logFile.ts';
import { LogScanner, readChunksSync } from '../../src/eventlog/scanner.ts';
import { InputWatch } from '../../src/host/session/inputWatch.ts';
import { Journal } from '../../src/host/session/journal.ts';
import { LogProgress } from '../../src/host/session/logProgress.ts';
import { PromptGate } from '../../src/host/session/promptGate.ts';
import { RunLeases } from '../../src/host/session/runLeases.ts';
import { RunOrigins } from '../../src/host/session/runOrigins.ts';
import { SessionRuns } from '../../src/host/session/runs.ts';
import { PromptTracker } from '../../src/host/run/promptTracker.ts';
import type { LogEvent } from '../../src/protocol/events.ts';
import type { RunResult } from '../../src/protocol/methods/common.ts';
import type { CheckedParams } from '../../src/protocol/methods/table.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeLeases } from './fakeLeases.ts';
import { FakePty } from './fakePty.ts';
import { ownShell } from './ownShell.ts';
import { redactionOf } from './redactions.ts';
import { Bench, mark, SENTINEL, SESSION } from './runBench.ts';

type StartRequest = Omit<CheckedParams<'run.start'>, 'session'>;

/** The runs of a session whose shell is at its prompt, on a fake terminal and clock, with a log on the disk that can be full. */
export class RunsBench implements AsyncDisposable {
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-runs-'));
  readonly scratch = path.join(this.directory, 'scratch');
  readonly log = path.join(this.directory, 'events.jsonl');
  readonly clock = new FakeClock();
  readonly pty = new FakePty({ clock: this.clock });
  readonly bench = new Bench(SENTINEL);
  readonly ended = new AbortController();
  readonly leases: FakeLeases;
  readonly cancelled: string[] = [];
  /** What comes of cancelling a run. */
  onCancel: () => void = () => undefined;
  readonly journal: Journal;
  readonly runs: SessionRuns;
  readonly tracker = new PromptTracker('line_editor', 0);
  /** What reading the terminal brings. */
  readOutput = (): boolean => true;
  /** The log takes nothing. */
  isFull = false;

  constructor({ places = 1, provider }: { readonly places?: number; readonly provider?: string } = {}) {
    this.leases = new FakeLeases(places);
    const { clock, pty, bench, ended } = this;
    const { coordinator } = bench;
    this.journal = new Journal(this.#appender(), clock, () => undefined);
    const { journal } = this;
    const { tracker } = this;
    tracker.bracketedPasteSwitched(true);
    clock.advance(1_000);
    const readers = ownShell(() => coordinator.runInFlight !== undefined);
    this.runs = new SessionRuns({
      clock,
      pty,
      journal,
      coordinator,
      tracker,
      readers,
      inputWatch: this.#inputWatch(),
      progress: new LogProgress(clock),
      gate: new PromptGate({ clock, pty, tracker, readers }),
      leases: this.#runLeases(),
      provider,
      origins: new RunOrigins(pty.identity, (runId) => coordinator.view(runId)),
      log: this.log,
      redaction: redactionOf(),
      scratch: this.scratch,
      ended: ended.signal,
      onTyped: () => tracker.runTyped(),
      drainOutput: () => undefined,
      readOutput: () => this.readOutput(),
      assertLive: () => undefined,
    });
  }

  /** Starts a run; not waited for, and without a bound, unless the request says so. */
  start(command: string, more: Partial<StartRequest> = {}, signal = new AbortController().signal): Promise<RunResult> {
    const request = { wait: false, progress: false, untilInput: false, timeoutMs: 0, maxOutputBytes: 100 };
    const context = { signal, note: () => undefined, connection: { id: 1, closed: signal } };
    return this.runs.start({ ...request, whenBusy: 'wait', command, ...more }, context);
  }

  /** The events of the log. */
  get events(): LogEvent[] {
    const fd = openForReading(this.log);
    try {
      const scanner = new LogScanner({ from: 'start', sessionId: SESSION }, 0);
      const events: LogEvent[] = [];
      for (const chunk of readChunksSync(fd, 0)) events.push(...scanner.feed(chunk));
      return events;
    } finally {
      fs.closeSync(fd);
    }
  }

  /** Lets everything happen that is due, and `ms` pass. */
  async pass(ms = 0): Promise<void> {
    const step = 50;
    for (let left = ms; ; left -= step) {
      for (let i = 0; i < 30; i++) await Promise.resolve();
      if (left <= 0) return;
      // The coordinator of the bench has a clock of its own.
      for (const clock of [this.clock, this.bench.clock]) clock.advance(Math.min(step, left));
    }
  }

  /** The command that was typed last ends. */
  finish(status = 0): void {
    const token = this.pty.input
      .toString('latin1')
      .match(/[0-9a-f]{32}/g)
      ?.findLast((text) => !text.startsWith('55'));
    this.bench.feed(`${mark(`S;${token}`)}out\r\n${mark(`E;${token};${status}`)}`);
  }

  /** The session's program ends. A failed append is given back. */
  exit(): unknown {
    try {
      this.bench.coordinator.exit({ exitCode: 0, exitSignal: null });
      return undefined;
    } catch (error) {
      return error;
    } finally {
      this.ended.abort(new Error('over'));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isFull = false;
    await this.journal.close();
    fs.rmSync(this.directory, { recursive: true });
  }

  #inputWatch(): InputWatch {
    const { clock, pty, journal, bench } = this;
    return new InputWatch({
      clock,
      pty,
      journal,
      coordinator: bench.coordinator,
      drainOutput: () => undefined,
      kernelPrompt: false,
      lastOutputMs: () => 0,
      isAlternateScreen: () => false,
    });
  }

  #runLeases(): RunLeases {
    const { clock, pty, journal, bench, ended, leases } = this;
    return new RunLeases({
      clock,
      logger: { log: () => undefined },
      sessionId: SESSION,
      port: leases,
      workplace: () => ({ directory: '/', environment: {} }),
      leader: pty.identity,
      coordinator: bench.coordinator,
      ended: ended.signal,
      append: (event) => {
        journal.enqueue(event);
        journal.flush();
      },
      cancel: async (runId) => {
        this.cancelled.push(runId);
        this.onCancel();
      },
    });
  }

  #appender(): LogAppender {
    return LogAppender.create(this.log, {
      sessionId: SESSION,
      clock: this.clock,
      openFile: (name, mode): LogFile => {
        const file = openLogFile(name, mode);
        return {
          ...file,
          write: (bytes, from) => {
            if (this.isFull) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
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
}
