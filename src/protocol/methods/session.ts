import { z } from 'zod';
import { COMPLETION_SOURCES } from '../outcomes.ts';
import { defineMethod } from './define.ts';
import { leaseWaitMs, logHead, provider, runView, sessionRef, size } from './common.ts';
import { MAX_REDACT_BYTES, MAX_REDACT_VALUES, MAX_TIMEOUT_MS } from '../limits.ts';

export const SESSION_STATUSES = ['running', 'exiting', 'exited', 'failed', 'destroying', 'destroyed'] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

export const TERMINATIONS = [
  'running',
  'clean-exit',
  'nonzero-exit',
  'signal-exit',
  'host-death',
  'storage-corruption',
  'destroyed',
  'unknown',
] as const;
export type Termination = (typeof TERMINATIONS)[number];

/** `auto` takes hooks where the shell has them, else the sentinel; `sentinel:DIALECT` says what the program understands. */
export const COMPLETION_CHOICES = [
  'auto',
  'hooks',
  'sentinel',
  'sentinel:posix',
  'sentinel:fish',
  'sentinel:python',
  'sentinel:node',
  'sentinel:pwsh',
  'osc3008',
  'none',
] as const;
export type CompletionChoice = (typeof COMPLETION_CHOICES)[number];

/** What a session's host knows of the hooks of its shell. */
export const HOOKS_STATES = ['none', 'awaited', 'working', 'failed', 'lost'] as const;
export type HooksState = (typeof HOOKS_STATES)[number];

const redactRequest = z.strictObject({
  env: z.array(z.string().min(1).max(256)).max(MAX_REDACT_VALUES).default([]).describe('variables of environment'),
  values: z.array(z.string().max(MAX_REDACT_BYTES)).max(MAX_REDACT_VALUES).default([]),
  patterns: z.boolean().default(false).describe('also what has the shape of a well-known token'),
});

export const createSession = defineMethod({
  summary: 'Starts a session: a program on a terminal of its own.',
  params: z.strictObject({
    command: z.array(z.string()).max(1024).default([]).describe('program and arguments; empty for the shell'),
    shell: z.string().optional().describe('the shell when command is empty; the environment decides without it'),
    name: z.string().optional(),
    cwd: z.string().min(1).describe('absolute path'),
    environment: z.string().describe('NAME=VALUE pairs, each ended by NUL: the whole environment of the child'),
    umask: z.int().min(0).max(0o777).optional().describe("file mode mask of the child; the host's own without it"),
    cols: size.optional().describe('as configured in the home without it, else 80'),
    rows: size.optional().describe('as configured in the home without it, else 24'),
    term: z.string().min(1).max(64).default('xterm-256color'),
    idleTimeoutMs: z
      .int()
      .min(0)
      .max(MAX_TIMEOUT_MS)
      .optional()
      .describe('ends the session after so long without a byte'),
    completion: z.enum(COMPLETION_CHOICES).default('auto'),
    redact: redactRequest.optional().describe('what is masked before anything is written'),
    asRun: z.boolean().default(false).describe('the program itself is the one run of this session'),
    provider: provider
      .optional()
      .describe('the provider of its runs; with asRun the program is started once it has a place there'),
    leaseWaitMs: leaseWaitMs.optional().describe('with asRun; see run.start'),
    leaseEnvironment: z
      .string()
      .max(64 * 1024)
      .optional()
      .describe(
        'NAME=VALUE pairs, each ended by NUL: variables that say where leases lie and lower limits; the child does not get them',
      ),
  }),
  result: z.object({
    sessionId: z.string(),
    name: z.string().optional(),
    createdAt: z.string(),
    cols: size,
    rows: size,
    shell: z.string().nullable().describe('path of the shell; null when the program is no known shell'),
    command: z.array(z.string()),
    childPid: z.int(),
    runId: z.string().optional().describe('with asRun'),
    idleTimeoutMs: z.int().optional(),
    provider: z.string().optional(),
  }),
  errors: [
    'EXEC_FAILED',
    'SPAWN_FAILED',
    'SESSION_NAME_TAKEN',
    'INVALID_INPUT',
    'HOST_STOPPING',
    'STORAGE_WRITE_ERROR',
    'PROVIDER_WORKLOAD_BLOCKED',
    'PROVIDER_ADMISSION_FAILED',
  ],
});
export type CreateParams = z.input<typeof createSession.params>;
export type CreateResult = z.infer<typeof createSession.result>;

export const inspectSession = defineMethod({
  summary: 'Says what only the live host knows of a session.',
  params: z.strictObject({ session: sessionRef }),
  result: z.object({
    sessionId: z.string(),
    foreground: z
      .object({ pid: z.int(), name: z.string(), isShell: z.boolean() })
      .nullable()
      .describe('the process group that holds the terminal'),
    completion: z.object({
      source: z.enum(COMPLETION_SOURCES).describe('of a command that would be typed now'),
      grade: z.enum(['rich', 'basic', 'none']),
      hooks: z
        .enum(HOOKS_STATES)
        .describe('of the shell of the session: failed when they never spoke, lost when they no longer do'),
      reader: z
        .object({ pid: z.int(), name: z.string() })
        .nullable()
        .describe('the program that waits for a command now, when it is another than the shell of the session'),
      atPrompt: z.boolean(),
      startupMs: z.number().nullable().describe('from spawn to the first prompt'),
    }),
    runs: z.array(runView).describe('the newest 100'),
    head: logHead,
    flow: z.object({
      paused: z.boolean(),
      pauses: z.int(),
      reason: z.string().nullable().describe('why output is held back now'),
      inputQueuedBytes: z.int(),
    }),
    bracketedPaste: z.boolean(),
    isAltScreen: z.boolean(),
    uptimeMs: z.number(),
    redact: z
      .array(z.object({ rule: z.string(), values: z.int() }))
      .optional()
      .describe('what is masked before it is written: rules and how many values each has'),
    redacted: z.record(z.string(), z.int()).optional().describe('how many secrets were masked so far, by rule'),
  }),
  errors: ['SESSION_NOT_FOUND', 'INVALID_SESSION_ID'],
});
export type InspectResult = z.infer<typeof inspectSession.result>;

export const destroySession = defineMethod({
  summary: 'Ends a session and every process in it.',
  params: z.strictObject({
    session: sessionRef,
    force: z.boolean().default(false).describe('starts with KILL'),
  }),
  result: z.object({
    sessionId: z.string(),
    destroyed: z.boolean().describe('no process is left'),
    survivors: z.int(),
    lastStep: z.enum(['none', 'HUP', 'TERM', 'KILL']).describe('the strongest signal that was needed'),
  }),
  errors: ['SESSION_NOT_FOUND', 'INVALID_SESSION_ID', 'SESSION_ALREADY_DESTROYED', 'SESSION_NOT_RUNNING'],
});
export type DestroyResult = z.infer<typeof destroySession.result>;
