import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { TestHome } from '../support/cli.ts';
import { arrayWith, holding, objectWith } from '../support/like.ts';

/** A session that ran `echo shown`, ended, and is served by nobody. */
async function ended(home: TestHome): Promise<{ id: string; log: string; manifest: string }> {
  const id = await home.create();
  await home.run(['run', id, 'echo shown']);
  await home.run(['run', id, 'exit 5']);
  await home.result(['wait', id, '--exit']);
  await home.run(['host', 'stop', '--force']);
  const { log, manifest } = sessionPaths(home.home, id);
  return { id, log, manifest };
}

describe('the log of a session that has ended', () => {
  it('is read up to a torn tail, and inspect says what is left out', async () => {
    await using home = new TestHome();
    const { id, log } = await ended(home);
    fs.appendFileSync(log, '{"seq":99,"ts":"20');
    const inspected = await home.result(['inspect', id]);
    expect(inspected).toMatchObject({ logProblem: holding('its last 18 bytes are no whole event') });
    expect((await home.run(['inspect', id])).stdout).toContain('log problem:');
    expect(String((await home.result(['snapshot', id]))['text'])).toContain('shown');
    expect(await home.run(['run', 'output', `${id}.1`])).toMatchObject({ exitCode: 0, stdout: 'shown\n' });
  });

  it('that was edited is told of by every reader, with event, offset and what can still be used', async () => {
    await using home = new TestHome();
    const { id, log } = await ended(home);
    fs.writeFileSync(log, fs.readFileSync(log, 'utf8').replace('echo shown', 'echo forged'));
    for (const args of [
      ['snapshot', id],
      ['run', 'output', `${id}.1`],
      ['run', 'list', id],
    ]) {
      const error = await home.error(args);
      expect(error, args.join(' ')).toMatchObject({ code: 'LOG_CORRUPT', exitCode: 8, details: { reason: 'hash' } });
      expect(error.message).toMatch(/damaged at event \d+, byte offset \d+/);
      expect(error.hint).toMatch(/the events up to \d+ can be used/);
    }
    expect(await home.result(['list', '--all'])).toMatchObject({ sessions: [{ sessionId: id, status: 'exited' }] });
    expect(await home.result(['inspect', id])).toMatchObject({ session: { status: 'exited', exitCode: 5 } });
  });

  it('counts where its record says something else, and inspect names the difference', async () => {
    await using home = new TestHome();
    const { id, manifest } = await ended(home);
    const record = fs.readFileSync(manifest, 'utf8');
    const last = Number(/"lastEventSeq": (\d+)/.exec(record)?.[1]);
    fs.writeFileSync(manifest, record.replace(`"lastEventSeq": ${last}`, '"lastEventSeq": 4711'));
    expect(await home.result(['inspect', id])).toMatchObject({
      lastEventSeq: last,
      logProblem: holding(`event 4711, the log ends with event ${last}; the log counts`),
    });
  });

  it.each([
    ['a link', (log: string) => (fs.renameSync(log, `${log}.real`), fs.symlinkSync(`${log}.real`, log))],
    ['a directory', (log: string) => (fs.renameSync(log, `${log}.real`), fs.mkdirSync(log))],
  ])('is refused when it is %s', async (_what, change) => {
    await using home = new TestHome();
    const { id, log } = await ended(home);
    change(log);
    expect(await home.error(['snapshot', id])).toMatchObject({
      code: 'REFUSED_UNSAFE',
      exitCode: 2,
      message: holding(log),
    });
    expect(await home.result(['inspect', id])).toMatchObject({ logProblem: holding(log) });
    fs.rmSync(log, { recursive: true });
    fs.renameSync(`${log}.real`, log);
  });

  it('gives a session its record back when that was torn', async () => {
    await using home = new TestHome();
    const { id, manifest } = await ended(home);
    fs.truncateSync(manifest, 40);
    expect(await home.result(['list', '--all'])).toMatchObject({
      sessions: [{ sessionId: id, problem: holding(manifest) }],
    });
    await home.create(['--', 'true']); // starts a host
    const { sessions } = await home.result(['list', '--all']);
    expect(sessions).toEqual(arrayWith([objectWith({ sessionId: id, status: 'exited', exitCode: 5 })]));
    expect(await home.run(['run', 'output', `${id}.1`])).toMatchObject({ stdout: 'shown\n' });
  });
});
