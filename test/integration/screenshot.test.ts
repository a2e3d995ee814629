import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CLI_PROGRAM, LIBRARY, PROGRAM_NODE, TestHome } from '../support/cli.ts';
import { objectWith } from '../support/like.ts';

const DRAW = String.raw`printf '\033[2J\033[H\033[4:3;58:5:9mwave\033[0m \033]8;;https://a.example\007link\033]8;;\007 漢😀┌┐\033[5 q'; read x`;

const digest = (file: unknown): string =>
  createHash('sha256')
    .update(fs.readFileSync(String(file)))
    .digest('hex');

/** A session whose screen is drawn and stays. */
async function drawn(home: TestHome): Promise<string> {
  const id = await home.create(['--name', 's', '--cols', '40', '--rows', '6', '--', '/bin/sh', '-c', DRAW]);
  await home.result(['wait', 's', '--text', 'link']);
  return id;
}

describe('screenshot', () => {
  it('is the same of a live session, of the same one ended, and of one whose host died', async () => {
    await using home = new TestHome();
    const id = await drawn(home);
    const live = await home.result(['screenshot', 's', '--show-cursor']);
    expect(live).toMatchObject({
      sessionId: id,
      cols: 40,
      rows: 6,
      profileName: 'dark',
      cursorVisible: true,
      missingGlyphs: [],
    });
    expect(live['sha256']).toBe(digest(live['artifactPath']));
    const at = ['--at', String(live['capturedAtSeq'])];
    expect(await home.result(['screenshot', 's', '--show-cursor', ...at])).toMatchObject({ sha256: live['sha256'] });
    process.kill(home.hostPid ?? -1, 'SIGKILL');
    await expect
      .poll(async () => (await home.result(['list', '--all']))['sessions'])
      .toMatchObject([{ status: 'failed' }]);
    expect(await home.result(['screenshot', 's', '--show-cursor'])).toMatchObject({ sha256: live['sha256'] });
    expect(await home.result(['screenshot', id, '--show-cursor', ...at])).toMatchObject({ sha256: live['sha256'] });
    // a host that starts ends what the dead one left
    await home.create(['--', 'true']);
  });

  it('lies among the artifacts, or where it is told', async () => {
    await using home = new TestHome();
    await drawn(home);
    const { artifactPath } = await home.result(['screenshot', 's']);
    const { artifacts } = await home.result(['inspect', 's']);
    expect(artifacts).toEqual([objectWith({ path: artifactPath })]);
    const out = path.join(home.work, 'a.png');
    const { stdout } = await home.run(['screenshot', 's', '--out', 'a.png', '--theme', 'light', '--scale', '1']);
    expect(stdout).toBe(`${out} (336x112, ${fs.statSync(out).size} bytes)\n`);
    expect(await home.error(['screenshot', 's', '--out', 'a.png'])).toMatchObject({
      code: 'EXPORT_ERROR',
      exitCode: 7,
    });
  });

  it.each([
    [['--scale', '5'], 2],
    [['--theme', 'pink'], 2],
    [['--theme', 'dark', '--profile', 'light'], 2],
    [['--at', '999999'], 2],
    [['--out', ''], 2],
    [['--out', '/nowhere/a.png'], 7],
  ])('refuses %j', async (words, exitCode) => {
    await using home = new TestHome();
    await drawn(home);
    expect(await home.error(['screenshot', 's', ...words])).toMatchObject({ exitCode });
    const { artifacts = [] } = await home.result(['inspect', 's']);
    expect(artifacts).toEqual([]);
  });

  it('of a session that is not there says so', async () => {
    await using home = new TestHome();
    expect(await home.error(['screenshot', 'nobody'])).toMatchObject({ code: 'SESSION_NOT_FOUND', exitCode: 3 });
  });

  it('without the canvas says what is missing; everything else works', async () => {
    await using home = new TestHome();
    await drawn(home);
    const bare = path.join(home.root, 'bare');
    fs.cpSync(path.dirname(CLI_PROGRAM), path.join(bare, 'dist'), { recursive: true });
    fs.writeFileSync(path.join(bare, 'package.json'), '{"type":"module"}');
    const call = (...words: string[]): string =>
      spawnSync(PROGRAM_NODE, [path.join(bare, 'dist', 'cli.js'), ...words, '--json'], {
        env: home.environment,
        encoding: 'utf8',
      }).stdout;
    expect(call('screenshot', 's')).toContain('pictures need the package @napi-rs/canvas');
    expect(call('snapshot', 's', '--format', 'svg')).toContain('"ok":true');
  });

  it('is there for users of the library', async () => {
    await using home = new TestHome();
    await drawn(home);
    const { sha256 } = await home.result(['screenshot', 's', '--theme', 'light']);
    const loaded: unknown = await import(pathToFileURL(LIBRARY).href);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from this very file
    const { connect, snapshotForm } = loaded as typeof import('../../src/index.ts');
    await using client = await connect({ environment: home.environment });
    const session = client.session('s');
    expect(await session.screenshot({ theme: 'light' })).toMatchObject({ sha256, profileName: 'light' });
    const { svg } = await home.result(['snapshot', 's', '--format', 'svg']);
    expect(snapshotForm(await session.snapshot({ includeCells: true }), 'svg')).toBe(svg);
    expect((await session.snapshot({ at: 0 })).visibleLines[0]?.text).toBe('');
  });
});

