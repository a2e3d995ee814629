import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { LIBRARY, TestHome } from '../support/cli.ts';
import { anyNumber, arrayWith, objectWith } from '../support/like.ts';

/** Polls for as long as a busy machine may need. */
function eventually<T>(look: () => T) {
  return expect.poll(look, { timeout: 20_000 });
}

describe('gc', () => {
  it('removes what has ended, also what the living host still kept open, and nothing that runs', async () => {
    await using home = new TestHome();
    const live = await home.create();
    const ended = await home.create(['--', 'sh', '-c', 'echo done']);
    const destroyed = await home.create();
    await home.result(['wait', ended, '--exit']);
    await home.result(['destroy', destroyed]);
    const removedSessions = [ended, destroyed].toSorted();
    const skippedSessions = [{ sessionId: live, reason: 'it runs' }];
    const told = {
      removedSessionCount: 2,
      totalBytesFreed: anyNumber,
      homes: [objectWith({ home: home.home, removedSessions, skippedSessions })],
    };
    expect(await home.result(['gc', '--dry-run'])).toEqual({ dryRun: true, ...told });
    expect(await home.result(['gc', '--older-than', '1d'])).toMatchObject({ removedSessionCount: 0 });
    expect(openFiles(home.hostPid).filter((file) => file.includes(ended))).not.toEqual([]);
    expect(await home.result(['gc'])).toEqual({ dryRun: false, ...told });
    expect(openFiles(home.hostPid).filter((file) => /deleted/.test(file))).toEqual([]);
    expect(fs.readdirSync(path.join(home.home, 'sessions'))).toEqual([live]);
    expect(await home.error(['inspect', ended])).toMatchObject({ code: 'SESSION_NOT_FOUND', exitCode: 3 });
    expect(await home.run(['run', live, 'echo still'])).toMatchObject({ exitCode: 0, stdout: 'still\n' });
    const plain = await home.run(['gc']);
    expect(plain).toMatchObject({
      exitCode: 0,
      stdout: `removed 0 sessions, freed 0 bytes\nleft 1:\n  ${live}  it runs\n`,
    });
  });

  it('needs no host, and starts none', async () => {
    await using home = new TestHome();
    const id = await home.create();
    await home.result(['host', 'stop', '--force']);
    expect(await home.result(['gc'])).toMatchObject({ removedSessionCount: 1, homes: [{ removedSessions: [id] }] });
    expect(await home.result(['list', '--all'])).toEqual({ sessions: [] });
    expect(home.hostPid).toBeUndefined();
  });

  it('removes what a killed host left open once nothing of it runs, and leaves what still does', async () => {
    await using home = new TestHome();
    const quiet = await home.create(['--', 'cat']);
    const busy = await home.create(['--', 'sh', '-c', 'trap "" HUP; echo up; while :; do sleep 0.1; done']);
    await home.result(['wait', busy, '--text', 'up']);
    process.kill(home.hostPid ?? 0, 'SIGKILL');
    await eventually(() => home.result(['gc'])).toMatchObject({ homes: [{ removedSessions: [quiet] }] });
    expect(fs.existsSync(sessionPaths(home.home, busy).directory)).toBe(true);
    // The next host ends what is left, and then it may go.
    const next = await home.create(['--', 'true']);
    await home.result(['wait', next, '--exit']);
    expect(await home.result(['gc'])).toMatchObject({ homes: [{ removedSessions: arrayWith([busy, next]) }] });
  });

  it('is there for the library', async () => {
    await using home = new TestHome();
    const loaded: unknown = await import(pathToFileURL(LIBRARY).href);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from this very file
    const { connect } = loaded as typeof import('../../src/index.ts');
    await using client = await connect({ environment: home.environment });
    {
      await using session = await client.create({ command: ['cat'], cwd: home.work });
      expect(await session.mark('here')).toMatchObject({ sessionId: session.reference });
      expect(await session.resize({ cols: 90, rows: 20 })).toMatchObject({ cols: 90, rows: 20 });
      expect(await session.paste('abc', { enter: true })).toMatchObject({ bytesWritten: 4, bracketed: false });
      expect(await session.wait({ kind: 'text', text: 'abc' })).toMatchObject({ matched: true });
      expect(await session.signal('WINCH')).toMatchObject({ signal: 'SIGWINCH', delivered: true });
      await expect(session.signal('SEGV')).rejects.toMatchObject({ code: 'INVALID_SIGNAL' });
    }
    expect(await client.gc({ dryRun: true })).toMatchObject({ dryRun: true, removedSessionCount: 1 });
    expect(await client.gc()).toMatchObject({ dryRun: false, removedSessionCount: 1 });
    expect(await client.list({ all: true })).toEqual([]);
  });
});

function openFiles(pid: number | undefined): string[] {
  const directory = `/proc/${pid}/fd`;
  return fs.readdirSync(directory).flatMap((fd) => {
    try {
      return [fs.readlinkSync(path.join(directory, fd))];
    } catch {
      return []; // closed since it was listed
    }
  });
}
