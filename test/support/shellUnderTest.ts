/** A real shell on a real terminal with a coordinator before it: what a session does with the two, and nothing more. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Clock, delay, systemClock, type Timer } from '../../src/base/clock.ts';
import { deferred } from '../../src/base/deferred.ts';
import { readProcessStat } from '../../src/base/processIdentity.ts';
import { OutputJoiner } from '../../src/eventlog/outputBytes.ts';
import { ModeScanner } from '../../src/host/pty/modeScanner.ts';
import { spawnPty } from '../../src/host/pty/nodePty.ts';
import type { Pty } from '../../src/host/pty/pty.ts';
import { RunCompletionCoordinator } from '../../src/host/run/coordinator.ts';
import { newToken } from '../../src/host/run/marks.ts';
import { type PromptKind, PromptTracker, QUIET_MS, type TerminalFacts } from '../../src/host/run/promptTracker.ts';
import type { HeadlessRunResult } from '../../src/host/run/runRecord.ts';
import { dialectOf } from '../../src/host/run/sources/dialects.ts';
import { hookStart } from '../../src/host/run/sources/hookStart.ts';
import { sentinelSource } from '../../src/host/run/sources/sentinel.ts';
import type { NewEvent } from '../../src/protocol/events.ts';
import { newUlid } from '../../src/protocol/ids.ts';

export interface ShellOptions {
  /** The shell's argv. */
  readonly argv: readonly [string, ...string[]];
  readonly source: 'hooks' | 'sentinel';
  readonly cols?: number;
  readonly term?: string;
  /** Files of the shell's home, by name. */
  readonly home?: Readonly<Record<string, string>>;
  readonly env?: readonly string[];
  /** Changes a start-up file of the hooks before the shell reads it. */
  readonly adapt?: (script: string) => string;
}

/** A wait inside a test that lasts longer than this has failed. */
const PATIENCE_MS = 20_000;

export class ShellUnderTest implements AsyncDisposable {
  /** Everything appended, in order. */
  readonly events: NewEvent[] = [];
  readonly home: string;
  readonly coordinator: RunCompletionCoordinator;
  readonly tracker: PromptTracker;
  readonly exited = deferred<void>();
  readonly pty: Pty;
  readonly #clock: Clock = systemClock;
  readonly #output: Buffer[] = [];
  readonly #joiner = new OutputJoiner();
  readonly #looks = new Set<() => void>();
  readonly #plainKind: PromptKind;
  #interrupted = false;
  #promptTimer: Timer | undefined;

