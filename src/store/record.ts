/** The JSON records that this program keeps in a home: read against a table of fields, replaced atomically. */
import { writeFileAtomic } from '../base/atomicFile.ts';
import { quote, TtyError } from '../protocol/errors.ts';
import type { SessionStatus } from '../protocol/methods/session.ts';
import { COMPLETION_SOURCES } from '../protocol/outcomes.ts';
import type { FieldKind, FieldTable } from '../protocol/sessionRecord.ts';
import { readCheckedFile } from './checkedFile.ts';
import type { FileRules } from './checkedFile.ts';

/** Largest record that is read; a session's command and names fit many times. */
const MAX_RECORD_BYTES = 4 * 1024 * 1024;

/** The rules of records that this program writes for itself. */
export const RECORD_RULES: FileRules = {
  maxBytes: MAX_RECORD_BYTES,
  notAFileCode: 'MANIFEST_VALIDATION_ERROR',
  followLinks: false,
};

/**
 * A record of a home: JSON object with the fields of `table`, others kept. `undefined` when there is no file.
 *
 * Throws `MANIFEST_VALIDATION_ERROR` that names file and field, and as {@link readCheckedFile}.
 */
export function readRecord<T extends object>(file: string, table: FieldTable<T>, rules: FileRules): T | undefined {
  const text = readCheckedFile(file, rules);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const found = text === '' ? 'is empty' : `is not JSON (${text.length} characters)`; // the parser would quote the content
    throw new TtyError('MANIFEST_VALIDATION_ERROR', `${file} ${found}`, { details: { path: file } });
  }
  if (isRecord(value, table)) return value;
  const problem = findProblem(value, table);
  throw new TtyError('MANIFEST_VALIDATION_ERROR', `${file}: ${problem?.message ?? 'is no record'}`, {
    details: { path: file, ...(problem?.field === undefined ? {} : { field: problem.field }) },
  });
}

function isRecord<T extends object>(value: unknown, table: FieldTable<T>): value is T {
  return findProblem(value, table) === undefined;
}

/** Replaces `file` by `value` as JSON, atomically, mode 0600. Throws `STORAGE_WRITE_ERROR`; the old content then stays. */
export function writeRecord(file: string, value: object): void {
  try {
    writeFileAtomic(file, `${JSON.stringify(value, null, 2)}\n`);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new TtyError('STORAGE_WRITE_ERROR', `cannot write ${file}: ${message}`, { details: { path: file }, cause });
  }
}

interface Problem {
  readonly field?: string;
  readonly message: string;
}

function findProblem<T>(value: unknown, table: FieldTable<T>): Problem | undefined {
  if (!isObject(value)) return { message: 'must be a JSON object' };
  const kinds: [string, FieldKind][] = Object.entries(table);
  for (const [field, kind] of kinds) {
    const given = value[field];
    if (FIELD_CHECKS[kind].holds(given)) continue;
    const found = given === undefined ? 'it is missing' : `found ${quote(given)}`;
    return { field, message: `field ${field} must be ${FIELD_CHECKS[kind].expected}, ${found}` };
  }
  return undefined;
}

interface FieldCheck {
  readonly expected: string;
  holds(value: unknown): boolean;
}

const STATUSES: Readonly<Record<SessionStatus, true>> = {
  running: true,
  exiting: true,
  exited: true,
  failed: true,
  destroying: true,
  destroyed: true,
};

const text: FieldCheck = { expected: 'a text', holds: (value) => typeof value === 'string' };
const count: FieldCheck = { expected: 'a whole number from 0', holds: isCount };
const texts: FieldCheck = {
  expected: 'a list of texts',
  holds: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
};
const identity: FieldCheck = { expected: 'a process identity (pid, startTicks, bootId)', holds: isIdentity };

const FIELD_CHECKS: Readonly<Record<FieldKind, FieldCheck>> = {
  version1: { expected: '1 (the version that this program reads)', holds: (value) => value === 1 },
  text,
  'text?': optional(text),
  'text|null': nullable(text),
  texts,
  'texts?': optional(texts),
  count,
  'count?': optional(count),
  'count|null': nullable(count),
  identity,
  'identity|null': nullable(identity),
  status: oneOf(Object.keys(STATUSES)),
  completionSource: oneOf(COMPLETION_SOURCES),
};

function optional(check: FieldCheck): FieldCheck {
  return { expected: `${check.expected} or missing`, holds: (value) => value === undefined || check.holds(value) };
}

function nullable(check: FieldCheck): FieldCheck {
  return { expected: `${check.expected} or null`, holds: (value) => value === null || check.holds(value) };
}

function oneOf(words: readonly string[]): FieldCheck {
  return {
    expected: `one of ${words.join(', ')}`,
    holds: (value) => typeof value === 'string' && words.includes(value),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isIdentity(value: unknown): boolean {
  return isObject(value) && isCount(value['pid']) && text.holds(value['startTicks']) && text.holds(value['bootId']);
}
