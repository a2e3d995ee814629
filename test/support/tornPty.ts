/**
 * A real terminal whose output comes torn and late: in pieces of single bytes up to a few hundred, a turn of the event loop
 * or some milliseconds apart, now and then not read at all while the program writes on or ends. The contract of `Pty` holds
 * all the same, so that whatever goes wrong behind it would go wrong with a real terminal on a bad day. Built into a host of
 * its own by `conformance/torture/dist.mjs`, which sets TORN_SEED.
 */
import type { TerminalModes } from '../../src/base/native.ts';
import type { ProcessIdentity } from '../../src/base/processIdentity.ts';
import { systemClock, type Timer } from '../../src/base/clock.ts';
import type { SpawnOptions } from '../../src/host/pty/nodePty.ts';
import { spawnPty as spawnReal } from '../../src/host/pty/nodePty.ts';
import type { Pty, PtyExit } from '../../src/host/pty/pty.ts';

declare const TORN_SEED: number | undefined;

/** So much of the output of each period is torn into single bytes and little more; what a flood puts behind it goes in larger pieces. */
const FINE_BYTES = 1024;
const PERIOD_MS = 500;
/** Largest pieces of a terminal's finely torn output; each terminal has its own grain. */
const GRAINS = [1, 3, 16, 100];
/** What waits to be delivered before the real terminal is paused. */
const HIGH_WATER_BYTES = 64 * 1024;

let made = 0;

/** Stands in for the function of the same name. */
export function spawnPty(options: SpawnOptions): Pty {
  // The name is looked for in the built host, as the sign that the exchange worked: "torn terminal".
  const seed = typeof TORN_SEED === 'undefined' ? 1 : TORN_SEED;
  return new TornPty(spawnReal(options), numbers(seed + made++));
}

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class TornPty implements Pty {
  readonly name = 'torn terminal';
  readonly #inner: Pty;
  readonly #random: () => number;
  readonly #listeners = new Set<(chunk: Buffer) => void>();
  readonly #exits = new Set<(exit: PtyExit) => void>();
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #fineBytes = 0;
  #periodMs = 0;
  #isPaused = false;
  #isHeld = false;
  /** Whether the real terminal is paused. */
  #rests = false;
  #isScheduled = false;
  #timer: Timer | undefined;
  #isReading = false;
  readonly #grain: number;
  #exit: PtyExit | undefined;

  constructor(inner: Pty, random: () => number) {
    this.#inner = inner;
    this.#random = random;
    this.#grain = GRAINS[Math.floor(random() * GRAINS.length)] ?? 1;
    inner.onExit((exit) => this.#ended(exit));
  }

  get pid(): number {
    return this.#inner.pid;
  }

  get identity(): ProcessIdentity {
    return this.#inner.identity;
  }

  get ttyName(): string {
    return this.#inner.ttyName;
  }

  get queuedBytes(): number {
    return this.#inner.queuedBytes;
  }

  onData(listener: (chunk: Buffer) => void): Disposable {
    this.#listeners.add(listener);
    if (!this.#isReading) this.#inner.onData((chunk) => this.#took(chunk));
    this.#isReading = true;
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  onExit(listener: (exit: PtyExit) => void): Disposable {
    const exit = this.#exit;
    this.#exits.add(listener);
    if (exit !== undefined) queueMicrotask(() => this.#exits.has(listener) && listener(exit));
    return { [Symbol.dispose]: () => void this.#exits.delete(listener) };
  }

  onInputLost(listener: (bytes: number) => void): Disposable {
    return this.#inner.onInputLost(listener);
  }

  pause(): void {
    this.#isPaused = true;
    this.#hold();
  }

  resume(): void {
    this.#isPaused = false;
    this.#hold();
    this.#schedule();
  }

  /** What has been held back so far is part of "so far". */
  readNow(): boolean {
    if (this.#isPaused) return false;
    if (this.#rests) this.#inner.resume();
    this.#rests = false;
    const isAll = this.#inner.readNow();
    while (this.#waitingBytes > 0) this.#deliver();
    this.#hold();
    return isAll;
  }

  write(bytes: Buffer): void {
    this.#inner.write(bytes);
  }

  assertRoom(bytes: number): void {
    this.#inner.assertRoom(bytes);
  }

  resize(cols: number, rows: number): void {
    this.#inner.resize(cols, rows);
  }

  modes(): TerminalModes | undefined {
    return this.#inner.modes();
  }

  interruptByte(): number | undefined {
    return this.#inner.interruptByte();
  }

  dropInput(): void {
    this.#inner.dropInput();
  }

  foregroundGroup(): number | undefined {
    return this.#inner.foregroundGroup();
  }

  dispose(): void {
    this.#timer?.clear();
    this.#listeners.clear();
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#inner.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #took(chunk: Buffer): void {
    const nowMs = systemClock.nowMs();
    if (nowMs - this.#periodMs > PERIOD_MS) {
      this.#fineBytes = 0;
      this.#periodMs = nowMs;
    }
    this.#waiting.push(Buffer.from(chunk));
    this.#waitingBytes += chunk.length;
    this.#hold();
    this.#schedule();
  }

  /** The real terminal rests while somebody wants it to, while much waits, and while nobody reads it for no reason. */
  #hold(): void {
    const rests = this.#isPaused || this.#isHeld || this.#waitingBytes > HIGH_WATER_BYTES;
    if (rests === this.#rests) return;
    this.#rests = rests;
    if (rests) this.#inner.pause();
    else this.#inner.resume();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isPaused || this.#waitingBytes === 0) return;
    this.#isScheduled = true;
    const next = (): void => {
      this.#isScheduled = false;
      this.#timer = undefined;
      if (this.#isPaused || this.#waitingBytes === 0) return;
      this.#deliver();
      this.#schedule();
    };
    const chance = this.#random();
    if (chance < 0.97) setImmediate(next);
    else this.#timer = systemClock.after(1 + Math.floor(this.#random() * (chance < 0.998 ? 4 : 30)), next);
  }

  #deliver(): void {
    const [first = Buffer.alloc(0), ...rest] = this.#waiting;
    const isFine = this.#fineBytes < FINE_BYTES;
    const wanted = 1 + Math.floor(this.#random() * (isFine ? this.#grain : 16_384));
    const piece = first.subarray(0, wanted);
    const left = first.subarray(wanted);
    this.#waiting = left.length > 0 ? [left, ...rest] : rest;
    this.#waitingBytes -= piece.length;
    this.#fineBytes += piece.length;
    for (const listener of this.#listeners) listener(piece);
    this.#starve();
    this.#hold();
  }

  /** Now and then nobody reads for a while: what the program writes stays in the kernel, also when it ends meanwhile. */
  #starve(): void {
    if (this.#waitingBytes > 0 || this.#isHeld || this.#random() > (this.#fineBytes > FINE_BYTES ? 0.01 : 0.15)) return;
    this.#isHeld = true;
    systemClock.after(1 + Math.floor(this.#random() * 25), () => {
      this.#isHeld = false;
      if (this.#exit === undefined) this.#hold();
    });
  }

  /** The real terminal has delivered everything before it tells the exit, and so does this one. */
  #ended(exit: PtyExit): void {
    this.#timer?.clear();
    while (this.#waitingBytes > 0) this.#deliver();
    this.#exit = exit;
    for (const listener of this.#exits) listener(exit);
  }
}
