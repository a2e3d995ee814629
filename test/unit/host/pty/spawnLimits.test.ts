import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { describeLimits, rememberOpenFilesLimit, spawnLimits } from '../../../../src/host/pty/spawnLimits.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');

describe('spawnLimits', () => {
  it('tells open files and terminals with their limits', () => {
    rememberOpenFilesLimit();
    const limits = spawnLimits();
    const number: unknown = expect.any(Number);
    expect(limits).toContainEqual({ name: 'open files', used: number, limit: number, reached: false });
    expect(limits).toContainEqual({ name: 'pseudo-terminals', used: number, limit: number, reached: false });
  });

  it('names what is reached, or else everything that is known', () => {
    const files = { name: 'open files', used: 255, limit: 256, reached: true } as const;
    const terminals = { name: 'pseudo-terminals', used: 3, limit: 4096, reached: false } as const;
    const processes = { name: 'processes', used: undefined, limit: 100, reached: false } as const;
    expect(describeLimits([files, terminals])).toBe('limit reached: open files 255 of 256');
    expect(describeLimits([terminals, processes])).toBe('limits: pseudo-terminals 3 of 4096, processes at most 100');
    expect(describeLimits([])).toBe('this system does not tell its limits');
  });
});

describe('spawnPty at the limit of open files', () => {
  it.each([0, 1, 2])('fails with the limit and leaves earlier sessions alone, %i more files open', async (odd) => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-limit-'));
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules'));
    const contents = `
      export { spawnPty } from './src/host/pty/nodePty.ts';
      export { systemClock } from './src/base/clock.ts';`;
    const outfile = path.join(directory, 'pty.mjs');
    await build({
      stdin: { contents, resolveDir: ROOT },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      external: ['node-pty', 'koffi'],
      logLevel: 'error',
    });
    const script = `
      import fs from 'node:fs';
      import { spawnPty, systemClock } from './pty.mjs';
      const open = () => fs.readdirSync('/proc/self/fd').map(Number).sort((a, b) => a - b).slice(0, -1);
      // no gap is left, and the sessions begin at an even or odd number
      while (open().at(-1) >= open().length) fs.openSync('/dev/null');
      while (open().length < 40 + ${odd}) fs.openSync('/dev/null');
      const sessions = [];
      const start = () => spawnPty({ file: 'cat', args: [], environment: ['PATH=/usr/bin:/bin'], cwd: '/', cols: 80, rows: 24, clock: systemClock });
      let failure;
      try { for (;;) sessions.push(start()); } catch (error) { failure = error; }
      const answers = await Promise.all(sessions.map((pty) => new Promise((resolve) => {
        pty.onData((chunk) => resolve(chunk.toString()));
        pty.write(Buffer.from('still here\\n'));
      })));
      for (const pty of sessions) pty.dispose();
      const alive = answers.filter((text) => text.includes('still here')).length;
      console.log([failure.code, failure.message, alive + ' of ' + sessions.length].join('\\n'));`;
    fs.writeFileSync(path.join(directory, 'main.mjs'), script);
    // what the caller left open above the limit would hide half of the cases
    const closeInherited = 'for fd in /proc/self/fd/*; do fd=${fd##*/}; [ $fd -gt 2 ] && eval "exec $fd>&-"; done';
    const run = spawnSync('bash', ['-c', `${closeInherited}; ulimit -n 96; exec ${process.execPath} main.mjs`], {
      cwd: directory,
      encoding: 'utf8',
    });
    fs.rmSync(directory, { recursive: true });
    expect(run.stderr).toBe('');
    const [failed, message, alive] = run.stdout.split('\n');
    expect(failed).toBe('SPAWN_FAILED');
    expect(message).toMatch(/^cannot start "cat" on a new terminal: .* \(limit reached: open files \d+ of 96\)$/);
    expect(alive).toMatch(/^(\d+) of \1$/);
  });
});
