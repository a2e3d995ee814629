/**
 * Takes and gives places: at most `limit` at once under a key, over all processes of this user on this machine, first come
 * first served. The truth is the kernel's: a place is taken as long as somebody holds the lock of its file, and free the moment
 * that process ends, however it ends. No clock, pid or record decides that.
 *
 * The engine knows a key, a limit and a directory. Which provider has which is not its business (`admission.ts`).
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { invariant } from '../base/invariant.ts';
import { identify } from '../base/processIdentity.ts';
import type { BlockReason, Capacity, DenyReason } from '../protocol/leaseOutcome.ts';
import type { LeaseDisk } from './disk.ts';
import { FileDisk } from './fileDisk.ts';
import { HeldLease } from './heldLease.ts';
import type { Judge } from './holders.ts';
import { findLockMethod } from './kernelLock.ts';
import { keyPaths } from './layout.ts';
import type { Lease, LeaseEvent, LeaseRequest } from './lease.ts';
import { throughGate } from './pace.ts';
import { formatRecord, type HolderRecord, parseRecord } from './record.ts';
import { openRoot, type RootState } from './root.ts';
import { DEFAULT_AGING_MS, isLimit } from './rules.ts';
import { type Advance, type Counts, type Entered, type Ticket, TicketOffice } from './ticketOffice.ts';
import { waitForTurn } from './waiting.ts';
import { type ProcessView, systemView, workState } from './work.ts';

export type AcquireOutcome =
  | { readonly kind: 'acquired'; readonly lease: Lease; readonly waitedMs: number; readonly capacity: Capacity }
  | { readonly kind: 'blocked'; readonly reason: BlockReason; readonly capacity: Capacity | null }
  | { readonly kind: 'denied'; readonly reason: DenyReason; readonly capacity: null };

export interface EngineOptions {
  readonly clock: Clock;
  /** Counts only. */
  readonly onEvent?: (event: LeaseEvent) => void;
  /** What went wrong, with everything known: for a log that only we read. */
  readonly onTrouble?: (what: string, error: unknown) => void;
  readonly allowNetworkFs?: boolean;
  readonly agingMs?: number;
  /** Null: this system has no locks. Found out when not given. */
  readonly disk?: LeaseDisk | null;
  readonly view?: ProcessView;
}

/** How many may wait at one key unless the caller says. */
export const DEFAULT_MAX_QUEUED = 32;
/** A gate that stays shut for so long is held by a stopped process; nobody takes it away from it. */
const GATE_MS = 5_000;
/** Looking for orphaned work takes at most one part in so many of our time. */
const LOOK_SHARE = 10;
const KEY = /^[0-9a-f]{32,128}$/;

