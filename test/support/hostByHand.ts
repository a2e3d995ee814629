/** A host that the test starts itself, where the way it is started is what the test is about. The CLI then finds it by its record. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { delay, systemClock } from '../../src/base/clock.ts';
import { MAIN_HOST_ID } from '../../src/protocol/homeLayout.ts';
import { readHostRecord } from '../../src/store/hostRecord.ts';
import { CLI_PROGRAM, PROGRAM_NODE, type TestHome } from './cli.ts';
import { parseObject } from './like.ts';

const HOST_PROGRAM = path.join(path.dirname(CLI_PROGRAM), 'host.js');
const READY_MS = 20_000;

export interface HandOptions {
  /** Words before the program's file, for Node. */
  readonly nodeOptions?: readonly string[];
  /** Words before Node: a program that becomes the host, or starts it. */
  readonly by?: readonly string[];
}

export interface HandStartedHost {
  readonly pid: number;
  /** The process that the test started: the host, or what stands before it. Resolves with its exit code or signal. */
  readonly end: Promise<number | NodeJS.Signals | null>;
  /** Sends a signal to the process that the test started. */
  kill(signal: NodeJS.Signals): void;
  /** The records of the host's log. */
  log(): Record<string, unknown>[];
}

/** Starts a host of `home` and waits until it serves. */
export async function startHostByHand(home: TestHome, options: HandOptions = {}): Promise<HandStartedHost> {
  const directory = path.join(home.home, 'host', MAIN_HOST_ID);
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  fs.chmodSync(home.home, 0o700);
  const logFile = path.join(directory, 'host.log');
  const log = fs.openSync(logFile, 'a', 0o600);
  const host = [
    PROGRAM_NODE,
    ...(options.nodeOptions ?? []),
    HOST_PROGRAM,
    '--home',
    home.home,
    '--host-id',
    MAIN_HOST_ID,
  ];
  const [file = '', ...args] = [...(options.by ?? []), ...host];
  const child = spawn(file, args, { cwd: '/', env: home.environment, stdio: ['ignore', log, log], detached: true });
  fs.closeSync(log);
  const end = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  const isServing = (): number | undefined => readHostRecord(home.home, MAIN_HOST_ID)?.pid;
  const deadline = systemClock.nowMs() + READY_MS;
  for (;;) {
    const pid = isServing();
    const records = (): Record<string, unknown>[] =>
      fs
        .readFileSync(logFile, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map(parseObject);
    if (pid !== undefined) return { pid, end, kill: (signal) => void child.kill(signal), log: records };
    if (systemClock.nowMs() > deadline) throw new Error(`no host: ${fs.readFileSync(logFile, 'utf8')}`);
    await delay(systemClock, 20);
  }
}
