/**
 * The places that the runs of one session hold. A place belongs to the work: it is taken before the command is typed, kept through every
 * time-out of whoever waits, and given back when the command has ended or the session is over. Nothing here is waited for where
 * output is handled.
 */
import type { Clock } from '../../base/clock.ts';
import { errorFields, type Logger } from '../../base/logger.ts';
import { liveness, nowTicks, type ProcessIdentity } from '../../base/processIdentity.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { NewEvent } from '../../protocol/events.ts';
import { type Capacity, publicCapacity, refusalError, type RunLeaseState } from '../../protocol/leaseOutcome.ts';
import type { RunLeaseView } from '../../protocol/methods/common.ts';
import type { RunCompletionCoordinator } from '../run/coordinator.ts';
import type { WaitOutcome } from '../run/runRecord.ts';
import type { HeldPlace, LeasePort, Place, PlaceEnd, Workplace } from './leasePort.ts';

export interface RunLeasesParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sessionId: string;
  readonly port: LeasePort;
  readonly workplace: () => Workplace;
  /** The program that was started, which leads the terminal session. */
  readonly leader: ProcessIdentity;
  readonly coordinator: RunCompletionCoordinator;
  /** Aborts when the session's program is gone and its exit was put on record, or that was tried. */
  readonly ended: AbortSignal;
  /** Appends an event, now if that is possible. */
  append(event: NewEvent): void;
  /** Ends a run whose place was taken away. */
  readonly cancel: (runId: string) => Promise<unknown>;
}

/** What a run asks for. */
export interface PlaceWish {
  readonly provider: string;
  /** How long to wait for a free place, ms; 0: do not. */
  readonly waitMs: number;
}

/** Somebody who waits for a run. */
export interface RunWaiter extends Disposable {
  /** Aborts when the place was taken away and the run cannot be ended. */
  readonly failed: AbortSignal;
}

interface Entry extends HeldPlace {
  readonly runId: string;
  readonly failed: AbortController;
  state: RunLeaseState;
  waiters: number;
}

/** Runs whose place is remembered; those that hold one stay in any case. */
const MAX_KEPT = 1_000;
/** How often the processes of a command that did not end in order are looked at. */
const LOOK_MS = 1_000;

export class RunLeases {
  readonly #parts: RunLeasesParts;
  readonly #entries = new Map<string, Entry>();
  /** Providers at which runs wait for a place. */
  readonly #waiting = new Map<string, string>();

  constructor(parts: RunLeasesParts) {
    this.#parts = parts;
  }

  /** Takes a place for a run that is not typed yet; errors are those of {@link LeasePort.take}. */
  async take(runId: string, { provider, waitMs }: PlaceWish, signal: AbortSignal): Promise<Place> {
    const { port, workplace, sessionId } = this.#parts;
    this.#waiting.set(runId, provider);
    try {
      return await port.take({ provider, waitMs, signal, sessionId, workplace: workplace() });
    } finally {
      this.#waiting.delete(runId);
    }
  }

  /** Throws `PROVIDER_WORKLOAD_BLOCKED` when there is no place now; takes none. Errors are those of {@link LeasePort.look}. */
  async assertRoom(provider: string): Promise<void> {
    const capacity = await this.#parts.port.look(provider, this.#parts.workplace());
    if (capacity === null || capacity.limit === null) return; // whoever takes a place is told why that cannot be said
    if (capacity.active < capacity.limit && capacity.queued === 0) return;
    throw refusalError(provider, { reason: 'at_capacity', capacity });
  }

  /** Gives a place back under which nothing was typed. */
  giveBack(place: Place): void {
    void place.release('failed_before_send');
  }

  /** The same, because of an error that goes on to the caller. */
  giveUp(place: Place, error: unknown): never {
    this.giveBack(place);
    throw error;
  }

  /** To be called right before `input_run` is appended: should the host die, the place stays taken until the command is gone. */
  bind(place: Place): void {
    const { leader, sessionId } = this.#parts;
    const ticks = nowTicks();
    const work = { kind: 'session', id: leader.pid, startTicks: leader.startTicks, mark: sessionId } as const;
    place.bind(Number.isFinite(ticks) ? { ...work, since: String(ticks) } : work);
  }

  /** The event that stands before the `input_run` of a run with a place. */
  heldEvent(runId: string, { place: { provider, capacity }, waitedMs }: HeldPlace): NewEvent {
    const payload = {
      runId,
      provider,
      state: 'held',
      waitedMs: round(waitedMs),
      capacity: publicCapacity(capacity),
    } as const;
    return { type: 'run_lease', payload };
  }

