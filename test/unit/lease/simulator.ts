/**
 * Many processes at one key, in memory, from a seed. Before any step of one of them others may act in between, or it may be
 * killed; what a process does inside its own call is thereby cut at every place there is. The promises are looked at after
 * each renaming, which is the only way into the provider.
 */
import path from 'node:path';
import { keyPaths } from '../../../src/lease/layout.ts';
import { parseTicketName } from '../../../src/lease/names.ts';
import { type Ticket, TicketOffice } from '../../../src/lease/ticketOffice.ts';
import { Killed, MemoryWorld, SimulatedProcess } from './memoryDisk.ts';

const PATHS = keyPaths('/root', 'a'.repeat(64));
const MAX_DEPTH = 3;

interface Actor {
  process: SimulatedProcess;
  office: TicketOffice;
  readonly limit: number;
  ticket: Ticket | undefined;
  /** In the middle of a call, with others acting in between. */
  isBusy: boolean;
}

export interface SimulationOptions {
  readonly seed: number;
  /** One limit for each process. */
  readonly limits: readonly number[];
  readonly turns: number;
  /** Chance of a kill before a step. */
  readonly killChance: number;
  /** Chance that a killed holder leaves work behind. */
  readonly orphanChance: number;
}

/** What a simulation saw. `faults` are broken promises. */
export interface Findings {
  readonly faults: string[];
  grants: number;
  refusals: number;
  kills: number;
  killsInside: number;
  giveUps: number;
}

export class Simulation {
  readonly findings: Findings = { faults: [], grants: 0, refusals: 0, kills: 0, killsInside: 0, giveUps: 0 };
  readonly #world = new MemoryWorld();
  readonly #actors: Actor[];
  readonly #options: SimulationOptions;
  readonly #random: () => number;
  /** Records whose work goes on without its holder. */
  readonly #working = new Set<string>();
  #depth = 0;
  #nonces = 0;
  #isCalm = false;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#random = mulberry32(options.seed);
    this.#world.onMove = (_, to) => this.#checkGrant(to);
    this.#actors = options.limits.map((limit) => this.#newActor(limit));
  }

  /** Chaos for the given number of turns, then calm until nobody holds or waits. */
  run(): Findings {
    for (let turn = 0; turn < this.#options.turns; turn++) this.#act(this.#pick());
    this.#isCalm = true;
    this.#working.clear();
    for (let round = 0; round < 4 * this.#actors.length; round++) {
      for (const actor of this.#actors) if (actor.ticket !== undefined) this.#act(actor);
    }
    const left = [...this.#world.files.keys()].filter((file) => file !== PATHS.gate);
    const observer = this.#newActor(1);
    observer.office.advance(0);
    const stuck = this.#actors.filter(({ ticket }) => ticket !== undefined).length;
    if (stuck > 0) this.findings.faults.push(`${stuck} tickets were never served`);
    const rest = [...this.#world.files.keys()].filter((file) => file !== PATHS.gate);
    if (rest.length > 0)
      this.findings.faults.push(`left behind: ${rest.join(' ')} (before the last look: ${left.length})`);
    return this.findings;
  }

  #newActor(limit: number): Actor {
    const actor: Actor = { ...this.#newLife(() => actor), limit, ticket: undefined, isBusy: false };
    return actor;
  }

  #newLife(whose: () => Actor): Pick<Actor, 'process' | 'office'> {
    const process = new SimulatedProcess(this.#world, () => this.#beforeStep(whose()));
    const office = new TicketOffice(process.disk(), PATHS, {
      agingMs: 1_000,
      wallMs: () => 0,
      judge: (record) => (this.#working.has(record) ? 'occupied' : 'gone'),
    });
    return { process, office };
  }

  #pick(): Actor {
    return this.#actors[Math.floor(this.#random() * this.#actors.length)] ?? this.#newActor(1);
  }

  /** Between two steps of `actor`. */
  #beforeStep(actor: Actor): void {
    if (this.#isCalm) return;
    if (this.#random() < this.#options.killChance) {
      this.findings.killsInside++;
      this.#kill(actor);
    }
    if (this.#depth >= MAX_DEPTH || this.#random() > 0.2) return;
    const other = this.#pick();
    if (other.isBusy) return;
    this.#depth++;
    this.#act(other);
    this.#depth--;
  }

  #kill(actor: Actor): void {
    this.findings.kills++;
    if (actor.ticket !== undefined && this.#random() < this.#options.orphanChance) {
      this.#working.add(recordOf(actor.ticket.name.nonce));
    }
    actor.process.kill();
  }

  #act(actor: Actor): void {
    actor.isBusy = true;
    try {
      if (!this.#isCalm && this.#random() < this.#options.killChance) this.#kill(actor);
      if (actor.process.isAlive) this.#behave(actor);
    } catch (error) {
      if (!(error instanceof Killed)) this.findings.faults.push(String(error));
    } finally {
      actor.isBusy = false;
      if (!actor.process.isAlive)
        Object.assign(
          actor,
          this.#newLife(() => actor),
          { ticket: undefined },
        );
    }
  }

  #behave(actor: Actor): void {
    const { office, limit, ticket } = actor;
    if (!this.#isCalm && this.#random() < 0.05) this.#working.clear();
    if (ticket === undefined) {
      this.#enter(actor);
      return;
    }
    const where = office.where(ticket);
    if (where === 'held') {
      if (!this.#isCalm && this.#random() < 0.5) return; // works on
      this.#leave(actor, ticket);
      return;
    }
    if (where === 'removed') this.findings.faults.push('a ticket of a living owner was removed');
    if (!this.#isCalm && this.#random() < 0.1) {
      this.findings.giveUps++;
      this.#leave(actor, ticket);
      return;
    }
    if (office.peek(ticket, limit).hasRoom || this.#random() < 0.1) office.advance(limit);
  }

  #enter(actor: Actor): void {
    if (this.#isCalm) return;
    const nonce = String(++this.#nonces).padStart(32, '0');
    const maxQueued = this.#random() < 0.2 ? 0 : this.#actors.length + 1;
    const entered = actor.office.enter({ class: 0, limit: actor.limit, nonce, maxQueued, record: recordOf(nonce) });
    if (entered.kind !== 'entered') return;
    if ('ticket' in entered.value) actor.ticket = entered.value.ticket;
    else this.findings.refusals++;
  }

  #leave(actor: Actor, ticket: Ticket): void {
    actor.office.leave(ticket);
    actor.ticket = undefined;
    actor.office.advance(actor.limit, {});
  }

  /** A file came into `h/`: never more than its limit, and nobody before it in the queue is passed over. */
  #checkGrant(to: string): void {
    const name = parseTicketName(path.basename(to));
    if (path.dirname(to) !== PATHS.held || name === undefined) return;
    this.findings.grants++;
    const holders = [...this.#world.files].filter(
      ([file, { owner, text }]) =>
        path.dirname(file) === PATHS.held && (owner !== undefined || this.#working.has(text)),
    );
    if (holders.length > name.limit) {
      this.findings.faults.push(`ticket ${name.seq} with limit ${name.limit} was let in as number ${holders.length}`);
    }
    for (const [file, { owner }] of this.#world.files) {
      const other = parseTicketName(path.basename(file));
      if (path.dirname(file) !== PATHS.queue || owner === undefined || other === undefined) continue;
      if (other.seq < name.seq) this.findings.faults.push(`ticket ${name.seq} went in before ${other.seq}`);
    }
  }
}

function recordOf(nonce: string): string {
  return `record ${nonce}`;
}

/** A small random generator with a seed (mulberry32 by Tommy Ettinger, public domain). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
