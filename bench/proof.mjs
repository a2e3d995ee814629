// What making and checking a proof bundle costs for a long log of ordinary text, and how much memory it takes.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CLI } from './home.mjs';
import { mib } from './measure.mjs';

const LOG_MB = Number(process.env['AGENT_TTY_BENCH_LOG_MB'] ?? 100);
const SESSION = '01JZ0000000000000000000001';

export const title = `proof bundle of a log of ${LOG_MB} MB of 80-column text`;

/** Writes the log of a session that printed full lines, and the record that makes it one of `home`. */
function writeSession(home) {
  const directory = path.join(home, 'sessions', SESSION);
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const fd = fs.openSync(path.join(directory, 'events.jsonl'), 'wx', 0o600);
  let h = createHash('sha256').update(SESSION).digest('base64url');
  let [seq, bytes] = [0, 0];
  const append = (type, payload) => {
    const ts = new Date(1_767_225_600_000 + seq).toISOString();
    const text = `{"seq":${seq},"ts":"${ts}","t":${seq * 1000},"type":"${type}","payload":${JSON.stringify(payload)}`;
    h = createHash('sha256').update(h, 'latin1').update(text).digest('base64url');
    bytes += fs.writeSync(fd, `${text},"h":"${h}"}\n`);
    seq += 1;
  };
  const size = { cols: 80, rows: 24 };
  const about = { command: ['bash'], cwd: '/', ...size, term: 'xterm-256color' };
  const versions = { toolVersion: '0.1.0', platform: 'linux', unicodeVersion: '11' };
  append('session_started', { formatVersion: 1, sessionId: SESSION, ...about, ...versions });
  const isLong = () => bytes >= LOG_MB * 1e6;
  for (let n = 0; !isLong();) {
    let data = '';
    for (let line = 0; line < 48; line += 1)
      data += `${String(n++).padStart(10)} ${LINE.slice(n % 26, (n % 26) + 69)}\r\n`;
    append('output', { data });
  }
  append('exit', { exitCode: 0, exitSignal: null });
  fs.closeSync(fd);
  const record = {
    version: 1,
    sessionId: SESSION,
    hostId: 'main',
    status: 'exited',
    ...about,
    creationCols: 80,
    creationRows: 24,
  };
  const times = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' };
  const nobody = { shell: null, hostPid: null, hostIdentity: null, childPid: null, childIdentity: null };
  const end = { exitCode: 0, exitSignal: null, completionSource: 'process' };
  fs.writeFileSync(path.join(directory, 'session.json'), JSON.stringify({ ...record, ...times, ...nobody, ...end }), {
    mode: 0o600,
  });
}

const LINE = 'abcdefghijklmnopqrstuvwxyz'.repeat(4);

/** Runs the program; gives the seconds it took. */
function timed(args, env) {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [CLI, ...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return (performance.now() - began) / 1000;
}

/** Largest resident memory of the program in MiB, told by itself at its end. */
function peakMiB(args, env) {
  const hook =
    'process.on("exit", () => require("node:fs").writeSync(2, String(process.resourceUsage().maxRSS / 1024)));';
  const file = path.join(env.AGENT_TTY_HOME, 'peak.cjs');
  fs.writeFileSync(file, hook);
  const { status, stderr } = spawnSync(process.execPath, ['--require', file, CLI, ...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(/[\d.]+$/.exec(stderr)?.[0]);
}

export function measure() {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-bench-'));
  const env = { ...process.env, AGENT_TTY_HOME: home, HOME: home };
  try {
    writeSession(home);
    const rows = [];
    const bundles = ['a', 'b'].map((name) => path.join(home, name));
    const create = (out) => [
      'proof',
      'create',
      SESSION,
      '--out',
      out,
      '--claim',
      'It was printed.',
      '--without',
      'recording.webm',
    ];
    rows.push({
      name: 'proof create',
      wall: `${timed(create(bundles[0]), env).toFixed(1)} s`,
      'peak RSS': mib(peakMiB(create(bundles[1]), env)),
    });
    const verify = ['proof', 'verify', bundles[0]];
    const walls = [1, 2, 3].map(() => timed(verify, env)).toSorted((a, b) => a - b);
    rows.push({
      name: 'proof verify',
      wall: `${walls[1].toFixed(1)} s (${walls[0].toFixed(1)} to ${walls[2].toFixed(1)})`,
      'peak RSS': mib(peakMiB(verify, env)),
    });
    return rows;
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}