/** May be shared by everything in a process. {@link close} frees what it holds. */
export class LeaseEngine implements AsyncDisposable {
  readonly #options: EngineOptions;
  readonly #clock: Clock;
  readonly #held = new Set<Lease>();
  readonly #roots = new Map<string, RootState>();
  readonly #occupiedUntilMs = new Map<string, number>();
  #disk: LeaseDisk | null | undefined;
  #view: ProcessView | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#disk = options.disk;
    this.#view = options.view;
  }

  /**
   * Takes a place, waiting for one until the deadline. Rejects only for a request that makes no sense (no key): everything
   * else is an outcome, and only `acquired` is a place.
   */
  async acquire(request: LeaseRequest): Promise<AcquireOutcome> {
    invariant(KEY.test(request.key), 'a lease needs a key');
    if (!isLimit(request.limit)) return denied('invalid_limit');
    try {
      const office = this.#office(request.root, request.key);
      if (!(office instanceof TicketOffice)) return this.#refuse(request, denied(office.reason));
      return await this.#acquireAt(office, request);
    } catch (error) {
      this.#trouble('a lease could not be taken', error);
      return this.#refuse(request, denied('admission_failed'));
    }
  }

  /** How full a key is now. Takes out the dead, lets nobody in. Null when it cannot be told. */
  async counts(root: string, key: string, limit: number): Promise<Capacity | null> {
    const office = this.#office(root, key);
    if (!(office instanceof TicketOffice)) return null;
    const outcome = await this.#count(office);
    return outcome === undefined ? null : capacityOf(outcome, limit);
  }

  /** Frees everything that is held, for an end in order. */
  async close(): Promise<void> {
    await Promise.all([...this.#held].map((lease) => lease.release(lease.token, 'shutdown')));
  }

  /** Frees everything that is held, at once: for the last moment of a process. */
  closeNow(): void {
    for (const lease of this.#held) lease.releaseNow();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #acquireAt(
    office: TicketOffice,
    request: LeaseRequest,
    startMs = this.#clock.nowMs(),
  ): Promise<AcquireOutcome> {
    const { limit, signal, deadlineMs = 0, maxQueued = DEFAULT_MAX_QUEUED } = request;
    const record = this.#record(request);
    const nonce = randomBytes(16).toString('hex');
    const enter = {
      class: request.class ?? 0,
      limit,
      nonce,
      record: formatRecord(record),
      maxQueued: deadlineMs > startMs ? maxQueued : 0,
    };
    // Whoever would wait for a place waits for the gate as well.
    const gateDeadlineMs = Math.max(this.#clock.nowMs() + GATE_MS, deadlineMs);
    const pace = { clock: this.#clock, deadlineMs: gateDeadlineMs, signal };
    const outcome = await throughGate<Entered>(() => office.enter(enter), pace);
    if (typeof outcome === 'string') return this.#refuse(request, { kind: 'blocked', reason: outcome, capacity: null });
    const entered = outcome.value;
    const capacity = capacityOf(entered.counts, limit);
    if (!('ticket' in entered)) return this.#refuse(request, { kind: 'blocked', reason: entered.kind, capacity });
    if (entered.kind === 'held') return this.#grant(office, request, entered.ticket, { record, startMs, capacity });
    this.#report(request, 'queued', { capacity });
    return this.#wait(office, request, entered.ticket, { record, startMs });
  }

  async #wait(
    office: TicketOffice,
    request: LeaseRequest,
    ticket: Ticket,
    begun: { record: HolderRecord; startMs: number },
  ): Promise<AcquireOutcome> {
    const { limit, signal, deadlineMs = 0 } = request;
    let turn: Awaited<ReturnType<typeof waitForTurn>>;
    try {
      turn = await waitForTurn(office, ticket, { clock: this.#clock, limit, deadlineMs, signal });
    } catch (error) {
      office.leave(ticket);
      throw error;
    }
    // Let in at the last moment is let in: the place is counted already.
    if (turn === 'held' || (turn === 'over' && office.where(ticket) === 'held')) {
      return this.#grant(office, request, ticket, begun);
    }
    if (turn === 'removed') {
      // The queue's directory was removed: the ticket is worth nothing, and the same wait begins again in a new one.
      office.leave(ticket);
      return this.#acquireAt(office, request, begun.startMs);
    }
    office.leave(ticket);
    const reason = turn === 'over' ? 'queue_timeout' : 'aborted';
    const now = await this.#advance(office, limit, reason);
    const capacity = now === undefined ? null : capacityOf(now, limit);
    return this.#refuse(request, { kind: 'blocked', reason, capacity });
  }

  #grant(
    office: TicketOffice,
    request: LeaseRequest,
    ticket: Ticket,
    begun: { record: HolderRecord; startMs: number; capacity?: Capacity },
  ): AcquireOutcome {
    if (request.signal?.aborted === true) {
      office.leave(ticket); // whoever is next looks by himself soon
      return this.#refuse(request, { kind: 'blocked', reason: 'aborted', capacity: null });
    }
    const waitedMs = this.#clock.nowMs() - begun.startMs;
    const lease: HeldLease = HeldLease.take(ticket, {
      office,
      clock: this.#clock,
      limit: request.limit,
      record: begun.record,
      waitedMs,
      report: (kind, more) => this.#report(request, kind, more),
      onTrouble: (what, error) => this.#trouble(what, error),
      onOver: () => this.#held.delete(lease),
    });
    this.#held.add(lease);
    const capacity = begun.capacity ?? capacityOf(office.glance(), request.limit);
    this.#report(request, 'acquired', { capacity, waitedMs });
    return { kind: 'acquired', lease, waitedMs, capacity };
  }

  async #advance(
    office: TicketOffice,
    limit: number,
    happened: 'queue_timeout' | 'aborted',
  ): Promise<Advance | undefined> {
    const pace = { clock: this.#clock, deadlineMs: this.#clock.nowMs() + GATE_MS };
    const outcome = await throughGate(() => office.advance(limit, { happened }), pace);
    return typeof outcome === 'string' ? undefined : outcome.value;
  }

  async #count(office: TicketOffice): Promise<Advance | undefined> {
    const pace = { clock: this.#clock, deadlineMs: this.#clock.nowMs() + GATE_MS };
    const outcome = await throughGate(() => office.advance(0), pace);
    return typeof outcome === 'string' ? undefined : outcome.value;
  }

  #office(root: string, key: string): TicketOffice | { reason: DenyReason } {
    const disk = this.#usableDisk();
    if (disk === null) return { reason: 'engine_unavailable' };
    const known = this.#roots.get(root);
    const state = known ?? openRoot(disk, root, { allowNetworkFs: this.#options.allowNetworkFs === true });
    if (state.kind === 'denied') {
      this.#trouble(`the lease root ${root} ${state.why}`, undefined);
      return { reason: state.reason };
    }
    this.#roots.set(root, state);
    const view = (this.#view ??= systemView());
    return new TicketOffice(disk, keyPaths(root, key), {
      agingMs: this.#options.agingMs ?? DEFAULT_AGING_MS,
      wallMs: () => this.#clock.wallMs(),
      judge: (text) => this.#judge(text, view),
    });
  }

  /** A look at every process costs: one that found work going on is believed for ten times as long as it took. */
  #judge(text: string, view: ProcessView): ReturnType<Judge> {
    const startMs = this.#clock.nowMs();
    if (startMs < (this.#occupiedUntilMs.get(text) ?? 0)) return 'occupied';
    this.#occupiedUntilMs.delete(text);
    const verdict = judge(text, view);
    const endMs = this.#clock.nowMs();
    if (verdict === 'occupied') this.#occupiedUntilMs.set(text, endMs + LOOK_SHARE * (endMs - startMs));
    return verdict;
  }

  #usableDisk(): LeaseDisk | null {
    if (this.#disk === undefined) {
      const method = findLockMethod();
      this.#disk = method === undefined ? null : new FileDisk(method);
    }
    return this.#disk;
  }

  #record(request: LeaseRequest): HolderRecord {
    const { here } = (this.#view ??= systemView());
    const { pid } = process;
    const holder = { ...here, pid, startTicks: identify(pid)?.startTicks ?? null };
    return { v: 1, label: request.label, session: request.session ?? null, holder, heldSinceMs: null, work: null };
  }

  #refuse<T extends Exclude<AcquireOutcome, { kind: 'acquired' }>>(request: LeaseRequest, outcome: T): T {
    this.#report(request, 'refused', { reason: outcome.reason, capacity: outcome.capacity });
    return outcome;
  }

  #report(
    { label }: LeaseRequest,
    kind: LeaseEvent['kind'],
    { reason, capacity, waitedMs }: { reason?: string; capacity?: Capacity | null; waitedMs?: number },
  ): void {
    this.#options.onEvent?.({
      kind,
      provider: label,
      reason: reason ?? null,
      capacity: capacity ?? null,
      waitedMs: waitedMs ?? null,
    });
  }

  #trouble(what: string, error: unknown): void {
    this.#options.onTrouble?.(what, error);
  }
}

/** Only what is proven to have ended is gone: a record that cannot be read, or work that cannot be seen, keeps its place. */
export function judge(text: string, view: ProcessView): ReturnType<Judge> {
  const record = parseRecord(text);
  return record !== undefined && workState(record, view) === 'dead' ? 'gone' : 'occupied';
}

function capacityOf({ active, queued }: Counts, limit: number): Capacity {
  return { active, limit, queued };
}

function denied(reason: DenyReason): { kind: 'denied'; reason: DenyReason; capacity: null } {
  return { kind: 'denied', reason, capacity: null };
}