  constructor(options: ShellOptions) {
    this.home = fs.mkdtempSync(path.join(os.tmpdir(), 'shell-'));
    for (const [name, text] of Object.entries(options.home ?? {})) {
      fs.mkdirSync(path.dirname(path.join(this.home, name)), { recursive: true });
      fs.writeFileSync(path.join(this.home, name), text);
    }
    const nonce = newToken();
    const directory = path.join(this.home, 'hooks');
    const environment = new Map([
      ['HOME', this.home],
      ['PATH', '/usr/bin:/bin'],
      ['TERM', options.term ?? 'xterm-256color'],
      ['LC_ALL', 'C.UTF-8'],
      ...(options.env ?? []).map((pair): [string, string] => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at), pair.slice(at + 1)];
      }),
    ]);
    const hooks =
      options.source === 'hooks'
        ? hookStart(options.argv, {
            program: fs.realpathSync(`/usr/bin/${path.basename(options.argv[0])}`),
            directory,
            nonce,
            environment,
          })
        : undefined;
    if (hooks !== undefined) {
      fs.mkdirSync(directory);
      const adapt = options.adapt ?? ((script) => script);
      for (const { name, script } of hooks.files)
        fs.writeFileSync(path.join(directory, name), adapt(script), { mode: 0o600 });
      for (const [name, value] of Object.entries(hooks.environment)) environment.set(name, value);
    }
    const [file, ...args] = hooks?.argv ?? options.argv;
    const dialect = dialectOf(file);
    this.#plainKind = promptKind(file);
    this.tracker = new PromptTracker(hooks?.promptKind ?? promptKind(file), this.#clock.nowMs(), {
      reportsPrompts: hooks?.source.reportsPrompts === true,
      drawsLate: path.basename(file) === 'fish',
    });
    const modes = new ModeScanner((on) => this.tracker.bracketedPasteSwitched(on));
    this.coordinator = new RunCompletionCoordinator({
      sessionId: newUlid(this.#clock.wallMs()),
      clock: this.#clock,
      nonce,
      source: hooks?.source ?? (dialect === undefined ? undefined : sentinelSource(dialect, nonce)),
      sink: {
        append: (event) => this.#append(event),
        appendOutput: (bytes) => this.#joiner.push(bytes).forEach((record) => this.#record(record)),
        flushOutput: () => this.#joiner.flush().forEach((record) => this.#record(record)),
        requestInterrupt: () => this.pty.write(Buffer.from('\u0003')),
        shellReported: (what) => this.tracker.shellReported(what, this.#clock.nowMs()),
      },
    });
    this.pty = spawnPty({
      file,
      args,
      environment: [...environment].map(([name, value]) => `${name}=${value}`),
      cwd: this.home,
      cols: options.cols ?? 80,
      rows: 24,
      clock: this.#clock,
    });
    this.pty.onData((chunk) => {
      this.tracker.outputSeen(this.#clock.nowMs(), chunk);
      modes.feed(chunk);
      this.coordinator.feed(Buffer.from(chunk));
      this.#turnDone();
    });
    this.pty.onExit((exit) => {
      this.coordinator.exit(exit);
      this.exited.resolve();
      this.#look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pty.dispose();
    // A shell that is hung up writes its history before it goes.
    await this.exited.promise;
    this.#promptTimer?.clear();
    fs.rmSync(this.home, { recursive: true, force: true });
  }

  /** All bytes of `output` events so far. */
  get output(): Buffer {
    return Buffer.concat(this.#output);
  }

  /** The bytes of the `output` events between two places in {@link events}. */
  bytesBetween(from: number, to: number): Buffer {
    const before = this.events.slice(0, from).filter(({ type }) => type === 'output').length;
    const within = this.events.slice(from, to).filter(({ type }) => type === 'output').length;
    return Buffer.concat(this.#output.slice(before, before + within));
  }

  /** Resolves as soon as `condition` holds; asked after every output and every 10 ms. */
  async until(condition: () => boolean, what: string): Promise<void> {
    const endMs = this.#clock.nowMs() + PATIENCE_MS;
    while (!condition()) {
      if (this.#clock.nowMs() > endMs)
        throw new Error(`waited in vain for ${what}; output: ${JSON.stringify(this.output.toString())}`);
      const changed = deferred<void>();
      const look = (): void => changed.resolve();
      this.#looks.add(look);
      await Promise.race([changed.promise, delay(this.#clock, 10)]);
      this.#looks.delete(look);
    }
  }

  ready(): Promise<void> {
    return this.until(() => this.tracker.readiness(this.#facts()) === 'ready', 'the prompt');
  }

  /** Types a command at the prompt. Returns the run's id. */
  async start(command: string): Promise<string> {
    await this.ready();
    const prepared = this.coordinator.prepare({ command, noWait: false });
    const inputRunSeq = this.#append({ type: 'input_run', payload: prepared.inputRun });
    const scriptPath = path.join(this.home, `script-${prepared.runId}`);
    const editor = {
      bracketedPaste: this.tracker.bracketedPaste,
      canonical: this.pty.modes()?.canonical ?? !this.tracker.bracketedPaste,
    };
    const action = this.coordinator.plan(prepared, editor, scriptPath);
    this.coordinator.register({ prepared, inputRunSeq, action });
    this.#interrupted = false;
    this.tracker.runTyped();
    if (action.script !== undefined) fs.writeFileSync(action.script.path, action.script.content, { mode: 0o600 });
    this.pty.write(action.bytes);
    return prepared.runId;
  }

  /** Waits for a run's end and gives its result. */
  async end(runId: string): Promise<HeadlessRunResult> {
    await this.coordinator.wait(runId, { timeoutMs: PATIENCE_MS });
    const result = this.coordinator.result(runId, 400 * 1024);
    if (result === undefined) throw new Error('the run is not kept');
    return result;
  }

  async run(command: string): Promise<HeadlessRunResult> {
    return this.end(await this.start(command));
  }

  /** Outcome, exit code and output of a command: what most tests look at. */
  async outcomeOf(command: string): Promise<unknown[]> {
    const { outcome, exitCode, output } = await this.run(command);
    return [outcome, exitCode, output];
  }

  /** Resolves when the run in flight has begun. */
  started(runId: string): Promise<void> {
    return this.until(() => this.coordinator.view(runId)?.state !== 'typed', 'the start of the run');
  }

  /**
   * Resolves when `program` holds the terminal. A shell's child takes the terminal before it has the program's signal
   * handlers: a key typed in between is lost.
   */
  inForeground(program: string): Promise<void> {
    return this.until(() => {
      const group = this.pty.foregroundGroup();
      return group !== undefined && readProcessStat(group)?.comm === program;
    }, `${program} in the foreground`);
  }

  /** Resolves when the shell itself holds the terminal: the subshell that told the start of a run has ended, and takes no key. */
  alone(): Promise<void> {
    return this.until(() => this.pty.foregroundGroup() === this.pty.pid, 'the shell in the foreground');
  }

  /** Types Ctrl+C. */
  interrupt(): void {
    this.#interrupted = true;
    this.type('\u0003');
  }

  type(text: string): void {
    this.pty.write(Buffer.from(text));
  }

  #facts(): TerminalFacts {
    const group = this.pty.foregroundGroup();
    return {
      nowMs: this.#clock.nowMs(),
      canonical: this.pty.modes()?.canonical,
      shellInForeground: group === undefined ? undefined : group === this.pty.pid,
    };
  }

  #append(event: NewEvent): number {
    return this.events.push(event) - 1;
  }

  #record(bytes: Buffer): void {
    this.#output.push(Buffer.from(bytes));
    this.#append({ type: 'output', payload: { data: bytes.toString() } });
  }

  #turnDone(): void {
    this.#promptTimer?.clear();
    if (this.coordinator.runInFlight === undefined) this.tracker.runEnded();
    else if (this.coordinator.promptSuspected || this.#interrupted) {
      this.#promptTimer = this.#clock.after(QUIET_MS + 5, () => {
        if (this.tracker.promptWithoutMark(this.#facts())) {
          this.coordinator.promptReturned({ interrupted: this.#interrupted });
          if (this.coordinator.runInFlight === undefined) {
            this.tracker.runEnded();
            // The hooks are silent: from now on the editor tells the prompt.
            this.tracker.use(this.#plainKind);
          }
        }
        this.#look();
      });
    }
    this.#look();
  }

  #look(): void {
    for (const look of this.#looks) look();
  }
}

function promptKind(file: string): PromptKind {
  return /(?:bash|zsh|fish)$/.test(file) ? 'line_editor' : 'kernel';
}
