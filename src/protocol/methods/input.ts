import { z } from 'zod';
import { MAX_INPUT_PART_BYTES, MAX_KEYS } from '../limits.ts';
import { defineMethod } from './define.ts';
import { seq, sessionRef } from './common.ts';

export const typeText = defineMethod({
  summary: 'Sends text to the program, byte for byte.',
  params: z.strictObject({
    session: sessionRef,
    text: z.string().max(MAX_INPUT_PART_BYTES),
    more: z.boolean().default(false).describe('another part follows; nothing is sent before the last one came'),
    force: z.boolean().default(false).describe('send a line even when the terminal will cut it'),
  }),
  result: z.object({
    sessionId: z.string(),
    seq: seq.nullable().describe('of the last input_text event; null when more follows'),
    bytesWritten: z.int(),
  }),
  errors: [
    'SESSION_NOT_FOUND',
    'INVALID_SESSION_ID',
    'SESSION_NOT_RUNNING',
    'CANONICAL_LINE_TOO_LONG',
    'INPUT_QUEUE_FULL',
    'INVALID_INPUT',
  ],
});
export type TypeResult = z.infer<typeof typeText.result>;

export const pasteText = defineMethod({
  summary: 'Pastes text as a terminal does: in a frame when the program asked for one.',
  params: z.strictObject({
    session: sessionRef,
    text: z.string().max(MAX_INPUT_PART_BYTES),
    more: z.boolean().default(false).describe('another part follows; nothing is sent before the last one came'),
    raw: z.boolean().default(false).describe('let control characters through; paste markers are removed all the same'),
    force: z.boolean().default(false).describe('send a line even when the terminal will cut it'),
    enter: z.boolean().default(false).describe('press Enter after the paste, outside its frame'),
  }),
  result: z.object({
    sessionId: z.string(),
    seq: seq.nullable().describe('of the last event; null when more follows'),
    bytesWritten: z.int().describe('all bytes that were sent, the frame among them'),
    bracketed: z.boolean().describe('the program had asked for the frame'),
    removedMarkers: z.int().describe('paste markers found in the text and removed'),
    firstMarkerByte: z.int().nullable().describe('where in the text the first removed marker began'),
  }),
  errors: [
    'SESSION_NOT_FOUND',
    'INVALID_SESSION_ID',
    'SESSION_NOT_RUNNING',
    'CANONICAL_LINE_TOO_LONG',
    'INPUT_QUEUE_FULL',
    'INVALID_INPUT',
  ],
});
export type PasteResult = z.infer<typeof pasteText.result>;

export const sendKeys = defineMethod({
  summary: 'Sends key chords, encoded as the application asked for them.',
  params: z.strictObject({ session: sessionRef, keys: z.array(z.string().min(1).max(64)).min(1).max(MAX_KEYS) }),
  result: z.object({ sessionId: z.string(), accepted: z.array(z.string()), bytesWritten: z.int(), seq }),
  errors: ['SESSION_NOT_FOUND', 'INVALID_SESSION_ID', 'SESSION_NOT_RUNNING', 'INVALID_KEYS', 'INPUT_QUEUE_FULL'],
});
export type SendKeysResult = z.infer<typeof sendKeys.result>;
