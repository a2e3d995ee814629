import { z } from 'zod';
import { DEFAULT_MAX_OUTPUT_BYTES, DEFAULT_RUN_TIMEOUT_MS, MAX_COMMAND_BYTES } from '../limits.ts';
import { RUN_KEY } from '../runKey.ts';
import { defineMethod } from './define.ts';
import { leaseWaitMs, maxOutputBytes, provider, runResult, runView, seq, sessionRef, timeoutMs } from './common.ts';

export const runNote = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('accepted'), runId: z.string(), seq, logOffset: z.int().min(0).optional() }),
    z.object({ type: z.literal('progress'), toSeq: seq }),
  ])
  .describe(
    'accepted comes once: input_run stands in the log as that event, for a run typed by this call at that byte; progress says that the log grew',
  );
export type RunNote = z.infer<typeof runNote>;

const untilInput = z
  .boolean()
  .default(false)
  .describe('come back with outcome blocked_on_input when the command waits for input; the run goes on');

export const startRun = defineMethod({
  summary: 'Types a command into a shell and, unless told not to, waits for its end.',
  params: z.strictObject({
    session: sessionRef,
    command: z.string().min(1).max(MAX_COMMAND_BYTES),
    wait: z.boolean().default(true),
    timeoutMs: timeoutMs.default(DEFAULT_RUN_TIMEOUT_MS),
    whenBusy: z.enum(['wait', 'fail']).default('wait').describe('what to do while another run is under way'),
    maxOutputBytes: maxOutputBytes.default(DEFAULT_MAX_OUTPUT_BYTES),
    progress: z.boolean().default(false).describe('send notes while waiting'),
    untilInput,
    idempotencyKey: z
      .string()
      .regex(RUN_KEY)
      .optional()
      .describe('a name for this command: the session types it once, a call that comes again joins the first one'),
    provider: provider
      .optional()
      .describe(
        'types the command once it has a place there, which it keeps as long as it runs; the default is that of the session',
      ),
    leaseWaitMs: leaseWaitMs.optional(),
  }),
  result: runResult,
  note: runNote,
  errors: [
    'SESSION_NOT_FOUND',
    'INVALID_SESSION_ID',
    'SESSION_NOT_RUNNING',
    'SESSION_BUSY',
    'NOT_A_SHELL',
    'IDEMPOTENCY_KEY_REUSED',
    'CANONICAL_LINE_TOO_LONG',
    'INPUT_QUEUE_FULL',
    'INVALID_INPUT',
    'STORAGE_WRITE_ERROR',
    'PROVIDER_WORKLOAD_BLOCKED',
    'PROVIDER_ADMISSION_FAILED',
    'PROVIDER_LEASE_LOST',
  ],
});

export const waitRun = defineMethod({
  summary: 'Waits for the end of a run that was started before.',
  params: z.strictObject({
    run: z.string(),
    timeoutMs: timeoutMs.default(DEFAULT_RUN_TIMEOUT_MS),
    maxOutputBytes: maxOutputBytes.default(DEFAULT_MAX_OUTPUT_BYTES),
    progress: z.boolean().default(false),
    untilInput,
  }),
  result: runResult,
  note: runNote,
  errors: ['SESSION_NOT_FOUND', 'RUN_NOT_FOUND', 'INVALID_INPUT', 'PROVIDER_LEASE_LOST'],
});

export const listRuns = defineMethod({
  summary:
    'Lists the runs of a session as the live host knows them; for one that is under way, whether it waits for input now.',
  params: z.strictObject({ session: sessionRef }),
  result: z.object({ sessionId: z.string(), runs: z.array(runView) }),
  errors: ['SESSION_NOT_FOUND', 'INVALID_SESSION_ID'],
});
