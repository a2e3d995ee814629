// How soon a waiting caller learns that a text is there: from the write of the bytes to the answer on the caller's
// standard output. A program in the session copies a FIFO to the terminal; we write to that FIFO.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CLI, withHome } from './home.mjs';
import { median, ms, REPEATS } from './measure.mjs';

export const title = 'text wait: bytes written to answer';

/** By then the waiting process has connected and its wait is registered; nothing tells us so. */
const REGISTERED_MS = 400;

export function measure() {
  return withHome(async ({ directory, env, cli, create }) => {
    create('s');
    const fifo = path.join(directory, 'fifo');
    execFileSync('mkfifo', [fifo]);
    cli('run', 's', `cat ${fifo}`, '--no-wait');
    const pipe = fs.openSync(fifo, 'r+');
    const taken = [];
    try {
      for (let round = 0; round < REPEATS; round++) {
        const text = `needle-${round}-${'x'.repeat(round)}-end`;
        const child = spawn(process.execPath, [CLI, 'wait', 's', '--text', text, '--json'], {
          env,
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const answered = new Promise((resolve) => child.stdout.once('data', () => resolve(performance.now())));
        const ended = new Promise((resolve) => child.once('close', resolve));
        await pause(REGISTERED_MS);
        const began = performance.now();
        fs.writeSync(pipe, `${text}\n`);
        taken.push((await answered) - began);
        if ((await ended) !== 0) throw new Error(`wait for ${text} failed`);
      }
    } finally {
      fs.closeSync(pipe);
    }
    return [
      { name: 'median', time: ms(median(taken)) },
      { name: 'slowest', time: ms(Math.max(...taken)) },
    ];
  });
}
