import { z } from 'zod';
import { DEFAULT_WAIT_TIMEOUT_MS, MAX_CONDITIONS, MAX_PATTERN_BYTES, MAX_SIZE } from '../limits.ts';
import { defineMethod } from './define.ts';
import { seq, sessionRef, timeoutMs } from './common.ts';

export const screenLine = z.object({ row: z.int(), text: z.string() });

const flag = z.boolean().exactOptional();
const lineCells = z.object({
  lineNumber: z.int(),
  cells: z
    .array(
      z.object({
        char: z.string(),
        width: z
          .int()
          .exactOptional()
          .describe('columns, where they are not 1; 0 for the right half of a wide character'),
        fg: z.string().exactOptional().describe('#rrggbb or palette:N'),
        bg: z.string().exactOptional(),
        bold: flag,
        dim: flag,
        italic: flag,
        underline: flag,
        underlineStyle: z.enum(['double', 'curly', 'dotted', 'dashed']).exactOptional(),
        underlineColor: z.string().exactOptional(),
        blink: flag,
        inverse: flag,
        invisible: flag,
        strikethrough: flag,
        overline: flag,
        link: z.string().exactOptional().describe('target of the hyperlink'),
      }),
    )
    .readonly(),
});

export const screenState = z.object({
  capturedAtSeq: z.int().min(-1),
  cols: z.int(),
  rows: z.int(),
  cursorRow: z.int(),
  cursorCol: z.int(),
  cursorVisible: z.boolean(),
  cursorStyle: z.enum(['block', 'underline', 'bar']).exactOptional(),
  isAltScreen: z.boolean(),
  title: z.string(),
  visibleLines: z.array(screenLine).readonly(),
  scrollbackLines: z.array(screenLine).readonly().exactOptional(),
  cells: z.array(lineCells).readonly().exactOptional().describe('of the visible lines'),
  scrollbackCells: z.array(lineCells).readonly().exactOptional(),
  colours: z
    .object({
      foreground: z.string().exactOptional(),
      background: z.string().exactOptional(),
      cursor: z.string().exactOptional(),
      palette: z.record(z.string(), z.string()).exactOptional(),
    })
    .exactOptional()
    .describe('what the program changed of them'),
  screenHash: z.string(),
});

export const snapshot = defineMethod({
  summary: 'Reads the screen of a live session.',
  params: z.strictObject({
    session: sessionRef,
    includeScrollback: z.boolean().default(false),
    includeCells: z.boolean().default(false),
  }),
  result: z.object({ sessionId: z.string(), screen: screenState }),
  errors: ['SESSION_NOT_FOUND', 'INVALID_SESSION_ID', 'SESSION_NOT_RUNNING'],
});
export type SnapshotResult = z.infer<typeof snapshot.result>;

const pattern = z.string().min(1).max(MAX_PATTERN_BYTES);
const quietMs = z.int().min(1).max(600_000);
const cell = z
  .int()
  .min(0)
  .max(MAX_SIZE - 1);

/**
 * What a screen may be asked for. `text` and `regex` match the visible screen, a text that wrapped counting as one line;
 * `cursor` needs a row, a column or both, from 0.
 */
export const screenCondition = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text: pattern }),
  z.strictObject({ kind: z.literal('regex'), regex: pattern }),
  z.strictObject({ kind: z.literal('notText'), text: pattern }),
  z
    .strictObject({ kind: z.literal('cursor'), row: cell.exactOptional(), col: cell.exactOptional() })
    .refine(({ row, col }) => row !== undefined || col !== undefined, 'needs a row or a col'),
  z.strictObject({ kind: z.literal('stable'), stableMs: quietMs }),
]);
export type ScreenCondition = z.infer<typeof screenCondition>;

/** What to wait for; of `all`, every condition at the same moment. */
export const waitCondition = z.discriminatedUnion('kind', [
  ...screenCondition.options,
  z.strictObject({ kind: z.literal('all'), conditions: z.array(screenCondition).min(1).max(MAX_CONDITIONS) }),
  z.strictObject({ kind: z.literal('idle'), idleMs: quietMs }),
  z.strictObject({ kind: z.literal('prompt') }),
  z.strictObject({ kind: z.literal('exit') }),
]);
export type WaitCondition = z.infer<typeof waitCondition>;

export const waitFor = defineMethod({
  summary: 'Waits until the screen shows something, rests, the shell is at its prompt, or the session ends.',
  params: z.strictObject({
    session: sessionRef,
    condition: waitCondition,
    afterSeq: seq.optional().describe('the wait sees only what came after this event'),
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
  errors: ['SESSION_NOT_FOUND', 'INVALID_SESSION_ID', 'SESSION_NOT_RUNNING', 'INVALID_INPUT', 'NOT_A_SHELL'],
});
export type WaitParams = z.input<typeof waitFor.params>;
export type WaitResult = z.infer<typeof waitFor.result>;
