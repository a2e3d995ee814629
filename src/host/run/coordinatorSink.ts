import type { NewEvent } from '../../protocol/events.ts';
import type { ShellReport } from './promptTracker.ts';

/** Where the coordinator's findings go. Everything is called synchronously, in the order of the bytes. */
export interface CoordinatorSink {
  /** Appends one event and gives its seq. Throws when it cannot be written. */
  append(event: NewEvent): number;
  /** Takes program output: to be logged as `output` and shown on the screen. May hold back a cut UTF-8 character. */
  appendOutput(bytes: Buffer): void;
  /** Appends all output that {@link appendOutput} still holds. */
  flushOutput(): void;
  /** The shell waits for the rest of an incomplete command: Ctrl+C is to be typed to get its prompt back. */
  requestInterrupt(runId: string): void;
  /** The shell itself reported that it draws a prompt, that a command begins, or that its output is over. */
  shellReported(what: ShellReport): void;
}
