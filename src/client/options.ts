/** What the calls of the library may be told beside what they are about. */

/** Every call may be taken back. */
export interface CallControl {
  /** Takes the call back; it then rejects with `CANCELLED`. What the host has begun goes on. */
  readonly signal?: AbortSignal;
}

/** How a run is waited for. */
export interface WaitRunOptions extends CallControl {
  /** Bounds the wait for its turn and its end, never the run: ms up to 24 h, 0 for ever; 120,000 by default. */
  readonly timeoutMs?: number;
  /** Bytes of output in the result, head and tail together; 262,144 by default. */
  readonly maxOutputBytes?: number;
  /** Comes back with the outcome `blocked_on_input` when the command waits for input, saying for what; the run goes on. */
  readonly untilInput?: boolean;
  /** Keep colours and other looks in the output (SGR); everything else of its escapes still goes. */
  readonly ansi?: boolean;
  /** Gets the whole output as text while it is made, line by line also where it moves about the screen; nothing more is read before it resolves. */
  readonly onOutput?: (text: string) => void | Promise<void>;
}

/** How a command is run. */
export interface RunOptions extends WaitRunOptions {
  /** `false` comes back when the command is accepted, with the outcome `accepted`. */
  readonly wait?: boolean;
  /** While another run is under way: `wait` for it (the default) or `fail` with `SESSION_BUSY`. */
  readonly whenBusy?: 'wait' | 'fail';
  /**
   * A name for this command, 1 to 128 visible ASCII characters: the session types it once. A call that comes again with the
   * same key and command joins the first one, also after a lost connection or when the session is over.
   */
  readonly idempotencyKey?: string;
  /** Types the command once it has a place at this provider, which it keeps as long as it runs; the session's by default. */
  readonly provider?: string;
  /** How long to wait for that place, ms; 0, the default, is refused at once with `PROVIDER_WORKLOAD_BLOCKED`. */
  readonly leaseWaitMs?: number;
}

/** How a run is cancelled. */
export interface CancelRunOptions extends CallControl {
  /** How long each step may take before the next one: ms from 1 to 600,000; 2,000 by default. */
  readonly graceMs?: number;
}

/** How a condition is waited for. */
export interface WaitOptions extends CallControl {
  readonly timeoutMs?: number;
  readonly afterSeq?: number;
}

/** What a snapshot holds besides the visible text. */
export interface SnapshotOptions extends CallControl {
  readonly includeScrollback?: boolean;
  /** Characters, colours and attributes cell by cell. */
  readonly includeCells?: boolean;
  /** The screen as it stood after this event, from the log. */
  readonly at?: number;
}

/** How a text is pasted. */
export interface PasteOptions extends CallControl {
  /** Send a line even when the terminal will cut it at 4,095 bytes. */
  readonly force?: boolean;
  /** Let control characters through; paste markers are removed all the same. */
  readonly raw?: boolean;
  /** Press Enter after the paste, outside its frame. */
  readonly enter?: boolean;
}
