/**
 * What stands in a ticket's file: for operators to read, and for judging what a dead holder left. Never for counting. The text
 * has one length, so that it can be changed in place on a full disk; only its owner writes it, and it is read by those who hold
 * the file's lock, or for show.
 */

/** Where a process lives: pids and start times mean something only there. */
export interface Whereabouts {
  readonly bootId: string;
  /** Namespace of pids, as `/proc/self/ns/pid` names it; empty when unknown. */
  readonly pidNs: string;
  /** Namespace of time: it shifts start times. */
  readonly timeNs: string;
  readonly host: string;
}

/** Who holds. Null where a process could not learn it about itself: it is counted all the same. */
export interface Holder extends Whereabouts {
  readonly pid: number;
  readonly startTicks: string | null;
}

/** The work of a lease: a process, or the process group or session that it leads. */
export interface Work {
  readonly kind: 'process' | 'group' | 'session';
  /** Pid of the process, which is the number of the group or session. */
  readonly id: number;
  /** Its start time in clock ticks since boot. */
  readonly startTicks: string;
  /** Value of the mark in the environment of its processes, if they carry one. */
  readonly mark: string | null;
  /**
   * Set for work that was given to a program which was there before, such as a command typed into a shell: only processes that
   * began at this clock tick or later are of it. While the program itself runs nobody can tell that the work has ended.
   */
  readonly since?: string | undefined;
}

export interface HolderRecord {
  readonly v: 1;
  /** The provider, as the caller named it. */
  readonly label: string;
  /** Session of the run, if it has one. */
  readonly session: string | null;
  readonly holder: Holder;
  /** Wall milliseconds since when it holds; null while it waits. */
  readonly heldSinceMs: number | null;
  readonly work: Work | null;
  /** Nobody waits for the work any more; it goes on. */
  readonly draining?: boolean | undefined;
}

/** Length of a record's text in bytes: more than the longest one has. */
const RECORD_BYTES = 2048;
const MAX_TEXT_CHARS = 100;

/** The record as text of the one length. */
export function formatRecord(record: HolderRecord): string {
  const short = { ...record, label: cut(record.label), session: record.session === null ? null : cut(record.session) };
  const text = JSON.stringify({ ...short, holder: { ...record.holder, host: cut(record.holder.host) } });
  return `${text}\n${' '.repeat(Math.max(0, RECORD_BYTES - Buffer.byteLength(text) - 1))}`;
}

/** Short, and one byte a character (two where JSON escapes it), so that the length of the whole is bounded. */
function cut(text: string): string {
  return text.slice(0, MAX_TEXT_CHARS).replaceAll(/[^ -~]/g, '?');
}

/** Reads a record; `undefined` for anything that this version did not write whole. */
export function parseRecord(text: string): HolderRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // damaged or foreign: the caller counts it and leaves it alone
  }
  return isRecord(value) ? value : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is HolderRecord {
  return (
    isObject(value) &&
    value['v'] === 1 &&
    isText(value['label']) &&
    (value['session'] === null || isText(value['session'])) &&
    isHolder(value['holder']) &&
    (value['heldSinceMs'] === null || Number.isFinite(value['heldSinceMs'])) &&
    (value['work'] === null || isWork(value['work'])) &&
    (value['draining'] === undefined || typeof value['draining'] === 'boolean')
  );
}

function isHolder(value: unknown): boolean {
  return (
    isObject(value) &&
    isPid(value['pid']) &&
    (value['startTicks'] === null || isText(value['startTicks'])) &&
    ['bootId', 'pidNs', 'timeNs', 'host'].every((name) => isText(value[name]))
  );
}

function isWork(value: unknown): boolean {
  return (
    isObject(value) &&
    (value['kind'] === 'process' || value['kind'] === 'group' || value['kind'] === 'session') &&
    isPid(value['id']) &&
    isText(value['startTicks']) &&
    (value['mark'] === null || isText(value['mark'])) &&
    (value['since'] === undefined || isText(value['since']))
  );
}

function isPid(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