  /** The run is registered: from now on the place goes with it, and is given back exactly once. */
  attach(runId: string, held: HeldPlace): void {
    const { place } = held;
    const entry: Entry = { ...held, runId, state: 'held', waiters: 0, failed: new AbortController() };
    this.#forgetOld();
    this.#entries.set(runId, entry);
    const lost = (): void => this.#lost(entry);
    place.lost.addEventListener('abort', lost, { once: true });
    if (place.lost.aborted) lost();
    this.#parts.coordinator.wait(runId, { timeoutMs: 0 }).then(
      (outcome) => this.#runEnded(entry, mayGoOn(outcome)),
      () => this.#runEnded(entry, false), // its end could not be written: it ended all the same
    );
  }

  /** Somebody waits for the run until the result is disposed. */
  waiter(runId: string): RunWaiter {
    const entry = this.#entries.get(runId);
    if (entry === undefined) return { failed: new AbortController().signal, [Symbol.dispose]: () => undefined };
    entry.waiters++;
    this.#drains(entry, false);
    let waits = true;
    return {
      failed: entry.failed.signal,
      [Symbol.dispose]: () => {
        if (!waits) return;
        waits = false;
        entry.waiters--;
        this.#drains(entry, entry.waiters === 0);
      },
    };
  }

  /** Throws `PROVIDER_LEASE_LOST` for a run whose place was taken away. */
  assertKept(runId: string): void {
    const entry = this.#entries.get(runId);
    if (entry?.state === 'lost') throw lostError(entry, 'the command was ended');
  }

  /** What may be told of a run's place; `undefined` for a run without one. */
  view(runId: string): RunLeaseView | undefined {
    const provider = this.#waiting.get(runId);
    if (provider !== undefined) return { provider, state: 'waiting', waitedMs: null, capacity: null };
    const entry = this.#entries.get(runId);
    if (entry === undefined) return undefined;
    const { place, state, waitedMs } = entry;
    return {
      provider: place.provider,
      state,
      waitedMs: round(waitedMs),
      capacity: publicCapacity(place.capacity),
    };
  }

  #drains(entry: Entry, isDraining: boolean): void {
    if (entry.state !== 'held' && entry.state !== 'draining') return;
    entry.state = isDraining ? 'draining' : 'held';
    entry.place.setDraining(isDraining);
  }

  /**
   * A command that was stopped, or whose end nobody saw, may go on: its place is kept until none of the processes that it has now
   * is left, or the session is over.
   */
  #runEnded(entry: Entry, goesOn: boolean): void {
    const { ended } = this.#parts;
    const left = goesOn && !ended.aborted ? entry.place.remains() : [];
    if (left.length === 0) return this.#release(entry);
    const { clock } = this.#parts;
    const look = (): void => {
      if (left.some((identity) => liveness(identity) !== 'gone'))
        timer = clock.after(LOOK_MS, look, { background: true });
      else over();
    };
    const over = (): void => {
      timer.clear();
      ended.removeEventListener('abort', over);
      this.#release(entry);
    };
    let timer = clock.after(LOOK_MS, look, { background: true });
    ended.addEventListener('abort', over, { once: true });
  }

  #release(entry: Entry): void {
    const { ended } = this.#parts;
    const why: PlaceEnd = ended.aborted ? 'exited' : 'completed';
    const wasLost = entry.state === 'lost';
    const released = entry.place.release(why);
    if (wasLost) return;
    entry.state = 'released';
    void released.then((capacity) => this.#record(entry, 'released', capacity));
  }

  #lost(entry: Entry): void {
    if (entry.state !== 'held' && entry.state !== 'draining') return;
    entry.state = 'lost';
    this.#record(entry, 'lost', null);
    void this.#end(entry);
  }

  async #end(entry: Entry): Promise<void> {
    const { cancel, coordinator, logger, sessionId } = this.#parts;
    try {
      await cancel(entry.runId);
    } catch (error) {
      // what is left of it is the operator's, who took the place away
      logger.log('warn', 'lease', 'a run whose place is lost could not be ended', { sessionId, ...errorFields(error) });
    }
    if (coordinator.view(entry.runId)?.state !== 'ended')
      entry.failed.abort(lostError(entry, 'the command could not be ended'));
  }

  #record({ runId, place: { provider } }: Entry, state: 'released' | 'lost', capacity: Capacity | null): void {
    // Nothing follows the exit in a log: the end of a session is the end of its places.
    if (this.#parts.ended.aborted) return;
    const payload = { runId, provider, state, waitedMs: null, capacity: publicCapacity(capacity) };
    this.#parts.append({ type: 'run_lease', payload });
  }

  #forgetOld(): void {
    let surplus = this.#entries.size + 1 - MAX_KEPT;
    for (const [runId, { state }] of this.#entries) {
      if (surplus <= 0) return;
      if (state !== 'released' && state !== 'lost') continue;
      this.#entries.delete(runId);
      surplus--;
    }
  }
}

function lostError({ runId, place: { provider } }: Entry, outcome: string): TtyError {
  const message = `the place at provider "${provider}" was taken away; ${outcome}`;
  return new TtyError('PROVIDER_LEASE_LOST', message, { details: { provider, runId, sent: true } });
}

/** Whether what ended a run leaves it open that the command goes on. */
function mayGoOn(outcome: WaitOutcome): boolean {
  return outcome.kind === 'ended' && (outcome.end.outcome === 'stopped' || outcome.end.outcome === 'lost');
}

function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
