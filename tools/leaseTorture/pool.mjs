// Processes that take and give places, each with a log that outlives it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inRoot } from '../project.mjs';

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url));
export const KEY = 'f'.repeat(64);

/** Milliseconds of the monotonic clock, the same in all processes. */
export const now = () => Number(process.hrtime.bigint()) / 1e6;

/** The engine as one file that plain Node can load, in `directory`. */
export async function bundleEngine(directory) {
  const esbuild = await import('esbuild');
  const outfile = path.join(directory, 'engine.mjs');
  const contents = [
    "export { LeaseEngine } from './src/lease/engine.ts';",
    "export { FileDisk } from './src/lease/fileDisk.ts';",
    "export { findLockMethod } from './src/lease/kernelLock.ts';",
    "export { systemClock } from './src/base/clock.ts';",
  ].join('\n');
  await esbuild.build({
    stdin: { contents, resolveDir: inRoot(), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['koffi'],
    outfile,
    logLevel: 'warning',
  });
  // native packages are looked for from the bundle's place
  fs.symlinkSync(inRoot('node_modules'), path.join(directory, 'node_modules'));
  return outfile;
}

/** One slot: a process, and after it is killed another one with the same log. */
export class Slot {
  constructor(pool, index, spec, wrapper = []) {
    Object.assign(this, { pool, index, spec, wrapper, kills: [] });
    this.log = path.join(pool.directory, `slot-${index}.log`);
    fs.writeFileSync(this.log, '');
    this.start();
  }

  start() {
    const spec = { root: this.pool.root, key: KEY, holdMs: 200, thinkMs: 0, ...this.spec, log: this.log };
    const [program, ...words] = [...this.wrapper, process.execPath, WORKER, this.pool.engine, JSON.stringify(spec)];
    this.child = spawn(program, words, { stdio: ['ignore', 'ignore', 'inherit'] });
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
  }

  /** Kills with SIGKILL. The moment that is written down is before the kill: a hold ends there at the latest. */
  async kill() {
    this.kills.push(now());
    this.child.kill('SIGKILL');
    await this.ended;
  }

  signal(name) {
    this.child.kill(name);
  }

  lines() {
    return fs
      .readFileSync(this.log, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [what, t, ...more] = line.split(' ');
        return { what, t: Number(t), more: more.join(' ') };
      });
  }

  has(what) {
    return fs.readFileSync(this.log, 'utf8').includes(`${what} `);
  }

  async until(what, timeoutMs = 20_000) {
    const deadline = performance.now() + timeoutMs;
    while (!this.has(what)) {
      if (performance.now() > deadline) throw new Error(`slot ${this.index} never wrote ${what}`);
      await sleep(2);
    }
  }
}

/** Slots over one root of leases in a directory of their own. */
export class Pool {
  constructor(directory, engine, root = path.join(directory, 'root')) {
    Object.assign(this, { directory, engine, root, slots: [] });
    fs.mkdirSync(directory, { recursive: true });
  }

  add(spec, wrapper) {
    const slot = new Slot(this, this.slots.length, spec, wrapper);
    this.slots.push(slot);
    return slot;
  }

  /** Until every process runs its program. */
  async started() {
    for (const slot of this.slots) await slot.until('S', 60_000);
  }

  /** Ends every process by its own pid. */
  async end() {
    await Promise.all(
      this.slots.map(async (slot) => {
        slot.signal('SIGCONT');
        await slot.kill();
      }),
    );
  }
}
