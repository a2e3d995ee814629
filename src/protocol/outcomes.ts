/** How runs end, as values. */

/** Every state a run's outcome can have in a reply. The last two are the caller's view: the run itself goes on. */
export const OUTCOMES = [
  'finished',
  'interrupted',
  'stopped',
  'rejected',
  'session_exited',
  'lost',
  'timed_out',
  'accepted',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What a verdict stands on. */
export const EVIDENCE = ['hook_mark', 'sentinel', 'process_exit', 'prompt', 'host_death'] as const;
export type Evidence = (typeof EVIDENCE)[number];

export const CONFIDENCES = ['certain', 'likely', 'guess'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** How a session learns that a command ended. `process` is the session's own exit and nothing else. */
export const COMPLETION_SOURCES = ['hooks', 'sentinel', 'process'] as const;
export type CompletionSource = (typeof COMPLETION_SOURCES)[number];

/** Exit status of a plain `run` that ended without an exit code of the command. */
export const RUN_EXIT = { timedOut: 124, failedBeforeTyping: 125, stopped: 148, interrupted: 130 } as const;
