/** What is done to a session that lives, beside input: a marker in its log, its size, signals; and forgetting one that ended. */
import { z } from 'zod';
import { defineMethod } from './define.ts';
import { seq, sessionRef, size } from './common.ts';

const LIVE_ERRORS = ['SESSION_NOT_FOUND', 'INVALID_SESSION_ID', 'SESSION_NOT_RUNNING', 'STORAGE_WRITE_ERROR'] as const;

export const markSession = defineMethod({
  summary: "Puts a marker with a label into the session's log.",
  params: z.strictObject({
    session: sessionRef,
    label: z.string().max(1_024).describe('1 to 256 characters, no controls'),
  }),
  result: z.object({ sessionId: z.string(), seq }),
  errors: [...LIVE_ERRORS, 'INVALID_INPUT'],
});
export type MarkResult = z.infer<typeof markSession.result>;

export const resizeSession = defineMethod({
  summary: "Changes the terminal's size and tells the program.",
  params: z.strictObject({ session: sessionRef, cols: size, rows: size }),
  result: z.object({ sessionId: z.string(), cols: size, rows: size, seq }),
  errors: LIVE_ERRORS,
});
export type ResizeResult = z.infer<typeof resizeSession.result>;

export const signalSession = defineMethod({
  summary: 'Sends a signal to what holds the terminal, or to every process of the session.',
  params: z.strictObject({
    session: sessionRef,
    signal: z.string().max(64).describe('a name with or without SIG'),
    tree: z.boolean().default(false).describe('every process of the session instead of the foreground'),
  }),
  result: z.object({
    sessionId: z.string(),
    signal: z.string().describe('as in SIGINT'),
    delivered: z.boolean().describe('at least one process got it'),
    processes: z.int().describe('how many got it'),
    seq,
  }),
  errors: [...LIVE_ERRORS, 'INVALID_SIGNAL'],
});
export type SignalResult = z.infer<typeof signalSession.result>;

export const forgetSession = defineMethod({
  summary: 'Closes the files of a session that has ended, so that they may be removed.',
  params: z.strictObject({ session: sessionRef.describe('id of a session') }),
  result: z.object({
    sessionId: z.string(),
    state: z
      .enum(['forgotten', 'unknown', 'live'])
      .describe('unknown: the host had no such session; live: it runs or is being ended, and nothing was done'),
  }),
  errors: ['INVALID_SESSION_ID'],
});
