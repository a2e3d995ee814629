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

export const sendKeys = defineMethod({
  summary: 'Sends key chords, encoded as the application asked for them.',
  params: z.strictObject({ session: sessionRef, keys: z.array(z.string().min(1).max(64)).min(1).max(MAX_KEYS) }),
  result: z.object({ sessionId: z.string(), accepted: z.array(z.string()), bytesWritten: z.int(), seq }),
  errors: ['SESSION_NOT_FOUND', 'INVALID_SESSION_ID', 'SESSION_NOT_RUNNING', 'INVALID_KEYS', 'INPUT_QUEUE_FULL'],
});
export type SendKeysResult = z.infer<typeof sendKeys.result>;
