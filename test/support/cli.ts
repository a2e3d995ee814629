/**
 * The built CLI in a home of its own. Disposing the home stops its host and then holds it to its word: no process of its
 * sessions, no host, no socket and no file that should not be there is left.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { delay, systemClock } from '../../src/base/clock.ts';
import { deferred } from '../../src/base/deferred.ts';
import { MAIN_HOST_ID } from '../../src/protocol/homeLayout.ts';
import { readHostRecord } from '../../src/store/hostRecord.ts';
import { type Envelope, parseEnvelope } from './like.ts';

const ROOT = path.dirname(path.dirname(import.meta.dirname));
/** The program under test. */
export const CLI_PROGRAM = path.join(ROOT, 'dist', 'cli.js');
/** The Node that runs the program: this one, or the one that `tools/nodes.mjs` names. */
export const PROGRAM_NODE = process.env['TEST_NODE'] ?? process.execPath;
/** The library under test. */
export const LIBRARY = path.join(ROOT, 'dist', 'index.js');
/** Time that processes of an ended session have to be gone from the process table. */
const GONE_MS = 3_000;

/** No call of a test takes so long; shorter than a test may take, so that its home is cleared all the same. */
const CALL_MS = 40_000;

/** How a call ended. */
export interface CliEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a call gets beside its words. */
export interface CliOptions {
  readonly stdin?: string;
  readonly cwd?: string;
  /** Variables beside the home's own; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A call under way. */
export interface CliCall {
  readonly pid: number;
  readonly end: Promise<CliEnd>;
  /** Resolves as soon as standard output holds `text`; rejects when the call ends without it. */
  untilOutput(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Stops reading standard output and closes the pipe. */
  closeOutput(): void;
}

/** Without these fish reads all manual pages in the background when it starts, for half a minute of a processor. */
const FISH_IS_NOT_NEW = ['.local/share/fish/generated_completions', '.cache/fish/generated_completions'];

export class TestHome implements AsyncDisposable {
  /** Holds everything of this home; removed with it. */
  readonly root: string;
  /** What `AGENT_TTY_HOME` says. */
  readonly home: string;
  /** A working directory with nothing to see, the user's HOME as well: no start-up files. */
  readonly work: string;

  /** `name` of the home's directory below the root; may hold slashes. */
  constructor(name = 'home') {
    this.root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-test-')));
    this.home = path.join(this.root, name);
    this.work = path.join(this.root, 'work');
    fs.mkdirSync(this.work);
    for (const directory of FISH_IS_NOT_NEW) fs.mkdirSync(path.join(this.work, directory), { recursive: true });
  }

  /** The environment of every call. */
  get environment(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: this.work,
      LANG: 'C.UTF-8',
      SHELL: '/bin/bash',
      TMPDIR: this.root,
      AGENT_TTY_HOME: this.home,
    };
  }