describe('snapshot', () => {
  it.each(['ansi', 'html', 'svg'])('has the form %s, live and ended, the same', async (form) => {
    await using home = new TestHome();
    const id = await drawn(home);
    const { [form]: live, ...about } = await home.result(['snapshot', 's', '--format', form]);
    expect(about).toMatchObject({ format: form, sessionId: id, cols: 40, rows: 6 });
    expect(live).toContain('https://a.example');
    await home.result(['destroy', 's']);
    expect(await home.result(['snapshot', id, '--format', form])).toMatchObject({ [form]: live });
    const { stdout } = await home.run(['snapshot', id, '--format', form]);
    expect(stdout).toContain('https://a.example');
  });

  it('tells what changed since it was taken last', async () => {
    await using home = new TestHome();
    await home.create(['--name', 's', '--', 'cat']);
    await home.result(['type', 's', 'one', '--append-newline']);
    await home.result(['wait', 's', '--regex', 'one\\s*\\none']);
    const { screenHash } = await home.result(['snapshot', 's']);
    await home.result(['type', 's', 'two', '--append-newline']);
    await home.result(['wait', 's', '--regex', 'two\\s*\\ntwo']);
    expect(await home.result(['snapshot', 's', '--since', String(screenHash)])).toMatchObject({
      sinceFound: true,
      changedRows: [
        { row: 2, text: 'two' },
        { row: 3, text: 'two' },
      ],
    });
    const unknown = await home.result(['snapshot', 's', '--since', 'a'.repeat(64)]);
    expect(unknown).toMatchObject({ sinceFound: false, changedRows: { length: 24 } });
    expect(unknown).not.toHaveProperty('sinceSeq');
    expect(await home.error(['snapshot', 's', '--since', 'abc'])).toMatchObject({ exitCode: 2 });
    expect(await home.error(['snapshot', 's', '--theme', 'light'])).toMatchObject({ exitCode: 2 });
  });

  it('shows the screen as it stood after any event, live or not', async () => {
    await using home = new TestHome();
    await home.create(['--name', 's', '--shell', '/bin/bash']);
    const { capturedAtSeq } = await home.result(['snapshot', 's']);
    await home.result(['run', 's', 'echo later']);
    const early = await home.result(['snapshot', 's', '--at', String(capturedAtSeq)]);
    expect(early['text']).not.toContain('later');
    expect(await home.error(['snapshot', 's', '--at', '1000000'])).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('a screen of a million cells', () => {
  it('is refused before anything is made of it, as a picture and as text of its look', async () => {
    await using home = new TestHome();
    await home.create([
      '--name',
      's',
      '--cols',
      '1000',
      '--rows',
      '1000',
      '--',
      '/bin/sh',
      '-c',
      'yes 漢漢漢 | head -c 2000000; read x',
    ]);
    for (const words of [
      ['screenshot', 's'],
      ['snapshot', 's', '--format', 'svg'],
      ['snapshot', 's', '--format', 'html'],
    ])
      expect(await home.error(words)).toMatchObject({
        code: 'EXPORT_ERROR',
        exitCode: 7,
        details: { reason: 'too_large' },
      });
  });
});
