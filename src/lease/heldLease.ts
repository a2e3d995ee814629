/** The lease that its owner has in hand: one ticket that was let in, looked after until it is over. */
import type { Clock, Timer } from '../base/clock.ts';
import type { Capacity } from '../protocol/leaseOutcome.ts';
import type { Tally } from './counters.ts';
import type { Lease, LeaseEvent, ReleaseOutcome, ReleaseReason } from './lease.ts';
import { throughGate } from './pace.ts';
import { formatRecord, type HolderRecord, type Work } from './record.ts';
import type { Advance, Ticket, TicketOffice } from './ticketOffice.ts';

export interface HeldLeaseOptions {
  readonly office: TicketOffice;
  readonly clock: Clock;
  readonly limit: number;
  readonly record: HolderRecord;
  readonly waitedMs: number;
  readonly report: (kind: LeaseEvent['kind'], more: { reason?: string; capacity?: Capacity }) => void;
  /** Takes what went wrong where nobody waits for an answer. */
  readonly onTrouble: (what: string, error: unknown) => void;
  readonly onOver: () => void;
}

/** What an operator leaves in a record that was taken away; the first bytes of it. */
export const EVICTED_TEXT = '{"v":1,"evicted":true}\n';
/** How often a holder looks whether its file is still there. */
const TEND_MS = 5_000;
/** How long a release tries to let in who is next; after that they find out by themselves. */
const HAND_OVER_MS = 2_000;

/** See {@link Lease}. */
export class HeldLease implements Lease {
  readonly fence: bigint;
  readonly token: string;
  readonly #options: HeldLeaseOptions;
  readonly #lost = new AbortController();
  readonly #since: number;
  #ticket: Ticket;
  #record: HolderRecord;
  #timer: Timer | undefined;
  #isOver = false;
  #after: Capacity | null = null;

  private constructor(ticket: Ticket, options: HeldLeaseOptions) {
    this.fence = BigInt(ticket.name.seq);
    this.token = ticket.name.nonce;
    this.#options = options;
    this.#ticket = ticket;
    this.#since = options.clock.nowMs();
    this.#record = { ...options.record, heldSinceMs: options.clock.wallMs() };
  }

  /** Takes over a ticket that was let in; gives it up when that fails. */
  static take(ticket: Ticket, options: HeldLeaseOptions): HeldLease {
    const lease = new HeldLease(ticket, options);
    try {
      lease.#write();
    } catch (error) {
      options.office.leave(ticket);
      throw error;
    }
    lease.#tendLater();
    return lease;
  }

  get after(): Capacity | null {
    return this.#after;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  bind(work: Work): void {
    if (this.#isOver) return;
    this.#record = { ...this.#record, work };
    this.#write();
  }

  setDraining(isDraining: boolean): void {
    if (this.#isOver || (this.#record.draining ?? false) === isDraining) return;
    this.#record = { ...this.#record, draining: isDraining };
    try {
      this.#write();
    } catch (error) {
      this.#options.onTrouble('a lease could not be marked as draining', error); // the place is held all the same
    }
  }

  async release(token: string, why: ReleaseReason): Promise<ReleaseOutcome> {
    if (token !== this.token) return 'not_yours';
    if (this.#isOver) return 'already';
    const wasHeld = this.#end();
    const { clock, waitedMs, limit } = this.#options;
    const after: Tally = { waitedMs, heldMs: clock.nowMs() - this.#since, ...(wasHeld ? {} : { happened: 'lost' }) };
    const now = await this.#handOver(after);
    if (now !== undefined) this.#after = { active: now.active, limit, queued: now.queued };
    const capacity = this.#after === null ? {} : { capacity: this.#after };
    this.#options.report('released', { reason: why, ...capacity });
    return wasHeld ? 'released' : 'lost';
  }

  releaseNow(): void {
    if (!this.#isOver) this.#end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release(this.token, 'shutdown');
  }

  /** The place is free when this returns. Nothing in it waits, so that a process on its way out can do it. */
  #end(): boolean {
    this.#isOver = true;
    this.#timer?.clear();
    this.#options.onOver();
    return this.#options.office.leave(this.#ticket) === 'held';
  }

  async #handOver(after: Tally): Promise<Advance | undefined> {
    const { office, clock, limit, onTrouble } = this.#options;
    try {
      const outcome = await throughGate(() => office.advance(limit, after), {
        clock,
        deadlineMs: clock.nowMs() + HAND_OVER_MS,
      });
      return typeof outcome === 'string' ? undefined : outcome.value;
    } catch (error) {
      onTrouble('letting in who is next failed', error); // the place is free all the same, and the next one looks by itself
      return undefined;
    }
  }

  #write(): void {
    this.#ticket.file.write(formatRecord(this.#record));
  }

  #tendLater(): void {
    this.#timer = this.#options.clock.after(TEND_MS, () => void this.#tend(), { background: true });
  }

  /** A file without a name is held by nobody in the eyes of others: evicted by an operator, or its directory was removed. */
  async #tend(): Promise<void> {
    try {
      if (!this.#isOver && this.#ticket.file.links() === 0) await this.#fileIsGone();
    } catch (error) {
      this.#options.onTrouble('looking after a lease failed', error);
    }
    if (!this.#isOver && !this.#lost.signal.aborted) this.#tendLater();
  }

  async #fileIsGone(): Promise<void> {
    const { office, clock, report } = this.#options;
    if (this.#ticket.file.read().startsWith(EVICTED_TEXT.trim())) {
      report('lost', { reason: 'evicted' });
      this.#lost.abort();
      return;
    }
    const text = formatRecord(this.#record);
    const deadlineMs = clock.nowMs() + HAND_OVER_MS;
    const outcome = await throughGate(() => office.putBack(this.#ticket, text), { clock, deadlineMs });
    if (typeof outcome === 'string') return;
    this.#ticket = outcome.value;
    if (this.#isOver) office.leave(this.#ticket);
    else report('put_back', {});
  }
}
