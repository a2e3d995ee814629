// What is done to the engine, phase by phase. Each returns {name, figures, faults}; a fault is a broken promise.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdsOf, idleAfterKill, jain, percentile, sweep, waitsOf } from './oracle.mjs';
import { fullDisk, stoppedInGate } from './obstacles.mjs';
import { KEY, now, Pool } from './pool.mjs';

const HOLD_MS = 200;
const KILL_EVERY_MS = 300;
const TICKS_A_SECOND = 100;
/** Node compiles and collects for some seconds after it has started; that is not what waiting costs. */
const SETTLE_MS = 10_000;

const round = (value, digits = 0) => Number(value.toFixed(digits));
const randomOf = (list) => list[Math.floor(Math.random() * list.length)];

/** Many processes, few places, a kill -9 every 300 ms. */
async function crowd({ directory, engine, seconds, processes = 50, limit = 4 }) {
  const pool = new Pool(path.join(directory, 'crowd'), engine);
  for (let i = 0; i < processes; i++) pool.add({ limit, holdMs: HOLD_MS });
  await pool.started();
  await sleep(1_000);
  const window = { from: now(), to: now() + seconds * 1_000 };
  while (now() < window.to) {
    await sleep(KILL_EVERY_MS);
    const slot = randomOf(pool.slots);
    await slot.kill();
    slot.start();
  }
  await pool.end();
  const holds = pool.slots.flatMap((slot) => holdsOf(slot, window.to));
  const { peak, violations } = sweep(holds);
  const inWindow = (slot) =>
    slot.lines().filter(({ what, t }) => what === 'A' && t >= window.from && t <= window.to).length;
  const grants = pool.slots.map(inWindow);
  const waits = waitsOf(pool.slots, window);
  const idle = idleAfterKill(holds, window);
  const rate = grants.reduce((total, n) => total + n, 0) / seconds;
  const ideal = (limit * 1_000) / HOLD_MS;
  const figures = {
    processes,
    limit,
    peak,
    grants: grants.reduce((total, n) => total + n, 0),
    ofIdealRate: round(rate / ideal, 3),
    waitP50Ms: round(percentile(waits, 0.5)),
    waitP99Ms: round(percentile(waits, 0.99)),
    waitP99ToMedian: round(percentile(waits, 0.99) / percentile(waits, 0.5), 2),
    jain: round(jain(grants), 4),
    killedHolders: holds.filter(({ killed }) => killed).length,
    freeAfterKillP50Ms: round(percentile(idle, 0.5)),
    freeAfterKillP99Ms: round(percentile(idle, 0.99)),
  };
  const faults = [
    ...(violations > 0 || peak > limit ? [`${violations} grants above the limit (peak ${peak})`] : []),
    ...(grants.some((n) => n === 0) ? ['somebody never got a place'] : []),
    ...(waits.length > 0 && percentile(waits, 0.5) > HOLD_MS ? [] : ['nobody had to wait: this proved nothing']),
    ...troubles(pool),
  ];
  return { name: 'crowd', figures, faults };
}

/** Different limits at once, stopped processes, other namespaces, kills. */
async function mixture({ directory, engine, seconds }) {
  const pool = new Pool(path.join(directory, 'mixture'), engine);
  const wrappers = [[], ...namespaces()];
  for (let i = 0; i < 20; i++) pool.add({ limit: 1 + (i % 4), holdMs: 20, thinkMs: 5 }, wrappers[i % wrappers.length]);
  await pool.started();
  const until = now() + seconds * 1_000;
  while (now() < until) {
    await sleep(150);
    const slot = randomOf(pool.slots);
    if (Math.random() < 0.5 && slot.wrapper.length === 0) {
      slot.signal('SIGSTOP');
      await sleep(400);
      slot.signal('SIGCONT');
    } else {
      await slot.kill();
      slot.start();
    }
  }
  const end = now();
  await pool.end();
  const holds = pool.slots.flatMap((slot) => holdsOf(slot, end));
  const { peak, violations } = sweep(holds);
  const faults = [
    ...(violations > 0 ? [`${violations} grants above their limit`] : []),
    ...(peak < 2 ? ['the larger limits were never used: this proved little'] : []),
    ...troubles(pool),
  ];
  return { name: 'mixture', figures: { namespaces: wrappers.length - 1, holds: holds.length, peak }, faults };
}

function namespaces() {
  const wanted = [
    ['unshare', '-p', '-f', '--kill-child', '--mount-proc'],
    ['unshare', '-T', '-f', '--kill-child', '--boottime', '1000'],
    ['unshare', '-u', '-n'],
  ];
  return wanted.filter(([program, ...words]) => spawnSync(program, [...words, 'true']).status === 0);
}

/** A holder is killed, one waits: how long until it is let in. */
async function recovery({ directory, engine, rounds = 40 }) {
  const pool = new Pool(path.join(directory, 'recovery'), engine);
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const holder = pool.add({ limit: 1, holdMs: 60_000, leavesChild: i % 4 === 0 });
    await holder.until(i % 4 === 0 ? 'C' : 'A');
    const waiter = pool.add({ limit: 1, holdMs: 60_000 });
    await waiter.until('W');
    await sleep(100 + Math.random() * 150);
    await holder.kill();
    await waiter.until('A');
    const granted = waiter.lines().find(({ what }) => what === 'A').t;
    times.push(granted - holder.kills[0]);
    await waiter.kill();
  }
  const p99 = percentile(times, 0.99);
  return {
    name: 'recovery',
    figures: { rounds, p50Ms: round(percentile(times, 0.5)), p99Ms: round(p99), maxMs: round(Math.max(...times)) },
    faults: p99 > 5_000 ? [`a killed holder's place was free only after ${round(p99)} ms`] : [],
  };
}

