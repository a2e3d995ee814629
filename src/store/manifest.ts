/** A session's `session.json`. */
import { SESSION_RECORD_FIELDS } from '../protocol/sessionRecord.ts';
import type { SessionRecord } from '../protocol/sessionRecord.ts';
import { readRecord, RECORD_RULES, writeRecord } from './record.ts';

/**
 * The record in `file`, `undefined` when there is none. Fields that this version does not know stay in it.
 *
 * Throws `MANIFEST_VALIDATION_ERROR` that names file and field, `STORAGE_READ_ERROR` when the system refuses.
 */
export function readSessionRecord(file: string): SessionRecord | undefined {
  return readRecord<SessionRecord>(file, SESSION_RECORD_FIELDS, RECORD_RULES);
}

/** Replaces `file` atomically, mode 0600. Throws `STORAGE_WRITE_ERROR`; the old content then stays. */
export function writeSessionRecord(file: string, record: SessionRecord): void {
  writeRecord(file, record);
}
