/** A host's `host.json`: who it is and how it is reached. Holds the token that lets a process in: nobody else may read it. */
import type { ProcessIdentity } from '../base/processIdentity.ts';
import { hostPaths } from '../protocol/homeLayout.ts';
import type { FieldTable } from '../protocol/sessionRecord.ts';
import { readRecord, RECORD_RULES, writeRecord } from './record.ts';

export interface HostRecord {
  readonly version: 1;
  readonly hostId: string;
  /** Fresh for every start of a host. */
  readonly instanceId: string;
  readonly pid: number;
  readonly identity: ProcessIdentity;
  readonly socketPath: string;
  /** The secret that both sides prove to know (`proveIdentity`). */
  readonly token: string;
  /** Version of the package that the host runs. */
  readonly packageVersion: string;
  /** Version of the wire contract that it speaks. */
  readonly protocol: number;
  /** ISO 8601. */
  readonly startedAt: string;
}

const HOST_RECORD_FIELDS: FieldTable<HostRecord> = {
  version: 'version1',
  hostId: 'text',
  instanceId: 'text',
  pid: 'count',
  identity: 'identity',
  socketPath: 'text',
  token: 'text',
  packageVersion: 'text',
  protocol: 'count',
  startedAt: 'text',
};

/**
 * The record of a home's host, `undefined` when none was written or it was taken away. Says nothing of whether it lives.
 *
 * Throws `REFUSED_UNSAFE` when another user owns the file or could read or write it, `MANIFEST_VALIDATION_ERROR` that names
 * file and field, `STORAGE_READ_ERROR`.
 */
export function readHostRecord(home: string, hostId: string): HostRecord | undefined {
  return readRecord<HostRecord>(hostPaths(home, hostId).record, HOST_RECORD_FIELDS, {
    ...RECORD_RULES,
    notAFileCode: 'REFUSED_UNSAFE',
    own: true,
    forbidden: { mode: 0o077, lets: 'read or written' },
  });
}

/** Replaces the record of host `record.hostId` atomically, mode 0600; its directory exists. Throws `STORAGE_WRITE_ERROR`. */
export function writeHostRecord(home: string, record: HostRecord): void {
  writeRecord(hostPaths(home, record.hostId).record, record);
}