  /** Starts a call. */
  start(args: readonly string[], options: CliOptions = {}): CliCall {
    const env: Record<string, string> = {};
    for (const [name, value] of Object.entries({ ...this.environment, ...options.env }))
      if (value !== undefined) env[name] = value;
    const child = spawn(PROGRAM_NODE, [CLI_PROGRAM, ...args], {
      cwd: options.cwd ?? this.work,
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const end = deferred<CliEnd>();
    let stdout = '';
    let stderr = '';
    const listeners = new Set<() => void>();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      for (const listener of listeners) listener();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => undefined); // a call that does not read its input may close it
    child.on('error', (error) => end.reject(error));
    const net = systemClock.after(CALL_MS, () => {
      end.reject(new Error(`${args.join(' ')} did not end within ${CALL_MS / 1_000} s; so far: ${stdout}${stderr}`));
      child.kill('SIGKILL');
    });
    child.on('close', (exitCode, signal) => {
      net.clear();
      end.resolve({ exitCode, signal, stdout, stderr });
    });
    child.stdin.end(options.stdin ?? '');
    return {
      pid: child.pid ?? -1,
      end: end.promise,
      untilOutput: (text) => {
        const seen = deferred<void>();
        const look = (): void => {
          if (stdout.includes(text)) seen.resolve();
        };
        listeners.add(look);
        look();
        const missing = (): void =>
          seen.reject(new Error(`the call ended without ${JSON.stringify(text)}: ${stdout}${stderr}`));
        end.promise.then(missing, missing);
        return seen.promise.finally(() => listeners.delete(look));
      },
      kill: (signal) => void child.kill(signal),
      closeOutput: () => void child.stdout.destroy(),
    };
  }

  /** A whole call. */
  run(args: readonly string[], options: CliOptions = {}): Promise<CliEnd> {
    return this.start(args, options).end;
  }

  /** A whole call with `--json`: exactly one object on standard output and nothing on standard error, or it throws. */
  async envelope(args: readonly string[], options: CliOptions = {}): Promise<Envelope & { exitCode: number | null }> {
    const at = args.indexOf('--');
    const words = at === -1 ? [...args, '--json'] : [...args.slice(0, at), '--json', ...args.slice(at)];
    const { stdout, stderr, exitCode } = await this.run(words, options);
    if (stderr !== '') throw new Error(`${args.join(' ')} --json wrote to standard error: ${stderr}`);
    const lines = stdout.split('\n');
    if (lines.length !== 2 || lines[1] !== '')
      throw new Error(`${args.join(' ')} --json did not print one line: ${stdout}`);
    return { ...parseEnvelope(stdout), exitCode };
  }

  /** The result of a call with `--json` that has to succeed. */
  async result(args: readonly string[], options: CliOptions = {}): Promise<Record<string, unknown>> {
    const envelope = await this.envelope(args, options);
    if (!envelope.ok || envelope.result === undefined)
      throw new Error(`${args.join(' ')} failed: ${JSON.stringify(envelope.error)}`);
    return envelope.result;
  }

  /** The error of a call with `--json` that has to fail, and its exit status. */
  async error(
    args: readonly string[],
    options: CliOptions = {},
  ): Promise<NonNullable<Envelope['error']> & { exitCode: number | null }> {
    const { ok, error, exitCode } = await this.envelope(args, options);
    if (ok || error === undefined) throw new Error(`${args.join(' ')} succeeded, an error was due`);
    return { ...error, exitCode };
  }

  /** Starts a session and gives its id. */
  async create(args: readonly string[] = ['--shell', '/bin/bash']): Promise<string> {
    return String((await this.result(['create', ...args]))['sessionId']);
  }

  /** The host's process id, if its record is there. */
  get hostPid(): number | undefined {
    return readHostRecord(this.home, MAIN_HOST_ID)?.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const problems: string[] = [];
    try {
      const socket = fs.existsSync(this.home) ? readHostRecord(this.home, MAIN_HOST_ID)?.socketPath : undefined;
      const { exitCode, stderr } = await this.run(['host', 'stop', '--all', '--force']);
      if (exitCode !== 0) problems.push(`host stop ended with ${exitCode}: ${stderr}`);
      if (socket !== undefined && fs.existsSync(socket)) problems.push(`the socket ${socket} is still there`);
      problems.push(...(await this.#processesLeft()), ...this.#filesLeft());
    } finally {
      fs.rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
    }
    if (problems.length > 0) throw new Error(`left behind: ${problems.join('; ')}`);
  }

  /** Processes whose environment or command line names this home or one of its sessions. */
  async #processesLeft(): Promise<string[]> {
    const deadline = systemClock.nowMs() + GONE_MS;
    const sessions = path.join(this.home, 'sessions');
    const ids = fs.existsSync(sessions) ? fs.readdirSync(sessions) : [];
    const needles = [this.home, ...ids.map((id) => `AGENT_TTY_SESSION=${id}`)];
    for (;;) {
      const left = processes().filter(({ text }) => needles.some((needle) => text.includes(needle)));
      if (left.length === 0 || systemClock.nowMs() > deadline)
        return left.map(({ pid, text }) => `process ${pid} (${text.slice(0, 120)})`);
      await delay(systemClock, 20);
    }
  }

  #filesLeft(): string[] {
    if (!fs.existsSync(this.home)) return [];
    const files = fs
      .readdirSync(this.home, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory());
    const names = files.map((entry) => path.relative(this.home, path.join(entry.parentPath, entry.name)));
    return names.filter((name) => !EXPECTED_FILE.test(name)).map((name) => `file ${name}`);
  }
}

/** What stays in a home that nobody serves. */
const EXPECTED_FILE =
  /^(config\.json|host\/main\/host\.(log|lock)|names\/names\.lock|sessions\/[0-9A-Z]{26}\/(session\.json|events\.jsonl|events\.torn-\d+|events\.synced|screen\.json|session\.broken-\d+\.json|host\.log|artifacts\/[^.][^/]*\.(cast|png|webm|mp4|gif|html|txt)))$/;

function processes(): { pid: number; text: string }[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        if (command === '') return []; // a zombie or a thread of the kernel
        return [
          {
            pid: Number(pid),
            text: `${command}\0${fs.readFileSync(`/proc/${pid}/environ`, 'utf8')}`.replaceAll('\0', ' '),
          },
        ];
      } catch {
        return []; // it ended between the listing and this read, or is another user's
      }
    });
}
