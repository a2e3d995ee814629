/**
 * Types a command once for each idempotency key, however often and by however many callers it is asked for.
 *
 * The keys of the youngest runs are in memory. Older ones are in a filter of fixed size; one that it may hold is looked for
 * in the log, where the key stands in `input_run`.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { invariant } from '../../base/invariant.ts';
import { findRunKey } from '../../eventlog/findRunKey.ts';
import { keyReused } from '../../protocol/runKey.ts';
import { KeyFilter } from './keyFilter.ts';
import type { SessionRedaction } from './sessionRedaction.ts';
import { SharedStart, type StartCaller } from './sharedStart.ts';

/** Keys in memory, as many as runs are kept. */
export const MAX_KEPT_KEYS = 1_000;

interface Entry {
  /** SHA-256 of the command: commands may be long. */
  hash: string;
  /** It is of the command as the log tells it, without what the session masks. */
  isOfLog: boolean;
  /** Once `input_run` stands in the log. */
  runId: string | undefined;
  start: SharedStart<void> | undefined;
}

export interface RunKeysParts {
  readonly clock: Clock;
  /** Path of the session's log. */
  readonly log: string;
  readonly redaction: Pick<SessionRedaction, 'shown' | 'assertPlain'>;
}

/** A command that comes with a key. */
export interface KeyedCommand {
  readonly key: string;
  /** As it is typed. */
  readonly command: string;
  readonly caller: StartCaller;
  /** Types it when its turn has come. Has to call `typed` in the turn in which `input_run` was appended. */
  readonly type: (signal: AbortSignal) => Promise<unknown>;
}

export class RunKeys {
  readonly #parts: RunKeysParts;
  /** Oldest first. */
  readonly #entries = new Map<string, Entry>();
  /** Keys that are no longer in memory. */
  #older: KeyFilter | undefined;

  constructor(parts: RunKeysParts) {
    this.#parts = parts;
  }

  /** Whether the key's run was typed, as far as memory tells. */
  isTyped(key: string): boolean {
    return this.#entries.get(key)?.runId !== undefined;
  }

  /** `input_run` of the key's run was appended: from now on the key is taken for good. */
  typed(key: string, runId: string): void {
    const entry = this.#entries.get(key);
    invariant(entry !== undefined, 'a keyed run is typed while its key is claimed');
    entry.runId = runId;
    this.#forgetOldest();
  }

  /**
   * Gives the run of the key, which is typed now if it was not; `joined` when somebody asked for it before. While nothing is
   * typed and nobody waits, the key is free.
   *
   * @throws TtyError `IDEMPOTENCY_KEY_REUSED` for another command, `CANCELLED`, `SESSION_BUSY`, what `type` throws, what
   *   reading the log throws
   */
  async run({ key, command, caller, type }: KeyedCommand): Promise<{ runId: string; joined: boolean }> {
    this.#parts.redaction.assertPlain(key, 'the idempotency key');
    const hash = hashOf(command);
    let isTypedHere = false;
    const typeHere = async (signal: AbortSignal): Promise<void> => {
      await type(signal);
      isTypedHere = true;
    };
    const entry = this.#entries.get(key) ?? this.#begin(key, hash, typeHere);
    if (!this.#isOf(entry, command, hash)) throw keyReused(key, entry.runId);
    if (entry.runId === undefined) await entry.start?.join(caller);
    invariant(entry.runId !== undefined, 'a start that ended well has typed its run');
    // The log may have told of another one.
    if (!this.#isOf(entry, command, hash)) throw keyReused(key, entry.runId);
    return { runId: entry.runId, joined: !isTypedHere };
  }

  #isOf(entry: Entry, command: string, hash: string): boolean {
    return entry.hash === (entry.isOfLog ? hashOf(this.#parts.redaction.shown(command)) : hash);
  }

  #begin(key: string, hash: string, type: (signal: AbortSignal) => Promise<void>): Entry {
    const entry: Entry = { hash, isOfLog: false, runId: undefined, start: undefined };
    const free = (): void => {
      if (entry.runId === undefined && this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    const start = async (signal: AbortSignal): Promise<void> => {
      try {
        if (await this.#isInLog(key, entry)) return;
        signal.throwIfAborted();
        await type(signal);
      } finally {
        free();
      }
    };
    this.#entries.set(key, entry);
    entry.start = new SharedStart(this.#parts.clock, start, free);
    return entry;
  }

  /** Whether a key that memory forgot was used; fills in by whom. */
  async #isInLog(key: string, entry: Entry): Promise<boolean> {
    if (this.#older?.mayHold(key) !== true) return false;
    const found = await findRunKey(this.#parts.log, key);
    if (found === undefined) return false;
    entry.hash = hashOf(found.command);
    entry.isOfLog = true;
    entry.runId = found.runId;
    this.#forgetOldest();
    return true;
  }

  #forgetOldest(): void {
    let surplus = this.#entries.size - MAX_KEPT_KEYS;
    for (const [key, { runId }] of this.#entries) {
      if (surplus <= 0) return;
      if (runId === undefined) continue;
      this.#older ??= new KeyFilter();
      this.#older.add(key);
      this.#entries.delete(key);
      surplus--;
    }
  }
}

function hashOf(command: string): string {
  return createHash('sha256').update(command).digest('base64');
}
