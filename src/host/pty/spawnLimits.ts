import fs from 'node:fs';
import { isErrno, readIfPresent } from '../../base/atomicFile.ts';
import { TtyError } from '../../protocol/errors.ts';
import { MAX_CONNECTIONS } from '../../protocol/limits.ts';

/** One resource that a new terminal needs. `used` is undefined where it cannot be told. */
export interface SpawnLimit {
  readonly name: 'open files' | 'pseudo-terminals' | 'processes';
  readonly used: number | undefined;
  readonly limit: number;
  readonly reached: boolean;
}

/** Descriptors of a new terminal: its two ends. */
const FDS_PER_TERMINAL = 2;

let openFilesLimit: number | undefined;

/** Reads the limit of open files as long as a file can still be opened to read it from. Source: proc(5). */
export function rememberOpenFilesLimit(): void {
  openFilesLimit ??= readProcessLimit('Max open files');
}

/** The limits that stand in the way of a new terminal or process, as far as this system tells them (Linux). */
export function spawnLimits(): SpawnLimit[] {
  const found: SpawnLimit[] = [];
  const add = (name: SpawnLimit['name'], used: number | undefined, limit: number | undefined, needed: number): void => {
    if (limit !== undefined) found.push({ name, used, limit, reached: used !== undefined && used + needed > limit });
  };
  try {
    add('open files', fs.readdirSync('/proc/self/fd').length - 1, openFilesLimit, FDS_PER_TERMINAL);
    add('pseudo-terminals', readNumber('/proc/sys/kernel/pty/nr'), readNumber('/proc/sys/kernel/pty/max'), 1);
    add('processes', undefined, readProcessLimit('Max processes'), 1);
    add('processes', readNumber('/sys/fs/cgroup/pids.current'), readNumber('/sys/fs/cgroup/pids.max'), 1);
  } catch (error) {
    if (isErrno(error, 'EMFILE')) add('open files', openFilesLimit, openFilesLimit, FDS_PER_TERMINAL);
    else if (!isErrno(error, 'ENOENT')) throw error;
  }
  return found;
}

/** A session's two terminal ends and its log. */
const FDS_PER_SESSION = 3;
/** Kept free for clients, for replacing files, and for looking at processes: without them no session could even be ended. */
const MAX_RESERVE = MAX_CONNECTIONS + 16;

/**
 * Refuses a session that would take descriptors which the host needs to serve and to end the others: a quarter of the limit, at
 * most 80. Says nothing where the system does not tell (Linux does).
 *
 * @throws TtyError SPAWN_FAILED with the limit
 */
export function assertDescriptorRoom(): void {
  rememberOpenFilesLimit();
  const limit = openFilesLimit;
  if (limit === undefined) return;
  const reserve = Math.min(MAX_RESERVE, Math.floor(limit / 4));
  const used = openDescriptors() ?? limit;
  if (used + FDS_PER_SESSION + reserve <= limit) return;
  throw new TtyError(
    'SPAWN_FAILED',
    `no more sessions: limit reached: open files ${used} of ${limit}, of which ${reserve} are kept for the host itself`,
    {
      details: { limits: [{ name: 'open files', used, limit, reached: true }] },
      hint: 'End sessions that are not needed, or raise the limit (ulimit -n) and start the host again.',
    },
  );
}

function openDescriptors(): number | undefined {
  try {
    return fs.readdirSync('/proc/self/fd').length - 1;
  } catch (error) {
    if (isErrno(error, 'EMFILE', 'ENFILE')) return undefined; // not one is left, for the listing itself neither
    throw error;
  }
}

/** Limits in words, those that are reached alone if there are any. */
export function describeLimits(limits: readonly SpawnLimit[]): string {
  const reached = limits.filter((limit) => limit.reached);
  const told = reached.length > 0 ? reached : limits;
  if (told.length === 0) return 'this system does not tell its limits';
  const words = told.map(
    ({ name, used, limit }) => `${name} ${used === undefined ? 'at most' : `${used} of`} ${limit}`,
  );
  return `${reached.length > 0 ? 'limit reached: ' : 'limits: '}${words.join(', ')}`;
}

function readProcessLimit(name: string): number | undefined {
  const line = readIfPresent('/proc/self/limits')
    ?.split('\n')
    .find((text) => text.startsWith(name));
  return toNumber(line?.slice(name.length).trim().split(/\s+/)[0]);
}

function readNumber(file: string): number | undefined {
  return toNumber(readIfPresent(file)?.trim());
}

/** Undefined also for `unlimited` and `max`. */
function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
