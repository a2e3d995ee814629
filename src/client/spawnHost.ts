/** Starts the host process of a home and waits until it serves, or says why it does not. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { Readable } from 'node:stream';
import { invariant } from '../base/invariant.ts';
import { makePrivateDirectory } from '../base/atomicFile.ts';
import { type ErrorBody, isErrorCode, TtyError } from '../protocol/errors.ts';
import { hostPaths } from '../protocol/homeLayout.ts';
import hostStart from './hostStart.json' with { type: 'json' };

/** What the host writes, as one line, to descriptor 3 when it is ready or cannot be. */
export type StartReport = { readonly ready: true } | { readonly error: ErrorBody };

export interface HostLaunch {
  readonly home: string;
  readonly hostId: string;
  /** The host's program file. */
  readonly entry: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Bounds what garbage may pile up in both threads before it is collected, and what is left of its memory afterwards; floods
 * and thousands of runs make much of it (`docs/decisions/0026-memory-of-a-host.md`). The first is where new objects live:
 * left alone, V8 answers with three times 16 MiB that it does not give back; half of this costs throughput. The second is by
 * how much the rest may outgrow what is in use: left alone it is four times as much. The third and fourth give pages back
 * that are left half empty. The last two leave out the compilers between interpreter and optimizer: what they worked in is not
 * given back, and nothing that was measured is slower without them.
 */
const HOST_NODE_OPTIONS: readonly string[] = hostStart.nodeOptions;

/**
 * Places where glibc keeps free memory for the next who asks. Left alone each of V8's threads gets one of its own, and what its
 * compilers used there stays: 4 to 8 MiB. One for both would have the two threads of the host wait for each other.
 */
const HOST_MALLOC_ARENAS = hostStart.mallocArenas;

/** Variables that the host itself may need; a session's environment comes with `create`, not from here. */
const HOST_VARIABLES = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  'AGENT_TTY_LOG_LEVEL',
];

/**
 * Starts a host in the background, its output in `host.log`, and resolves when it serves or when another host of the same
 * id does.
 *
 * @throws TtyError `HOST_START_FAILED` or the error that the host reported
 */
export async function spawnHost(launch: HostLaunch): Promise<void> {
  const paths = hostPaths(launch.home, launch.hostId);
  const logFd = openLog(paths.directory, paths.log);
  const environment: Record<string, string | undefined> = {
    MALLOC_ARENA_MAX: HOST_MALLOC_ARENAS,
    // Node hands this one of its own process on, unless it is named here.
    NODE_V8_COVERAGE: undefined,
  };
  for (const name of HOST_VARIABLES) {
    const value = launch.environment[name];
    if (value !== undefined) environment[name] = value;
  }
  const child = spawn(
    process.execPath,
    [...HOST_NODE_OPTIONS, launch.entry, '--home', launch.home, '--host-id', launch.hostId],
    {
      cwd: '/',
      detached: true,
      env: environment,
      stdio: ['ignore', logFd, logFd, 'pipe'],
    },
  );
  fs.closeSync(logFd);
  const pipe = child.stdio[3];
  invariant(pipe instanceof Readable, 'descriptor 3 of the host is a pipe that we read');
  const failure = new Promise<never>((_resolve, reject) => {
    child.once('error', (cause) =>
      reject(new TtyError('HOST_START_FAILED', `the host could not start: ${cause.message}`, { cause })),
    );
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : signal;
      reject(
        new TtyError('HOST_START_FAILED', `the host ended (${how}) before it was ready`, { hint: `see ${paths.log}` }),
      );
    });
  });
  failure.catch(() => undefined); // the report may win; then nobody awaits this
  try {
    const report = await Promise.race([readReport(pipe), failure.then((never) => never)]);
    if (report !== undefined && 'error' in report) throw startError(report.error);
    if (report === undefined) await failure;
  } finally {
    child.removeAllListeners();
    pipe.destroy();
    child.unref();
  }
}

function openLog(directory: string, file: string): number {
  try {
    makePrivateDirectory(directory);
    const fd = fs.openSync(file, 'a', 0o600);
    fs.fchmodSync(fd, 0o600);
    return fd;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TtyError('STORAGE_WRITE_ERROR', `the home cannot be written: ${why}`, { cause });
  }
}

/** The one line that the host writes; `undefined` when it closed the pipe without one. */
function readReport(pipe: Readable): Promise<StartReport | undefined> {
  return new Promise((resolve, reject) => {
    let text = '';
    pipe.setEncoding('utf8');
    pipe.on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes('\n')) return;
      try {
        // oxlint-disable-next-line typescript/no-unsafe-assignment -- written by our own host program
        const report: StartReport = JSON.parse(text.slice(0, text.indexOf('\n')));
        resolve(report);
      } catch (cause) {
        reject(
          new TtyError('HOST_START_FAILED', 'the host reported its start in a form that cannot be read', { cause }),
        );
      }
    });
    pipe.on('error', reject);
    pipe.on('close', () => resolve(undefined));
  });
}

function startError(body: ErrorBody): TtyError {
  const code = isErrorCode(body.code) ? body.code : 'HOST_START_FAILED';
  return new TtyError(code, body.message, {
    ...(body.details === undefined ? {} : { details: body.details }),
    ...(body.hint === undefined ? {} : { hint: body.hint }),
  });
}
