/** How runs end, as values. */

/** Every state a run's outcome can have in a reply. The last three are the caller's view: the run itself goes on. */
export const OUTCOMES = [
  'finished',
  'interrupted',
  'stopped',
  'rejected',
  'session_exited',
  'lost',
  'blocked_on_input',
  'timed_out',
  'accepted',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * What tells that a program is blocked on input: it is in the terminal's foreground process group; it waits in read(2) on the
 * terminal; it waits in poll, select or epoll for the terminal; it sleeps where such calls sleep (what it called may not be
 * seen); how the terminal reads (termios); the last line of the output looks like a prompt; it has the alternate screen.
 */
export const INPUT_EVIDENCE = [
  'foreground_group',
  'tty_read',
  'tty_poll',
  'kernel_wait',
  'terminal_modes',
  'prompt_line',
  'alternate_screen',
] as const;

/** What a verdict stands on. */
export const EVIDENCE = [
  'hook_mark',
  'sentinel',
  'osc3008',
  'process_exit',
  'prompt',
  'host_death',
  ...INPUT_EVIDENCE,
] as const;
export type Evidence = (typeof EVIDENCE)[number];

export const CONFIDENCES = ['certain', 'likely', 'guess'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/**
 * What a blocked program reads: a `line` that the kernel edits and echoes, a `secret` (a line without echo), `raw` input, key by
 * key (REPLs, pagers, `read -n1`, editors); `unknown` where the terminal's modes cannot be read.
 */
export const INPUT_KINDS = ['line', 'secret', 'raw', 'unknown'] as const;
export type InputKind = (typeof INPUT_KINDS)[number];

/** That the program before a terminal is blocked on its input, and what says so. */
export interface InputBlock {
  readonly kind: InputKind;
  readonly evidence: readonly (typeof INPUT_EVIDENCE)[number][];
  /** `certain` only for a read(2) of a line in two looks, by a program that does nothing else. */
  readonly confidence: Confidence;
}

/** How a session learns that a command ended. `process` is the session's own exit and nothing else. */
export const COMPLETION_SOURCES = ['hooks', 'sentinel', 'osc3008', 'process'] as const;
export type CompletionSource = (typeof COMPLETION_SOURCES)[number];

/** Exit status of a plain `run` that ended without an exit code of the command. */
export const RUN_EXIT = {
  blockedOnInput: 123,
  timedOut: 124,
  failedBeforeTyping: 125,
  stopped: 148,
  interrupted: 130,
} as const;
