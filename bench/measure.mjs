// How things are measured: medians of repeated runs, the compared commands taken in turn so that a busy moment of the
// machine meets all of them.
//
// CPU time of a child is taken from bash's `time` keyword. It reads what the kernel reports when the child is waited for
// (user and system, to the millisecond, children that were waited for included). Node offers no such figure for its
// children, and /proc counts in ticks of 10 ms, which is too coarse for a command that takes 60.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

/** Runs of each measured command; odd, so that the median is one of them. */
export const REPEATS = 9;

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Runs a command once, output thrown away. Gives wall and CPU milliseconds; throws unless it ended with 0. */
function timeOnce([command, ...args], env) {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null';
  const result = spawnSync('bash', ['-c', script, 'bash', command, ...args], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (result.status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${result.status}: ${result.stderr}`);
  const [wall, user, system] = result.stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
}

/** The value that the share `q` (0 to 1) of `values` does not exceed. */
export function quantile(values, q) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
}

function mediansOf(runs) {
  return { wallMs: median(runs.map((one) => one.wallMs)), cpuMs: median(runs.map((one) => one.cpuMs)) };
}

/** Medians of commands (name -> argv) measured in turn: name -> {wallMs, cpuMs}. `between` runs after each round. */
export function measureInTurn(commands, env, { repeats = REPEATS, between = () => {} } = {}) {
  const taken = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < repeats; round++) {
    for (const [name, argv] of Object.entries(commands)) taken[name].push(timeOnce(argv, env));
    between();
  }
  return Object.fromEntries(Object.entries(taken).map(([name, runs]) => [name, mediansOf(runs)]));
}

/** Proportional set size of a process in MiB: its own memory and its share of what it shares. */
export function pssMiB(pid) {
  const match = /^Pss:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  if (match === null) throw new Error(`/proc/${pid}/smaps_rollup tells no Pss`);
  return Number(match[1]) / 1024;
}

/** What a process holds that is its own (Linux, MiB): unlike its share of files it does not grow when other programs end. */
export function ownMiB(pid) {
  const match = /^Pss_Anon:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  if (match === null) throw new Error(`/proc/${pid}/smaps_rollup tells no Pss_Anon`);
  return Number(match[1]) / 1024;
}

export const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
export const mib = (value) => `${value.toFixed(1)} MiB`;
export const times = (value, base) => `${(value / base).toFixed(2)} x`;
