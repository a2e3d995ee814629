import { z } from 'zod';
import { DEFAULT_WAIT_TIMEOUT_MS, MAX_PATTERN_BYTES } from '../limits.ts';
import { defineMethod } from './define.ts';
import { sessionRef, timeoutMs } from './common.ts';

export const screenLine = z.object({ row: z.int(), text: z.string() });

export const screenState = z.object({
  capturedAtSeq: z.int().min(-1),
  cols: z.int(),
  rows: z.int(),
  cursorRow: z.int(),
  cursorCol: z.int(),
  cursorVisible: z.boolean(),
  isAltScreen: z.boolean(),
  title: z.string(),
  visibleLines: z.array(screenLine).readonly(),
  scrollbackLines: z.array(screenLine).readonly().optional(),
  screenHash: z.string(),
});

export const snapshot = defineMethod({
  summary: 'Reads the screen of a live session.',
  params: z.strictObject({
    session: sessionRef,
    includeScrollback: z.boolean().default(false),
  }),
  result: z.object({ sessionId: z.string(), screen: screenState }),
  errors: ['SESSION_NOT_FOUND', 'INVALID_SESSION_ID', 'SESSION_NOT_RUNNING'],
});
export type SnapshotResult = z.infer<typeof snapshot.result>;

/** What to wait for. `text` and `regex` match the visible screen, a text that wrapped counting as one line. */
export const waitCondition = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: z.string().min(1).max(MAX_PATTERN_BYTES) }),
  z.strictObject({ kind: z.literal('regex'), regex: z.string().min(1).max(MAX_PATTERN_BYTES) }),
  z.strictObject({ kind: z.literal('stable'), stableMs: z.int().min(1).max(600_000) }),
  z.strictObject({ kind: z.literal('idle'), idleMs: z.int().min(1).max(600_000) }),
  z.strictObject({ kind: z.literal('exit') }),
]);
export type WaitCondition = z.infer<typeof waitCondition>;

export const waitFor = defineMethod({
  summary: 'Waits until something shows on the screen, the screen rests, or the session ends.',
  params: z.strictObject({
    session: sessionRef,
    condition: waitCondition,
    timeoutMs: timeoutMs.default(DEFAULT_WAIT_TIMEOUT_MS),
  }),
  result: z.object({
    sessionId: z.string(),
    matched: z.boolean(),
    timedOut: z.boolean(),
    sessionExited: z.boolean().describe('the session ended before the condition held'),
    exitCode: z.int().nullable(),
    matchedText: z.string().optional(),
    cursorRow: z.int().optional(),
    cursorCol: z.int().optional(),
    capturedAtSeq: z.int().min(-1).optional(),
    screenHash: z.string().optional(),
    durationMs: z.number(),
  }),
  errors: ['SESSION_NOT_FOUND', 'INVALID_SESSION_ID', 'SESSION_NOT_RUNNING', 'INVALID_INPUT'],
});
export type WaitParams = z.input<typeof waitFor.params>;
export type WaitResult = z.infer<typeof waitFor.result>;
