/**
 * `session.json`: what is known of a session without asking its host or reading its log. Types and the table of fields
 * only, without a schema library: the CLI lists sessions with it.
 */
import type { ProcessIdentity } from '../base/processIdentity.ts';
import type { SessionStatus } from './methods/session.ts';
import type { CompletionSource } from './outcomes.ts';

/** `failureReason` of a session whose host died without a word. */
export const HOST_DEATH = 'host-death';
/** `failureReason` of a session that its host ended because of a fault of its own. */
export const HOST_BUG = 'host-bug';

/** Written by the session's host and replaced atomically. A reader keeps fields that it does not know. */
export interface SessionRecord {
  readonly version: 1;
  readonly sessionId: string;
  /** The host that owns the session; the session's own id for a dedicated host. */
  readonly hostId: string;
  /** ISO 8601, as all times here. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly endedAt?: string;
  readonly status: SessionStatus;
  /** Why `status` is `failed`: `host-death`, `host-bug`, `storage-corruption`, or another word. */
  readonly failureReason?: string;
  /** The part that found the failure. */
  readonly failureOrigin?: string;
  /** Program and arguments, as they were started. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly name?: string;
  /** Path of the shell, `null` when the program is no known shell. */
  readonly shell: string | null;
  readonly term: string;
  readonly cols: number;
  readonly rows: number;
  readonly creationCols: number;
  readonly creationRows: number;
  /** `null` when no host has it any more. */
  readonly hostPid: number | null;
  /** `null` with `hostPid`, and where the system tells no identities. */
  readonly hostIdentity: ProcessIdentity | null;
  readonly childPid: number | null;
  readonly childIdentity: ProcessIdentity | null;
  readonly exitCode: number | null;
  /** Name of the signal that ended the program. */
  readonly exitSignal: string | null;
  readonly idleTimeoutMs?: number;
  readonly completionSource: CompletionSource;
  /** Names of the rules by which its files were redacted, when there are any. */
  readonly redact?: readonly string[];
  /** The provider of its runs. */
  readonly provider?: string;
  /** The last three are of the ended session; of a live one the host and the log know more. */
  readonly eventCount?: number;
  readonly lastEventSeq?: number;
  readonly logBytes?: number;
}

/** The kinds of field that a record of a home may have, and what each one holds. A `?` may be missing. */
export interface FieldTypes {
  /** The number 1: other versions are refused. */
  version1: 1;
  text: string;
  'text?': string | undefined;
  'text|null': string | null;
  texts: readonly string[];
  'texts?': readonly string[] | undefined;
  /** A whole number from 0. */
  count: number;
  'count?': number | undefined;
  'count|null': number | null;
  identity: ProcessIdentity;
  'identity|null': ProcessIdentity | null;
  status: SessionStatus;
  completionSource: CompletionSource;
}
export type FieldKind = keyof FieldTypes;

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** The kinds that hold exactly a `T`. */
type KindOf<T> = { [K in FieldKind]: Same<FieldTypes[K], T> extends true ? K : never }[FieldKind];

/** A table with one kind for each field of `T`, checked by the compiler against the types of the fields. */
export type FieldTable<T> = { readonly [K in keyof Required<T>]: KindOf<T[K]> };

/** The fields of {@link SessionRecord}. */
export const SESSION_RECORD_FIELDS: FieldTable<SessionRecord> = {
  version: 'version1',
  sessionId: 'text',
  hostId: 'text',
  createdAt: 'text',
  updatedAt: 'text',
  endedAt: 'text?',
  status: 'status',
  failureReason: 'text?',
  failureOrigin: 'text?',
  command: 'texts',
  cwd: 'text',
  name: 'text?',
  shell: 'text|null',
  term: 'text',
  cols: 'count',
  rows: 'count',
  creationCols: 'count',
  creationRows: 'count',
  hostPid: 'count|null',
  hostIdentity: 'identity|null',
  childPid: 'count|null',
  childIdentity: 'identity|null',
  exitCode: 'count|null',
  exitSignal: 'text|null',
  idleTimeoutMs: 'count?',
  completionSource: 'completionSource',
  redact: 'texts?',
  provider: 'text?',
  eventCount: 'count?',
  lastEventSeq: 'count?',
  logBytes: 'count?',
};