/** Fifty that wait for one that does not let go: what do they cost? */
async function idleWaiters({ directory, engine, seconds = 10, processes = 50 }) {
  const pool = new Pool(path.join(directory, 'idle'), engine);
  const holder = pool.add({ limit: 1, holdMs: 600_000 });
  await holder.until('A');
  const waiters = Array.from({ length: processes }, () => pool.add({ limit: 1, holdMs: HOLD_MS }));
  for (const waiter of waiters) await waiter.until('W', 60_000);
  await sleep(SETTLE_MS);
  const ticks = () => waiters.reduce((total, { child }) => total + cpuTicks(child.pid), 0);
  const before = ticks();
  const from = now();
  await sleep(seconds * 1_000);
  const share = (ticks() - before) / TICKS_A_SECOND / ((now() - from) / 1_000);
  await pool.end();
  return { name: 'idle waiters', figures: { processes, ofOneCore: round(share, 4) }, faults: [] };
}

function cpuTicks(pid) {
  const text = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** A process that kills itself at each single step it takes on the disk: nobody may stall, nothing may stay. */
async function crashes({ directory, engine, steps = 60 }) {
  const pool = new Pool(path.join(directory, 'crashes'), engine);
  const held = path.join(pool.root, 'v1', 'k', KEY, 'h');
  const queue = path.join(pool.root, 'v1', 'k', KEY, 'q');
  const faults = [];
  const times = [];
  let died = 0;
  await pool.add({ limit: 1, holdMs: 1, rounds: 1 }).ended; // makes the root, which is not what dies here
  const next = pool.add({ limit: 1, holdMs: 0, thinkMs: 15 });
  await next.until('R');
  for (let step = 1; step <= steps; step++) {
    const victim = pool.add({ limit: 1, holdMs: 5, rounds: 1, dieAtStep: step });
    const code = await victim.ended;
    const at = now();
    if (code === null) died++;
    const granted = await nextGrant(next, at);
    times.push(granted - at);
  }
  next.signal('SIGKILL');
  await next.ended;
  await pool.add({ limit: 1, holdMs: 1, rounds: 1 }).ended;
  const left = [...fs.readdirSync(held), ...fs.readdirSync(queue)];
  if (left.length > 0) faults.push(`left behind: ${left.join(' ')}`);
  if (died < 10) faults.push(`only ${died} processes died in the middle: this proved nothing`);
  if (Math.max(...times) > 2_000) faults.push(`after a crash the next one waited ${round(Math.max(...times))} ms`);
  return {
    name: 'crashes',
    figures: { died, nextP50Ms: round(percentile(times, 0.5)), nextMaxMs: round(Math.max(...times)) },
    faults,
  };
}

async function nextGrant(slot, after) {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; await sleep(3)) {
    const found = slot.lines().findLast(({ what }) => what === 'A');
    if (found !== undefined && found.t > after) return found.t;
  }
  throw new Error('the next one was never let in');
}

/** The directory of leases is removed while it is in use: everybody goes on in a new one. */
async function removedRoot({ directory, engine }) {
  const pool = new Pool(path.join(directory, 'removed'), engine);
  for (let i = 0; i < 6; i++) pool.add({ limit: 2, holdMs: 50 });
  await pool.started();
  await sleep(1_000);
  const at = now();
  await removeAll(pool.root);
  await sleep(8_000);
  const settled = now() - 2_000;
  await pool.end();
  const holds = pool.slots.flatMap((slot) => holdsOf(slot, now())).filter(({ from }) => from > settled);
  const idle = pool.slots.filter((slot) => !slot.lines().some(({ what, t }) => what === 'A' && t > at + 3_000));
  const { violations } = sweep(holds);
  return {
    name: 'removed root',
    figures: { holdsAfter: holds.length },
    faults: [
      ...(idle.length > 0 ? [`${idle.length} processes got nothing after the root was removed`] : []),
      ...(violations > 0 ? [`${violations} grants above the limit after the root was made anew`] : []),
    ],
  };
}

/** Removes a directory into which others write. */
async function removeAll(place) {
  for (let tries = 0; tries < 50; tries++) {
    try {
      fs.rmSync(place, { recursive: true, force: true });
      return;
    } catch (error) {
      if (error.code !== 'ENOTEMPTY') throw error;
      await sleep(1);
    }
  }
  throw new Error(`${place} could not be removed`);
}

function troubles(pool) {
  const said = pool.slots.flatMap((slot) => slot.lines().filter(({ what }) => what === 'T' || what === 'X'));
  return [
    ...new Set(said.map(({ what, more }) => `the engine reported ${what === 'T' ? 'trouble' : 'a refusal'}: ${more}`)),
  ];
}

/** By name, in the order in which they run. */
export const PHASES = {
  crowd,
  mixture,
  recovery,
  idleWaiters,
  crashes,
  removedRoot,
  fullDisk,
  stoppedInGate,
};
