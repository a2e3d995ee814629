import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { installedBrowser } from '../../src/artifacts/video/findBrowser.ts';
import { LIBRARY, TestHome } from '../support/cli.ts';
import { holding } from '../support/like.ts';

const NO_VIDEO = ['--without', 'recording.webm'];

function headOf({ head }: Record<string, unknown>): { seq: number; h: string } {
  if (typeof head !== 'object' || head === null || !('seq' in head) || !('h' in head)) throw new Error('no head');
  return { seq: Number(head.seq), h: String(head.h) };
}

describe('the bundles of this project', () => {
  it('verify on every Node', async () => {
    await using home = new TestHome();
    const proofs = path.resolve('proofs');
    const names = fs.readdirSync(proofs).filter((name) => fs.existsSync(path.join(proofs, name, 'manifest.json')));
    expect(names).toContain('timed-out-run');
    for (const name of names)
      expect(await home.result(['proof', 'verify', path.join(proofs, name)])).toMatchObject({ hashedOnly: [] });
  });
});

describe('proof', () => {
  it('is made of a session that lives, holds the head of its run, and is found out when it is changed', async () => {
    await using home = new TestHome();
    await home.create(['--name', 's', '--shell', '/bin/bash']);
    const run = await home.result(['run', 's', 'echo fine; (exit 3)']);
    const made = await home.result(['proof', 'create', 's', '--out', 'b', '--claim', 'It ends with 3.', ...NO_VIDEO]);
    const directory = path.join(home.work, 'b');
    expect(made).toMatchObject({
      directory,
      claim: 'It ends with 3.',
      runs: 1,
      absent: [{ name: 'recording.webm' }],
      isSigned: false,
    });
    const { seq, h } = headOf(run);
    const verified = await home.result(['proof', 'verify', 'b', '--head', `${seq}:${h}`]);
    expect(verified).toMatchObject({
      directory,
      headsFound: 1,
      remade: ['screen.txt', 'screen.png', 'recording.cast', 'index.html'],
    });
    // another head of the same event, and a bundle with another exit code
    expect(await home.error(['proof', 'verify', 'b', '--head', `${seq}:${'A'.repeat(43)}`])).toMatchObject({
      code: 'PROOF_NOT_VERIFIED',
      exitCode: 12,
      details: { file: 'events.jsonl', seq, reason: 'head' },
    });
    const manifest = path.join(directory, 'manifest.json');
    fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace('"exitCode": 3', '"exitCode": 0'));
    const { exitCode, stdout, stderr } = await home.run(['proof', 'verify', 'b']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 12, stdout: '' });
    expect(stderr).toContain('manifest.json, runs[0].exitCode: the log says 3, the manifest 0');
    await home.result(['destroy', 's']);
  });

  it('needs no host and no home to be checked, and is there for users of the library', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', '/bin/sh', '-c', 'echo one; exit 5']);
    await home.result(['wait', id, '--exit']);
    await home.result(['host', 'stop']);
    const { stdout } = await home.run(['proof', 'create', id, '--out', 'b', '--claim', 'It ends.', ...NO_VIDEO]);
    expect(stdout).toContain(path.join(home.work, 'b'));
    const told = await home.run(['proof', 'verify', 'b'], { env: { AGENT_TTY_HOME: '/nowhere' } });
    expect(told).toMatchObject({ exitCode: 0, stdout: holding('verifies: It ends.\n') });
    const loaded: unknown = await import(pathToFileURL(LIBRARY).href);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from this very file
    const { createProof, verifyProof } = loaded as typeof import('../../src/index.ts');
    expect(await verifyProof(path.join(home.work, 'b'))).toMatchObject({ sessionId: id, claim: 'It ends.' });
    const made = await createProof(home, id, {
      out: path.join(home.work, 'c'),
      claim: 'Again.',
      without: ['recording.webm'],
    });
    expect(await verifyProof(made.directory)).toMatchObject({ manifestSha256: made.manifestSha256 });
  });

  it('has a video where a browser is, held by its hash', async ({ skip }) => {
    if (installedBrowser(process.env['PATH']) === undefined) skip('no Chromium is installed');
    await using home = new TestHome();
    const id = await home.create(['--', '/bin/sh', '-c', 'echo one']);
    await home.result(['wait', id, '--exit']);
    expect(await home.result(['proof', 'create', id, '--out', 'b', '--claim', 'x'])).toMatchObject({ absent: [] });
    const hashedOnly = [{ name: 'recording.webm', reason: holding('same twice') }];
    expect(await home.result(['proof', 'verify', 'b'])).toMatchObject({ hashedOnly });
    fs.appendFileSync(path.join(home.work, 'b', 'recording.webm'), 'x');
    const details = { file: 'recording.webm', reason: 'hash' };
    expect(await home.error(['proof', 'verify', 'b'])).toMatchObject({ exitCode: 12, details });
  });

  it('refuses what it cannot do, and leaves nothing', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'true']);
    await home.result(['wait', id, '--exit']);
    const cwd = path.join(home.root, 'empty');
    fs.mkdirSync(cwd);
    const place = ['--out', 'b', '--claim', 'x'];
    for (const [words, exitCode] of [
      [['create', id, '--claim', 'x'], 2],
      [['create', id, '--out', 'b'], 2],
      [['create', id, ...place, '--sign', 'none'], 2],
      [['create', id, ...place, '--without', 'events.jsonl'], 2],
      [['create', 'nobody', ...place], 3],
      [['create', id, '--out', '/nowhere/b', '--claim', 'x'], 7],
      [['verify', 'nowhere'], 2],
      [['verify', '.', '--head', '1:x'], 2],
      [['verify', '.'], 12],
    ] as const)
      expect(await home.error(['proof', ...words], { cwd }), words.join(' ')).toMatchObject({ exitCode });
    expect(fs.readdirSync(cwd)).toEqual([]);
  });
});
