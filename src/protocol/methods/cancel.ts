import { z } from 'zod';
import { DEFAULT_CANCEL_GRACE_MS, DEFAULT_MAX_OUTPUT_BYTES, MAX_CANCEL_GRACE_MS } from '../limits.ts';
import { OUTCOMES } from '../outcomes.ts';
import { defineMethod } from './define.ts';
import { maxOutputBytes, runResult } from './common.ts';

export const cancelRun = defineMethod({
  summary: 'Ends a run and every process of its own: by interrupt, else by TERM, else by KILL.',
  params: z.strictObject({
    run: z.string(),
    graceMs: z
      .int()
      .min(1)
      .max(MAX_CANCEL_GRACE_MS)
      .default(DEFAULT_CANCEL_GRACE_MS)
      .describe('how long each step may take before the next one'),
    maxOutputBytes: maxOutputBytes.default(DEFAULT_MAX_OUTPUT_BYTES),
  }),
  result: z.object({
    runId: z.string(),
    sessionId: z.string(),
    cancelled: z.boolean().describe('the run is over because of this call, or of one that it joined'),
    alreadyEnded: z.boolean().describe('it was over before; nothing was done'),
    outcome: z.enum(OUTCOMES).nullable().describe('null when it goes on, or was withdrawn before it was typed'),
    step: z
      .enum(['none', 'withdrawn', 'interrupt', 'terminate', 'kill'])
      .describe('the strongest step that was taken; withdrawn: it was queued, nothing was typed'),
    signalled: z.int().describe('processes that got a signal'),
    survivors: z.int().describe('processes of the run that are still there'),
    unclear: z
      .int()
      .describe("processes left alone that began with the run and may be an earlier job's as well: nothing tells"),
    durationMs: z.number(),
    result: runResult.nullable().describe('null when nothing was typed, or the host no longer holds the output'),
  }),
  errors: ['SESSION_NOT_FOUND', 'RUN_NOT_FOUND', 'INVALID_INPUT', 'STORAGE_WRITE_ERROR'],
});
/** What became of a run that was to be cancelled. */
export type CancelResult = z.infer<typeof cancelRun.result>;
