/**
 * Before the integration tests: dist/ is what the sources say, built now if it was not. After them: no host that they
 * started is still there, or the run fails and names it.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { delay, systemClock } from '../../src/base/clock.ts';

const ROOT = path.dirname(path.dirname(import.meta.dirname));
const HOST_PROGRAM = path.join(ROOT, 'dist', 'host.js');
/** A host that was told to stop is given so long to be gone. */
const GONE_MS = 3_000;

/** Process ids of this project's hosts. Empty where there is no /proc. */
function hostPids(): number[] {
  if (!fs.existsSync('/proc/self/cmdline')) return [];
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandOf(name).includes(HOST_PROGRAM))
    .map(Number);
}

function commandOf(pid: string): string[] {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it ended between the listing and this read
  }
}

async function assertNoneLeft(before: ReadonlySet<number>): Promise<void> {
  const deadline = systemClock.nowMs() + GONE_MS;
  for (;;) {
    const left = hostPids().filter((pid) => !before.has(pid));
    if (left.length === 0) return;
    if (systemClock.nowMs() > deadline) {
      const names = left.map((pid) => `${pid} (${commandOf(String(pid)).slice(1).join(' ')})`);
      process.exitCode = 1; // vitest prints an error of a teardown and would still end with 0
      throw new Error(`the tests left hosts behind: ${names.join(', ')}`);
    }
    await delay(systemClock, 50);
  }
}

/** Called by vitest before the project's first test; what it returns is called after the last one. */
export function setup(): () => Promise<void> {
  execFileSync(process.execPath, [path.join(ROOT, 'tools', 'build.mjs'), '--if-stale'], { stdio: 'inherit' });
  const before = new Set(hostPids());
  return () => assertNoneLeft(before);
}
