/**
 * The engine's decisions for one key, as calls that do not wait: enter, look, advance, leave. It knows a key's directory and a
 * limit, no provider, environment or clock.
 *
 * A ticket is one file, locked by its owner from before it is visible until it is over. It waits in `q/`, and to be let in is
 * to be renamed into `h/` under the gate, by whoever notices that there is room. Holders are counted as files: one that
 * is locked lives; one that is not is gone, unless its workload still runs or nobody can tell. There is no index and no table
 * that could disagree with that.
 */
import path from 'node:path';
import { isErrno } from '../base/atomicFile.ts';
import { addTally, type Tally } from './counters.ts';
import type { HeldFile, LeaseDisk } from './disk.ts';
import { type Gate, type GateOutcome, makeKeyDirectories, tryGate } from './gate.ts';
import { countHolders, type Judge } from './holders.ts';
import type { KeyPaths } from './layout.ts';
import { formatTicketName, parseTicketName, type TicketName } from './names.ts';
import { inOrder, mayPromote } from './rules.ts';

/** What the office needs to know from outside. */
export interface OfficeOptions {
  readonly agingMs: number;
  readonly wallMs: () => number;
  readonly judge: Judge;
}

export interface TicketRequest {
  readonly class: number;
  readonly limit: number;
  readonly nonce: string;
  /** Text of its file. */
  readonly record: string;
  /** How many tickets may wait before this one; 0: it does not wait at all. */
  readonly maxQueued: number;
}

/** A ticket that is ours: its file is locked until {@link TicketOffice.leave}. */
export interface Ticket {
  readonly file: HeldFile;
  readonly name: TicketName;
}

export interface Counts {
  /** Holders, the undecidable ones among them. */
  readonly active: number;
  readonly queued: number;
}

export type Entered =
  | { readonly kind: 'held' | 'queued'; readonly ticket: Ticket; readonly counts: Counts }
  | { readonly kind: 'at_capacity' | 'queue_full'; readonly counts: Counts };

/** What a look through a key's tickets found and did. */
export interface Advance extends Counts {
  /** Number of the ticket that is next; `undefined` when nobody waits. */
  readonly next: number | undefined;
  readonly promoted: number;
  /** Holders that were found dead and taken out. */
  readonly reclaimed: number;
  /** Names of holders whose lock is free and whose work is not proven to have ended. */
  readonly orphans: readonly string[];
}

function reclaimed(now: Advance): Tally {
  return { happened: 'reclaimed', times: now.reclaimed };
}

/** Whether somebody holds the lock of a file, or nobody can tell. */
function isLocked(disk: LeaseDisk, place: string): boolean {
  const lock = disk.lock(place);
  if (typeof lock === 'string') return lock !== 'absent';
  lock.release();
  return false;
}

/** Adds to the gate's counters, and sets the last number if one was given. */
function note(gate: Gate, tallies: readonly Tally[], newSeq?: number): void {
  const { seq, counters } = gate.state();
  gate.save({ seq: newSeq ?? seq, counters: tallies.reduce(addTally, counters) });
}

export class TicketOffice {
  readonly #disk: LeaseDisk;
  readonly #paths: KeyPaths;
  readonly #options: OfficeOptions;

  constructor(disk: LeaseDisk, paths: KeyPaths, options: OfficeOptions) {
    this.#disk = disk;
    this.#paths = paths;
    this.#options = options;
  }

  /** Takes a place if there is room and nobody waits, else one in the queue, else none; then nothing is left on the disk. */
  enter(request: TicketRequest): GateOutcome<Entered> {
    const outcome = this.#inGate((gate) => this.#enter(gate, request));
    if (outcome.kind !== 'entered') return outcome;
    return outcome.value === undefined ? { kind: 'busy' } : { kind: 'entered', value: outcome.value };
  }

