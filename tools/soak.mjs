// Sessions and runs over a given time, then: is anything of the host left that was not there before? `npm run soak -- --minutes 60`,
// or --seconds 60. Prints a table, and ends with 1 and a list when a descriptor, thread, timer, process, file or too much memory
// is left. An hour makes more than 500 sessions and 10,000 runs even at a quarter of the speed of an idle machine.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { inRoot } from './project.mjs';

/** Sessions at once. */
const PARALLEL = 4;
/** Runs of each session before it is destroyed. */
const RUNS = 20;
/** The host keeps this many ended sessions in memory, so before that many have ended it may grow. */
const KEPT_SESSIONS = 100;
/** What the heap may differ by: maps that grew and did not shrink, compiled code. */
const HEAP_SLACK_BYTES = 6 * 1024 * 1024;
/** Memory of the process goes up and down with the garbage collector. */
const PSS_SLACK_KB = 40 * 1024;
const QUIET_MS = 15_000;
const LOOK_EVERY_MS = 250;
const STOP_MS = 15_000;

function spec() {
  const options = { minutes: { type: 'string' }, seconds: { type: 'string' }, json: { type: 'boolean' } };
  const { values } = parseArgs({ options });
  const seconds = Number(values.seconds ?? Number(values.minutes ?? 1) * 60);
  if (!(seconds > 0)) throw new Error('give --seconds or --minutes as a number above 0');
  return { seconds, json: values.json === true };
}

async function startHost(home, environment) {
  const directory = path.join(home, 'host', 'main');
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const log = fs.openSync(path.join(directory, 'host.log'), 'a', 0o600);
  const { nodeOptions, mallocArenas } = JSON.parse(fs.readFileSync(inRoot('src', 'client', 'hostStart.json'), 'utf8'));
  const words = [...nodeOptions, '--expose-gc', '--import', inRoot('tools', 'soakProbe.mjs')];
  const program = [inRoot('dist', 'host.js'), '--home', home, '--host-id', 'main'];
  const node = process.env.TEST_NODE ?? process.execPath;
  const child = spawn(node, [...words, ...program], {
    cwd: '/',
    env: { ...environment, MALLOC_ARENA_MAX: mallocArenas },
    stdio: ['ignore', log, log],
  });
  fs.closeSync(log);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while (!fs.existsSync(path.join(directory, 'host.json'))) await sleep(20);
  return { pid: child.pid, ended, kill: (signal) => child.kill(signal) };
}

/** In order, so that its sessions go with it; and if that does not work, by force. */
async function stop(host) {
  host.kill('SIGTERM');
  const late = new AbortController();
  const force = sleep(STOP_MS, undefined, { signal: late.signal }).then(
    () => host.kill('SIGKILL'),
    () => undefined,
  );
  await host.ended;
  late.abort();
  await force;
}

/** Processes of sessions of this home, wherever they hang; the host itself is none. */
function sessionProcesses(hostPid, home) {
  return fs.readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === hostPid || Number(pid) === process.pid) return false;
    try {
      return fs.readFileSync(`/proc/${pid}/environ`, 'latin1').includes(home);
    } catch {
      return false; // it ended between the listing and this look
    }
  }).length;
}

/** What there is of the host: its own view, and the kernel's. */
async function probe({ pid, home, environment }) {
  const file = path.join(environment.TMPDIR, 'probe.json');
  fs.rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  while (!fs.existsSync(file)) await sleep(10);
  const inside = JSON.parse(fs.readFileSync(file, 'utf8'));
  const number = (of, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(fs.readFileSync(of, 'latin1'))?.[1]);
  const kinds = {};
  for (const fd of fs.readdirSync(`/proc/${pid}/fd`)) {
    try {
      const kind = fs.readlinkSync(`/proc/${pid}/fd/${fd}`).replaceAll(/\d+|[0-9A-HJKMNP-TV-Z]{26}/g, '*');
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    } catch {
      // closed between the listing and this look
    }
  }
  return {
    descriptors: Object.values(kinds).reduce((sum, count) => sum + count, 0),
    kinds,
    threads: number(`/proc/${pid}/status`, 'Threads'),
    processes: sessionProcesses(pid, home),
    files: strayFiles(home).length,
    pssKb: number(`/proc/${pid}/smaps_rollup`, 'Pss'),
    ...inside,
  };
}

/** The ways a session and its runs can go; every one of them takes and gives back something else. */
const COMMANDS = [
  'true',
  'exit_code() { return 3; }; exit_code',
  'seq 1 20000',
  "printf 'no newline'",
  'sleep 0.02; echo late',
];

async function oneSession(client, count) {
  const session = await client.create({ command: ['bash', '--norc'], env: { PS1: '$ ' } });
  count.sessions++;
  for (let i = 0; i < RUNS; i++) {
    const result = await session.run(COMMANDS[i % COMMANDS.length]);
    if (result.outcome !== 'finished') throw new Error(`a run ended as ${result.outcome}`);
    count.runs++;
  }
  const slow = await session.run('read -r line', { wait: false });
  const early = await session.waitRun(slow.runId, { timeoutMs: 5 });
  if (!early.timedOut) throw new Error('a wait saw the end of a command that waits for input');
  await session.wait({ kind: 'idle', idleMs: 20 });
  await session.type('go\n');
  await session.waitRun(slow.runId);
  const given = new AbortController();
  const waiting = session.wait({ kind: 'text', text: 'never' }, { signal: given.signal }).catch((error) => error);
  const timedOut = await session.wait({ kind: 'text', text: 'never' }, { timeoutMs: 5 });
  if (!timedOut.timedOut) throw new Error('a wait for what never comes has come');
  given.abort();
  await waiting;
  await session.type('# typed\n');
  await session.sendKeys(['Ctrl+C']);
  await session.snapshot();
  const ended = await session.destroy();
  if (!ended.destroyed) throw new Error(`${ended.survivors} processes survived`);
}

