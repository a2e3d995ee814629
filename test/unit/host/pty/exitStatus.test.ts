import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '..', '..', '..', '..');

describe('the exit of a program', () => {
  it('is told without a code when the system threw it away, and never with one that nobody gave', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-exit-'));
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules'));
    try {
      await build({
        stdin: {
          contents: `export { spawnPty } from './src/host/pty/nodePty.ts'; export { systemClock } from './src/base/clock.ts';`,
          resolveDir: ROOT,
        },
        bundle: true,
        platform: 'node',
        format: 'esm',
        outfile: path.join(directory, 'pty.mjs'),
        external: ['node-pty', 'koffi'],
        logLevel: 'error',
      });
      // signal(SIGCHLD, SIG_IGN) by native code of the same process, which is what a library could do
      const script = `
        import koffi from 'koffi';
        import { spawnPty, systemClock } from './pty.mjs';
        const exitOf = (code) => new Promise((resolve) => {
          const options = { environment: ['PATH=/usr/bin:/bin'], cwd: '/', cols: 80, rows: 24, clock: systemClock };
          const pty = spawnPty({ file: 'sh', args: ['-c', 'exit ' + code], ...options });
          pty.onData(() => undefined);
          pty.onExit(resolve);
        });
        const before = await exitOf(41);
        koffi.load('libc.so.6').func('void *signal(int number, intptr_t handler)')(17, 1);
        console.log(JSON.stringify([before, await exitOf(42)]));`;
      fs.writeFileSync(path.join(directory, 'main.mjs'), script);
      const run = spawnSync(process.execPath, ['main.mjs'], { cwd: directory, encoding: 'utf8' });
      expect(run.stderr).toBe('');
      expect(JSON.parse(run.stdout)).toEqual([
        { exitCode: 41, exitSignal: null },
        { exitCode: null, exitSignal: null },
      ]);
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  });
});
