/** What lies at a key, for operators: counts that anybody may see, and holders that only the root's owner may. */
import fs from 'node:fs';
import path from 'node:path';
import type { Clock } from '../base/clock.ts';
import { isProviderName } from '../protocol/leaseOutcome.ts';
import type { Counters } from './counters.ts';
import type { LeaseDisk } from './disk.ts';
import { NEW_GATE, parseGate } from './gate.ts';
import { keyPaths, rootPaths } from './layout.ts';
import { parseTicketName } from './names.ts';
import { type HolderRecord, parseRecord } from './record.ts';
import { type ProcessView, workState } from './work.ts';

/** `held`: its process lives; `orphan`: it is gone and its work is not, or nobody can tell; `unknown`: no record of ours. */
export type HolderState = 'held' | 'orphan' | 'unknown';

/** A holder in full. For the terminal of the operator, never for a log, an event or a metric. */
export interface HolderView {
  /** Names it to `release`: the first part of its random name, or the file's name. */
  readonly ref: string;
  readonly key: string;
  readonly provider: string;
  readonly state: HolderState;
  readonly pid: number | null;
  readonly host: string | null;
  readonly session: string | null;
  readonly heldMs: number | null;
  readonly work: HolderRecord['work'];
  /** Nobody waits for its work any more; it goes on. */
  readonly draining: boolean;
}

/** Characters of the random name that a ref has; enough for any number of holders, short enough to type. */
const REF_CHARS = 12;
const KEY_NAME = /^[0-9a-f]{32,128}$/;

/** Keys that have a directory under `root`; names that are no keys are not looked at. */
export function keysOf(root: string): string[] {
  try {
    return fs.readdirSync(rootPaths(root).keys).filter((name) => KEY_NAME.test(name));
  } catch {
    return []; // no root yet: nobody holds anything
  }
}

/** Holders of a key, as their records say and their locks prove. Takes nobody out. */
export function holdersOf(disk: LeaseDisk, root: string, key: string, view: ProcessView, clock: Clock): HolderView[] {
  const { held } = keyPaths(root, key);
  return (disk.names(held) ?? []).flatMap((name) => {
    const place = path.join(held, name);
    const state = stateOf(disk, place, name, view);
    return state === undefined ? [] : [describe(place, name, key, state, clock)];
  });
}

/** `undefined` for one that let go, or is dead and will be taken out by whoever asks for a place. */
function stateOf(disk: LeaseDisk, place: string, name: string, view: ProcessView): HolderState | undefined {
  const isOurs = parseTicketName(name) !== undefined;
  const lock = disk.lock(place);
  if (lock === 'absent') return undefined;
  if (typeof lock === 'string') return isOurs && lock === 'busy' ? 'held' : 'unknown';
  const record = parseRecord(lock.read());
  lock.release();
  if (!isOurs || record === undefined) return 'unknown';
  return workState(record, view) === 'dead' ? undefined : 'orphan';
}

function describe(place: string, name: string, key: string, state: HolderState, clock: Clock): HolderView {
  const record = parseRecord(textOf(place));
  const label = record?.label ?? '';
  const since = record?.heldSinceMs ?? null;
  return {
    ref: parseTicketName(name)?.nonce.slice(0, REF_CHARS) ?? name,
    key,
    provider: isProviderName(label) ? label : 'unknown',
    state,
    pid: record?.holder.pid ?? null,
    host: record?.holder.host ?? null,
    session: record?.session ?? null,
    heldMs: since === null ? null : Math.max(0, clock.wallMs() - since),
    work: record?.work ?? null,
    draining: record?.draining ?? false,
  };
}

function textOf(place: string): string {
  try {
    return fs.readFileSync(place, 'utf8');
  } catch {
    return ''; // gone, or not readable: then there is nothing to show of it
  }
}

/** Counters of a key, for metrics. */
export function countersOf(root: string, key: string): Counters {
  const text = textOf(keyPaths(root, key).gate);
  return (text === '' ? NEW_GATE : parseGate(text)).counters;
}
