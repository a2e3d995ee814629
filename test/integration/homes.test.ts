import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectHost } from '../../src/client/connect.ts';
import { environmentBlock } from '../../src/client/environment.ts';
import { readEvents } from '../../src/eventlog/reader.ts';
import { bytesOf } from '../../src/protocol/events.ts';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { TestHome } from '../support/cli.ts';

describe('a home', () => {
  it.each([
    ['of 250 characters', `${'long-'.repeat(40)}/${'x'.repeat(24)}`],
    ['with characters of several bytes', 'häuser/家/🏠'.repeat(3)],
    ['with spaces and quotes', `a b/"c"/it's`],
  ])('%s works', async (_what, name) => {
    await using home = new TestHome(name);
    const id = await home.create();
    expect(await home.run(['run', id, 'echo here; (exit 4)'])).toMatchObject({ exitCode: 4, stdout: 'here\n' });
    expect((await home.result(['snapshot', id]))['text']).toContain('here');
  });

  it('is private whatever the umask, and the program gets the umask of the caller', async () => {
    await using home = new TestHome();
    const before = process.umask(0);
    let id: string;
    try {
      id = await home.create();
    } finally {
      process.umask(before);
    }
    expect(await home.run(['run', id, 'umask'])).toMatchObject({ stdout: '0000\n' });
    const entries = fs.readdirSync(home.home, { recursive: true, withFileTypes: true });
    const open = entries.flatMap((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const mode = fs.statSync(file).mode & 0o777;
      return mode === (entry.isDirectory() ? 0o700 : 0o600) ? [] : [`${file} ${mode.toString(8)}`];
    });
    expect(open).toEqual([]);
    expect(fs.statSync(home.home).mode & 0o777).toBe(0o700);
  });
});

describe('output', () => {
  it('of sixty programs, twenty at a time, is whole to the last byte', async () => {
    await using home = new TestHome();
    await home.create(['--', 'true']);
    using client = await connectHost({ home: home.home });
    const expected = Array.from({ length: 5_000 }, (_, i) => `${i + 1}\r\n`).join('');
    const environment = environmentBlock({ inherited: home.environment });
    const one = async (command: string[]): Promise<void> => {
      const params = { command, cwd: home.work, environment, asRun: true };
      const { sessionId, runId } = await client.call('session.create', params);
      await client.call('run.wait', { run: runId ?? '' });
      const chunks: Buffer[] = [];
      for await (const event of readEvents(sessionPaths(home.home, sessionId).log)) {
        if (event.type === 'output') chunks.push(bytesOf(event.payload));
      }
      expect(Buffer.concat(chunks).toString() === expected, sessionId).toBe(true);
    };
    for (let round = 0; round < 3; round++) {
      const direct = Array.from({ length: 10 }, () => one(['seq', '1', '5000']));
      const shell = Array.from({ length: 10 }, () => one(['sh', '-c', 'seq 1 5000; exit']));
      await Promise.all([...direct, ...shell]);
    }
  });
});
