// What recordings cost: a minute with thirty changes a second, ten quiet seconds, and a long log. Videos are left out where no Chromium is.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CLI, withHome } from './home.mjs';
import { mib, ms } from './measure.mjs';

export const title = 'record export; memory is the most that our own process held, the browser not counted';

const SAMPLE_MS = 25;
const MIB = 1024 * 1024;

/** Lines as a build prints them, thirty a second for a minute: what a terminal shows while work goes on. */
const BUSY = `let i = 0; const t = setInterval(() => {
  console.log('\\x1b[3' + (1 + (i % 6)) + 'm[' + i + ']\\x1b[0m compiling src/part-' + (i * 7919) % 1000 + '.c with -O2 -Wall, ' + (i * 104729) % 9973 + ' left');
  if (++i === 1800) clearInterval(t);
}, 1000 / 30);`;
const QUIET = 'for n in 1 2 3 4 5 6 7 8; do echo "step $n of 8"; sleep 1.25; done';
/** 100 MB of 76-column text. */
const LONG = 'head -c 75000000 /dev/urandom | base64';

/** Peak of what a process holds, told by the kernel as long as it lives; 0 where there is no /proc. */
function peakBytes(pid) {
  try {
    return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // it ended
  }
}

/** Exports once. Gives {wallMs, peak, bytes}; throws unless that worked. */
async function exportOnce(env, directory, session, format) {
  const out = path.join(directory, `bench.${format}`);
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [CLI, 'record', 'export', session, '--format', format, '--out', out, '--force'],
    {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let [peak, errors] = [0, ''];
  child.stderr.on('data', (text) => (errors += text));
  const sampling = setInterval(() => (peak = Math.max(peak, peakBytes(child.pid))), SAMPLE_MS);
  const exitCode = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(sampling);
  if (exitCode !== 0) throw new Error(`export as ${format} ended with ${exitCode}: ${errors}`);
  return { wallMs: performance.now() - began, peak, bytes: fs.statSync(out).size };
}

async function row(name, { env, directory }, session, format) {
  const { wallMs, peak, bytes } = await exportOnce(env, directory, session, format);
  const load = os.loadavg()[0].toFixed(1);
  return { name, wall: ms(wallMs), size: mib(bytes / MIB), memory: mib(peak / MIB), load };
}

export function measure() {
  return withHome(async (parts) => {
    const { directory, cli, create } = parts;
    const busy = path.join(directory, 'busy.mjs');
    fs.writeFileSync(busy, BUSY);
    for (const name of ['busy', 'quiet', 'long']) create(name);
    cli('run', 'long', LONG, '--timeout', '10m');
    const runs = [
      cli('run', 'busy', `${process.execPath} ${busy}`, '--no-wait'),
      cli('run', 'quiet', QUIET, '--no-wait'),
    ];
    for (const { runId } of runs) cli('run', 'wait', runId, '--timeout', '5m');
    const [{ runId }] = runs;
    const { durationMs } = cli('run', 'status', runId);
    const rows = [{ name: `the minute took ${ms(durationMs ?? 0)}` }];
    const hasBrowser = cli('doctor', '--shell', '/bin/sh').checks.some(
      ({ name, status }) => name === 'browser' && status === 'ok',
    );
    if (hasBrowser) {
      for (const format of ['webm', 'mp4'])
        rows.push(await row(`a minute, 30 changes a second, ${format}`, parts, 'busy', format));
      rows.push(await row('ten quiet seconds, webm', parts, 'quiet', 'webm'));
    } else rows.push({ name: 'videos: not measured, no Chromium is there' });
    for (const format of ['gif', 'html', 'txt'])
      rows.push(await row(`a minute, 30 changes a second, ${format}`, parts, 'busy', format));
    const log = cli('inspect', 'long').eventLogBytes;
    const cast = await row('a long log, asciicast', parts, 'long', 'asciicast');
    const rate = `${(log / MIB / (Number.parseFloat(cast.wall) / 1000)).toFixed(0)} MiB/s`;
    return [...rows, { ...cast, 'log read': rate }];
  });
}
