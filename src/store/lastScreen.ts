/**
 * `screen.json`: the last screen of a session whose log is long, so that looking at it costs the same for a gigabyte as for a
 * page. A convenience, never a truth: it counts only for the very log that it was made from.
 */
import { writeFileAtomic } from '../base/atomicFile.ts';
import type { LogHead } from '../protocol/events.ts';
import { TtyError } from '../protocol/errors.ts';
import { readCheckedFile } from './checkedFile.ts';
import { RECORD_RULES } from './record.ts';

/** Scrollback of 5,000 lines of 1,000 characters of three bytes each is the worst there is. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The bytes that draw a screen, and where it stood. */
export interface LastScreen {
  /** The end of the log that it belongs to. */
  readonly head: LogHead;
  /** The last event that changed it. */
  readonly capturedAtSeq: number;
  readonly cols: number;
  readonly rows: number;
  /** What a blank terminal of that size is fed. */
  readonly drawing: string;
}

/** Replaces `file`, mode 0600. Throws the system's error; the old content then stays. */
export function writeLastScreen(file: string, screen: LastScreen): void {
  writeFileAtomic(file, `${JSON.stringify({ version: 1, ...screen })}\n`);
}

/** The screen in `file` if it is that of a log that ends with `head`; `undefined` otherwise, whatever is wrong with it. */
export function readLastScreen(file: string, head: LogHead): LastScreen | undefined {
  let value: unknown;
  try {
    const text = readCheckedFile(file, { ...RECORD_RULES, own: true, maxBytes: MAX_BYTES });
    value = text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    // the log tells the same, only later
    if (error instanceof TtyError || error instanceof SyntaxError) return undefined;
    throw error;
  }
  return isLastScreen(value) && value.head.seq === head.seq && value.head.h === head.h ? value : undefined;
}

function isLastScreen(value: unknown): value is LastScreen {
  if (!isObject(value) || value['version'] !== 1 || !isObject(value['head'])) return false;
  const { capturedAtSeq, cols, rows, drawing } = value;
  return typeof drawing === 'string' && Number.isSafeInteger(capturedAtSeq) && isSize(cols) && isSize(rows);
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= 1_000;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