  /** `undefined` when the directory was removed under our hands. */
  #enter(gate: Gate, request: TicketRequest): Entered | undefined {
    const now = this.#advance(request.limit);
    const isFree = now.next === undefined && mayPromote(now.active, request.limit, request.limit);
    const refused = isFree ? undefined : this.#refusal(request, now);
    if (refused !== undefined) {
      note(gate, [{ happened: refused.kind }, reclaimed(now)]);
      return refused;
    }
    const { class: kind, limit, nonce } = request;
    const name = { class: kind, seq: this.#nextSeq(gate), limit, nonce, sinceMs: this.#options.wallMs() };
    note(gate, [...(isFree ? [{ happened: 'acquired' } as const] : []), reclaimed(now)], name.seq);
    // Made in the queue also when it does not wait: what is found there without an owner is taken out, whatever it holds.
    const file = this.#createTicket(name, request.record);
    if (file === undefined) return undefined;
    const ticket = { file, name };
    if (!isFree) return { kind: 'queued', ticket, counts: { active: now.active, queued: now.queued + 1 } };
    if (this.#disk.move(this.#queuePath(name), this.#heldPath(name)))
      return { kind: 'held', ticket, counts: { active: now.active + 1, queued: now.queued } };
    this.leave(ticket);
    makeKeyDirectories(this.#disk, this.#paths);
    return undefined;
  }

  #refusal({ maxQueued }: TicketRequest, now: Advance): (Entered & { kind: 'at_capacity' | 'queue_full' }) | undefined {
    const { active } = now;
    if (maxQueued === 0) return { kind: 'at_capacity', counts: { active, queued: now.queued } };
    if (now.queued < maxQueued) return undefined;
    const queued = this.#dropDead();
    return queued < maxQueued ? undefined : { kind: 'queue_full', counts: { active, queued } };
  }

  /** Where a ticket of ours is now. `removed`: somebody took its file away. */
  where(ticket: Ticket): 'held' | 'queued' | 'removed' {
    if (ticket.file.isAt(this.#heldPath(ticket.name))) return 'held';
    if (ticket.file.isAt(this.#queuePath(ticket.name))) return 'queued';
    // Between the two looks it may have been let in.
    return ticket.file.isAt(this.#heldPath(ticket.name)) ? 'held' : 'removed';
  }

  /**
   * Takes the dead out and lets in who is next, as far as `limit` allows; 0 lets nobody in and only counts. `after` is what
   * happened to the caller, for the counters; the next in line is then rung too, who has become the first by it.
   */
  advance(limit: number, after?: Tally): GateOutcome<Advance> {
    return this.#inGate((gate) => {
      const now = this.#advance(limit, after !== undefined);
      const tallies = [
        ...(after === undefined ? [] : [after]),
        reclaimed(now),
        { happened: 'acquired', times: now.promoted } as const,
      ];
      if (after !== undefined || now.reclaimed + now.promoted > 0) note(gate, tallies);
      return now;
    });
  }

  /**
   * Gives a ticket up, wherever it is, and says where it was. Needs no gate: its name goes while its lock is still held, so
   * whoever counts at this moment counts one too many, never one too few. Afterwards somebody should `advance`.
   */
  leave(ticket: Ticket): 'held' | 'queued' | 'removed' {
    const wasQueued = this.#disk.remove(this.#queuePath(ticket.name));
    const wasHeld = !wasQueued && ticket.file.links() > 0 && this.#disk.remove(this.#heldPath(ticket.name));
    ticket.file.release();
    return wasQueued ? 'queued' : wasHeld ? 'held' : 'removed';
  }

  /**
   * A look without the gate, for those who wait: whether everybody before the ticket is dead, and whether a look inside the gate could let
   * anybody in. Takes the lock of the dead for a moment; whoever decides at that moment counts them once more.
   */
  peek({ name }: Ticket, limit: number): { readonly isFirst: boolean; readonly hasRoom: boolean } {
    const { wallMs, agingMs } = this.#options;
    const first = inOrder(this.#tickets(this.#paths.queue), wallMs(), agingMs).find(
      (other) => other.nonce === name.nonce || isLocked(this.#disk, this.#queuePath(other)),
    );
    const holders = this.#disk.names(this.#paths.held) ?? [];
    const areLive = holders.every((holder) => isLocked(this.#disk, path.join(this.#paths.held, holder)));
    return { isFirst: first?.nonce === name.nonce, hasRoom: !areLive || holders.length < limit };
  }

  /** The file on which the ticket's owner is rung. */
  bell(ticket: Ticket): string {
    return this.#queuePath(ticket.name);
  }

  /**
   * Puts a holder's ticket back after somebody removed its directory: a new file of the same name, counted whatever the limit
   * says. Returns the ticket with its new file; the old one stays open until then, so there is no moment without a lock.
   */
  putBack(ticket: Ticket, record: string): GateOutcome<Ticket> {
    const outcome = this.#inGate((gate): Ticket | undefined => {
      const { seq, counters } = gate.state();
      gate.save({ seq: Math.max(seq, ticket.name.seq), counters });
      const file = this.#createTicket(ticket.name, record);
      if (file === undefined) return undefined;
      const again = { file, name: ticket.name };
      if (this.#disk.move(this.#queuePath(ticket.name), this.#heldPath(ticket.name))) {
        ticket.file.release();
        return again;
      }
      this.leave(again);
      makeKeyDirectories(this.#disk, this.#paths);
      return undefined;
    });
    if (outcome.kind !== 'entered') return outcome;
    return outcome.value === undefined ? { kind: 'busy' } : { kind: 'entered', value: outcome.value };
  }

  /** Counts names without looking whether anybody holds them; good enough to tell somebody who has a place. */
  glance(): Counts {
    const count = (directory: string): number => this.#disk.names(directory)?.length ?? 0;
    return { active: count(this.#paths.held), queued: count(this.#paths.queue) };
  }

  #inGate<T>(work: (gate: Gate) => T): GateOutcome<T> {
    const outcome = tryGate(this.#disk, this.#paths, work);
    // Somebody removed the directory: it is made anew where the caller wants it. The caller comes back in its own pace.
    if (outcome.kind === 'absent') makeKeyDirectories(this.#disk, this.#paths);
    return outcome;
  }

  #nextSeq(gate: Gate): number {
    const { seq } = gate.state();
    if (seq > 0) return seq + 1;
    // The gate is new or was damaged: the numbers in use say where to go on.
    const names = [...this.#tickets(this.#paths.queue), ...this.#tickets(this.#paths.held)];
    return Math.max(0, ...names.map((name) => name.seq)) + 1;
  }

  #advance(limit: number, ringsNext = false): Advance {
    const { disk, paths } = { disk: this.#disk, paths: this.#paths };
    const holders = countHolders(disk, paths.held, this.#options.judge);
    const waiting = inOrder(this.#tickets(paths.queue), this.#options.wallMs(), this.#options.agingMs);
    let active = holders.active;
    let promoted = 0;
    let passed = 0;
    let next: TicketName | undefined;
    for (const name of waiting) {
      passed++;
      if (!this.#isAlive(name)) continue;
      if (!mayPromote(active, name.limit, limit)) {
        next = name;
        break;
      }
      if (!disk.move(this.#queuePath(name), this.#heldPath(name))) continue; // it has just given up
      active++;
      promoted++;
    }
    if (next !== undefined && (ringsNext || promoted + holders.reclaimed > 0)) disk.ring(this.#queuePath(next));
    const queued = next === undefined ? 0 : waiting.length - passed + 1;
    return { ...holders, active, promoted, queued, next: next?.seq };
  }

  /** Whether a waiting ticket has an owner; without one it goes. */
  #isAlive(name: TicketName): boolean {
    const place = this.#queuePath(name);
    const lock = this.#disk.lock(place);
    if (lock === 'busy') return true;
    if (typeof lock === 'string') return false;
    if (lock.isAt(place)) this.#disk.remove(place);
    lock.release();
    return false;
  }

  /** `undefined` when there is no directory for it, which is made for the next try. */
  #createTicket(name: TicketName, record: string): HeldFile | undefined {
    try {
      return this.#disk.create(this.#queuePath(name), record);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw error;
      makeKeyDirectories(this.#disk, this.#paths);
      return undefined;
    }
  }

  /** Takes out every waiting ticket without an owner, not only those before the first that has one. Returns how many wait. */
  #dropDead(): number {
    return this.#tickets(this.#paths.queue).filter((name) => this.#isAlive(name)).length;
  }

  #tickets(directory: string): TicketName[] {
    return (this.#disk.names(directory) ?? []).flatMap((name) => parseTicketName(name) ?? []);
  }

  #queuePath(name: TicketName): string {
    return path.join(this.#paths.queue, formatTicketName(name));
  }

  #heldPath(name: TicketName): string {
    return path.join(this.#paths.held, formatTicketName(name));
  }
}