/** A program that ends by itself; nobody destroys its session. */
async function shortSession(client, count) {
  const session = await client.create({ command: ['sh', '-c', 'seq 1 50'] });
  await session.wait({ kind: 'exit' });
  count.sessions++;
}

async function work(connect, environment, { untilMs, sessions, count }) {
  const client = await connect({ environment });
  const isOver = () => (untilMs === undefined ? count.sessions >= sessions : performance.now() >= untilMs);
  const line = async () => {
    while (!isOver()) {
      await oneSession(client, count);
      for (let i = 0; i < 4; i++) await shortSession(client, count);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, line));
  } finally {
    await client[Symbol.asyncDispose]();
  }
}

/** Everything that differs between the two looks and may not. */
function leftovers(before, after) {
  const found = [];
  const same = (name, slack = 0) => {
    if (after[name] > before[name] + slack) found.push(`${name}: ${before[name]} before, ${after[name]} after`);
  };
  same('descriptors');
  same('threads');
  same('processes');
  same('files');
  same('heapUsed', HEAP_SLACK_BYTES);
  same('arrayBuffers', HEAP_SLACK_BYTES);
  same('pssKb', PSS_SLACK_KB);
  for (const [kind, number] of Object.entries(after.resources)) {
    const earlier = before.resources[kind] ?? 0;
    if (number > earlier) found.push(`${kind}: ${earlier} before, ${number} after`);
  }
  return found;
}

/** The connection's end and the last sync take a moment: the first look without leftovers counts, or the last one in time. */
async function settled(host, before) {
  const deadline = performance.now() + QUIET_MS;
  for (;;) {
    const after = await probe(host);
    if (performance.now() > deadline || leftovers(before, after).length === 0) return after;
    await sleep(LOOK_EVERY_MS);
  }
}

/** The first look: when nothing was still on its way out since the one before it. */
async function calm(host) {
  const deadline = performance.now() + QUIET_MS;
  for (let last = await probe(host); ;) {
    await sleep(LOOK_EVERY_MS);
    const now = await probe(host);
    if (leftovers(now, last).length === 0 || performance.now() > deadline) return now;
    last = now;
  }
}

/** Files of a home that are neither of an ended session nor the host's log. */
function strayFiles(home) {
  const expected =
    /^(host\/main\/host\.(log|lock)|sessions\/[0-9A-Z]{26}\/(session\.json|events\.jsonl|events\.synced|screen\.json))$/;
  return fs
    .readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(home, path.join(entry.parentPath ?? entry.path, entry.name)))
    .filter((name) => !expected.test(name));
}

async function main() {
  const { seconds, json } = spec();
  const { connect } = await import(inRoot('dist', 'index.js'));
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-soak-'));
  const home = path.join(directory, 'home');
  fs.mkdirSync(home, { mode: 0o700 });
  const environment = {
    PATH: process.env.PATH,
    HOME: directory,
    TMPDIR: directory,
    AGENT_TTY_HOME: home,
    LANG: 'C.UTF-8',
  };
  const host = { ...(await startHost(home, environment)), home, environment };
  try {
    await work(connect, environment, { sessions: 2 * KEPT_SESSIONS, count: { sessions: 0, runs: 0 } });
    const before = await calm(host);
    const count = { sessions: 0, runs: 0 };
    await work(connect, environment, { untilMs: performance.now() + seconds * 1_000, count });
    const after = await settled(host, before);
    await stop(host);
    const left = [...leftovers(before, after), ...strayFiles(home).map((name) => `file ${name}`)];
    if (json) console.log(JSON.stringify({ seconds, ...count, before, after, left }));
    else report(seconds, count, before, after, left);
    return left.length === 0 ? 0 : 1;
  } finally {
    await stop(host);
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function report(seconds, count, before, after, left) {
  const row = (name, ...cells) =>
    console.log(`  ${name.padEnd(14)}${cells.map((cell) => String(cell).padStart(12)).join('')}`);
  console.log(`${count.sessions} sessions and ${count.runs} runs in ${seconds} s; of the host there was and is:`);
  row('', 'before', 'after', 'growth');
  for (const name of ['descriptors', 'threads', 'processes', 'files', 'pssKb', 'heapUsed', 'arrayBuffers'])
    row(name, before[name], after[name], after[name] - before[name]);
  for (const kind of new Set([...Object.keys(before.resources), ...Object.keys(after.resources)])) {
    const [earlier, later] = [before.resources[kind] ?? 0, after.resources[kind] ?? 0];
    row(kind, earlier, later, later - earlier);
  }
  for (const line of left) console.log(`left: ${line}`);
  console.log(left.length === 0 ? 'nothing is left' : `${left.length} things are left`);
}

process.exitCode = await main();
