/** A home on a file system of its own that can be full or read-only, where the system lets us mount one. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { delay, systemClock } from '../../src/base/clock.ts';
import type { TestHome } from './cli.ts';

/** A host that was told to stop is given so long to be gone. */
const GONE_MS = 5_000;

function run(command: string, args: readonly string[]): { ok: boolean; why: string } {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  return { ok: status === 0, why: (error?.message ?? stderr).trim() };
}

/** Why no file system can be mounted here; `undefined` when one can. */
export function whyNoMount(): string | undefined {
  if (process.platform !== 'linux') return 'a tmpfs is of Linux';
  const at = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-mount-'));
  try {
    const mounted = run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at]);
    if (!mounted.ok) return `mount is not allowed: ${mounted.why}`;
    run('umount', [at]);
    return undefined;
  } finally {
    fs.rmdirSync(at);
  }
}

/** Ballast is kept in a directory that a home may hold without being asked why. */
export class SmallDisk implements AsyncDisposable {
  readonly #home: TestHome;

  /** Mounts `sizeBytes` at the home's path. Disposing stops the host and unmounts, so declare it after the home. */
  constructor(home: TestHome, sizeBytes: number) {
    this.#home = home;
    fs.mkdirSync(home.home, { mode: 0o700 });
    this.#must('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes},mode=700`, 'tmpfs', home.home]);
  }

  get freeBytes(): number {
    const { bavail, bsize } = fs.statfsSync(this.#home.home);
    return bavail * bsize;
  }

  /** Fills the disk but for `freeBytes`. */
  fill(freeBytes: number): void {
    fs.writeFileSync(this.#ballast, Buffer.alloc(Math.max(0, this.freeBytes - freeBytes), 1));
  }

  makeRoom(): void {
    fs.rmSync(this.#ballast);
  }

  makeReadOnly(): void {
    this.#must('mount', ['-o', 'remount,ro', this.#home.home]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#home.run(['host', 'stop', '--force']);
    const deadline = systemClock.nowMs() + GONE_MS;
    // a host that was told to stop has its log open until the last moment
    while (!run('umount', [this.#home.home]).ok) {
      if (systemClock.nowMs() > deadline) this.#must('umount', [this.#home.home]);
      await delay(systemClock, 20);
    }
  }

  get #ballast(): string {
    return path.join(this.#home.home, 'ballast');
  }

  #must(command: string, args: readonly string[]): void {
    const { ok, why } = run(command, args);
    if (!ok) throw new Error(`${command} ${args.join(' ')}: ${why}`);
  }
}
