import { z } from 'zod';
import { COMPLETION_SOURCES, CONFIDENCES, EVIDENCE, INPUT_EVIDENCE, INPUT_KINDS, OUTCOMES } from '../outcomes.ts';
import { RUN_LEASE_STATES } from '../leaseOutcome.ts';
import { MAX_MAX_OUTPUT_BYTES, MAX_SIZE, MAX_TIMEOUT_MS, MIN_SIZE } from '../limits.ts';

export const sessionRef = z.string().min(1).max(256).describe('id or name of a session');
export const size = z.int().min(MIN_SIZE).max(MAX_SIZE);
export const seq = z.int().min(0).describe('sequence number of an event');
export const timeoutMs = z.int().min(0).max(MAX_TIMEOUT_MS).describe('milliseconds; 0 waits without a bound');
export const maxOutputBytes = z
  .int()
  .min(0)
  .max(MAX_MAX_OUTPUT_BYTES)
  .describe('bytes of output text in the result, head and tail together');

export const logHead = z
  .object({ seq, h: z.string() })
  .describe('sealed head of the log: an outside anchor for proofs');

export const inputBlock = z
  .object({
    kind: z
      .enum(INPUT_KINDS)
      .describe(
        'line: edited by the kernel; secret: a line without echo; raw: key by key; unknown: no modes to be had',
      ),
    evidence: z.array(z.enum(INPUT_EVIDENCE)),
    confidence: z.enum(CONFIDENCES),
  })
  .describe('what the program reads from the terminal, and what says so');

export const provider = z.string().min(1).max(256).describe('a provider of the home');
export const leaseWaitMs = z
  .int()
  .min(0)
  .max(MAX_TIMEOUT_MS)
  .describe('how long to wait for a place at the provider, milliseconds; 0 is refused at once without one');

const count = z.int().min(0);
export const runLease = z
  .object({
    provider: z.string(),
    state: z
      .enum(RUN_LEASE_STATES)
      .describe('draining: nobody waits for the run any more, which goes on; lost: an operator took the place away'),
    waitedMs: z.number().nullable().describe('for a place; null while it waits'),
    capacity: z
      .object({ active: count, limit: count.nullable(), queued: count })
      .nullable()
      .describe('how full the provider was when the place was taken'),
  })
  .describe('the place that the run has at its provider; absent for one without a provider');
export type RunLeaseView = z.infer<typeof runLease>;

export const runView = z
  .object({
    runId: z.string(),
    sessionId: z.string(),
    command: z.string(),
    state: z.enum(['queued', 'typed', 'started', 'ended']),
    outcome: z.enum(OUTCOMES).nullable().describe('null until the run ended'),
    exitCode: z.int().nullable(),
    signal: z.string().nullable(),
    marker: z.string(),
    source: z.enum(COMPLETION_SOURCES),
    seq: seq.nullable().describe('of input_run; null while queued'),
    fromSeq: seq.nullable().describe('first event of the run after input_run'),
    toSeq: seq.nullable().describe('last event of the run'),
    durationMs: z.number().nullable(),
    evidence: z.array(z.enum(EVIDENCE)),
    confidence: z.enum(CONFIDENCES).nullable(),
    blockedOn: inputBlock
      .nullable()
      .optional()
      .describe(
        'the input that the run waits for now; null when it waits for none that can be seen; absent when nobody looked',
      ),
    lease: runLease.optional(),
  })
  .describe('a run as it stands now');
export type RunView = z.infer<typeof runView>;

export const runResult = z
  .object({
    runId: z.string(),
    sessionId: z.string(),
    outcome: z.enum(OUTCOMES),
    accepted: z.literal(true),
    completed: z.boolean().describe('true only when the end of the command was seen'),
    timedOut: z.boolean().describe('the wait ended first; the run goes on'),
    exitCode: z.int().nullable(),
    signal: z.string().nullable(),
    output: z.string().describe('what the command printed, as text'),
    outputBytes: z.int().describe('bytes that the command wrote'),
    outputTruncated: z.boolean(),
    outputOmittedBytes: z.int().describe('bytes between the head and the tail that are not in output'),
    outputModel: z
      .enum(['lines', 'terminal'])
      .describe('lines: CR, BS and erase-in-line act, other sequences are gone; terminal: what stands on the screen'),
    outputUsesScreen: z
      .boolean()
      .describe('the output moved about the screen; as lines it is then not what a person saw'),
    outputModelReason: z.string().optional().describe('why output that uses the screen is told as lines'),
    seq: seq.describe('of input_run'),
    fromSeq: seq.nullable(),
    toSeq: seq.nullable(),
    marker: z.string(),
    durationMs: z.number(),
    source: z.enum(COMPLETION_SOURCES),
    evidence: z.array(z.enum(EVIDENCE)),
    confidence: z.enum(CONFIDENCES).nullable(),
    blockedOn: inputBlock
      .nullable()
      .optional()
      .describe('the input that the run waits for, with outcome blocked_on_input'),
    lease: runLease.optional(),
    joined: z.literal(true).optional().describe('an earlier call with the same idempotency key typed it'),
    head: logHead,
  })
  .describe('how a run ended, or how far it is');
export type RunResult = z.infer<typeof runResult>;
