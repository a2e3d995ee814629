import type { Clock } from '../base/clock.ts';
import type { OutputStream } from './output.ts';

/** Signals by which a person or a supervisor ends a command. */
export type Interrupt = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGALRM';

/** Everything of the process that a command may touch. Built by `main.ts`, by tests from their own parts. */
export interface Surroundings {
  /** The words after the program's name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** The host's program file. */
  readonly hostEntry: string;
  readonly clock: Clock;
  /** Standard input; asked for only where it is read, because opening it costs. */
  readonly stdin: () => NodeJS.ReadableStream;
  /** The working directory; throws when it was removed. */
  readonly cwd: () => string;
  /** The file mode mask, which a new session's program gets. */
  readonly umask: () => number;
  /** Calls `listener` instead of dying; until disposed. */
  readonly onInterrupt: (listener: (signal: Interrupt) => void) => Disposable;
}

/** What a handler works with. */
export interface CliContext extends Pick<
  Surroundings,
  'environment' | 'stdin' | 'hostEntry' | 'clock' | 'cwd' | 'umask' | 'onInterrupt'
> {
  /** The home, absolute and checked; empty for a command that needs none. */
  readonly home: string;
  /** Print one envelope and nothing else. */
  readonly json: boolean;
  /** Whether human text on standard output may be coloured. */
  readonly colour: boolean;
  /** Bound of one call to the host in ms, 0 for none; for a call that waits, on top of its own bound. */
  readonly rpcTimeoutMs: number | undefined;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}
