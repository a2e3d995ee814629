// Phases in which the surroundings are in the way; see phases.mjs.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KEY, Pool } from './pool.mjs';

/** No room on the disk: refused, with nothing left behind, and well again when there is room. */
export async function fullDisk({ directory, engine }) {
  const place = path.join(directory, 'disk');
  fs.mkdirSync(place);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'tmpfs', place]).status !== 0) {
    return { name: 'full disk', figures: { skipped: 'no file system can be mounted here' }, faults: [] };
  }
  const pool = new Pool(path.join(directory, 'full'), engine, path.join(place, 'root'));
  try {
    const holder = pool.add({ limit: 2, holdMs: 2_000, rounds: 1 });
    await holder.until('A');
    const { bavail, bsize } = fs.statfsSync(place);
    fs.writeFileSync(path.join(place, 'ballast'), Buffer.alloc(bavail * bsize, 1));
    const late = pool.add({ limit: 2, holdMs: 10, waits: false });
    await late.until('X');
    await holder.ended;
    const fence = holder
      .lines()
      .find(({ what }) => what === 'A')
      .more.padStart(12, '0');
    const kept = fs
      .readdirSync(path.join(pool.root, 'v1', 'k', KEY, 'h'))
      .filter((name) => name.includes(`.${fence}.`)).length;
    fs.rmSync(path.join(place, 'ballast'));
    await late.until('A');
    const refused = late.lines().find(({ what }) => what === 'X').more;
    return {
      name: 'full disk',
      figures: { refused, keptAfterRelease: kept },
      faults: [
        ...(refused === 'admission_failed' ? [] : [`a full disk was answered with ${refused}`]),
        ...(kept === 0 ? [] : ['a release did not work on a full disk']),
      ],
    };
  } finally {
    await pool.end();
    spawnSync('umount', [place]);
  }
}

/** Somebody is stopped inside the gate: the others say so after their time, and nobody takes the gate away. */
export async function stoppedInGate({ directory, engine }) {
  const pool = new Pool(path.join(directory, 'gate'), engine);
  await pool.add({ limit: 1, holdMs: 1, rounds: 1 }).ended;
  const gate = path.join(pool.root, 'v1', 'k', KEY, 'gate.lock');
  const owner = spawn('flock', ['-x', gate, 'sleep', '60'], { stdio: 'ignore' });
  const ended = new Promise((resolve) => owner.once('exit', resolve));
  await sleep(300);
  const late = pool.add({ limit: 1, holdMs: 10, waits: false });
  await late.until('X');
  const refused = late.lines().find(({ what }) => what === 'X').more;
  const children = fs.readFileSync(`/proc/${owner.pid}/task/${owner.pid}/children`, 'utf8').trim();
  for (const pid of children === '' ? [] : children.split(' ')) process.kill(Number(pid), 'SIGKILL');
  await ended;
  await late.until('A');
  await pool.end();
  return {
    name: 'stopped in the gate',
    figures: { refused },
    faults: refused === 'gate_timeout' ? [] : [`a shut gate was answered with ${refused}`],
  };
}
