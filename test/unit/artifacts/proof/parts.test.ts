import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { EMULATOR, PICTURE_RENDERER } from '../../../../src/artifacts/proof/layout.ts';
import { PARTS } from '../../../../src/artifacts/proof/parts.ts';
import { holding } from '../../../support/like.ts';
import { newDirectory, output } from '../../client/support.ts';
import { endedSession } from '../endedSession.ts';
import {
  ASSETS,
  bundleOf,
  EVENTS,
  faultOf,
  make,
  NO_VIDEO,
  read,
  readManifest,
  rehash,
  REMADE,
  verify,
} from './support.ts';

describe('a bundle', () => {
  it('does without the picture of a screen that is too large for one, and says so', async () => {
    const { directory, absent } = await bundleOf([{ type: 'resize', payload: { cols: 1_000, rows: 1_000 } }]);
    expect(absent).toEqual([
      { name: 'screen.png', reason: holding('pixels') },
      { name: 'index.html', reason: holding('cells') },
      NO_VIDEO,
    ]);
    expect(readManifest(directory)).toMatchObject({ absent, madeBy: { renderer: null } });
    expect(await verify(directory)).toMatchObject({ remade: ['screen.txt', 'recording.cast'], hashedOnly: [] });
  });

  it('does not verify with a picture or page that no log of its kind has', async () => {
    const { directory } = await bundleOf([{ type: 'resize', payload: { cols: 1_000, rows: 1_000 } }]);
    for (const name of ['screen.png', 'index.html']) {
      fs.writeFileSync(path.join(directory, name), 'anything');
      rehash(directory, (manifest) => {
        const absent: unknown = manifest['absent'];
        if (Array.isArray(absent)) manifest['absent'] = absent.filter((one: { name: string }) => one.name !== name);
      });
      expect(await faultOf(directory)).toMatchObject({
        file: name,
        reason: 'content',
        message: holding('no such file'),
      });
      fs.rmSync(path.join(directory, name));
    }
  });

  it('leaves out what it was told to', async () => {
    const log = endedSession();
    log.append(...EVENTS);
    const out = path.join(newDirectory(), 'b');
    const without = ['index.html', 'recording.webm', 'screen.png'];
    const { absent } = await make(log.home, { out, without });
    const reason = 'it was to be left out';
    expect(absent).toEqual(['screen.png', 'index.html', 'recording.webm'].map((name) => ({ name, reason })));
    expect(await verify(out)).toMatchObject({ remade: ['screen.txt', 'recording.cast'] });
    for (const name of ['events.jsonl', 'nothing'])
      await expect(make(log.home, { out: `${out}2`, without: [name] })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      });
  });

  it('has a page with runs and screen, from which nothing of a session can run', async () => {
    const hostile = '</script><script>alert(1)</script>';
    const { directory } = await bundleOf([...EVENTS, output(hostile)]);
    const page = read(directory, 'index.html').toString();
    expect(page).toContain('run 1: command 1\nfinished, exit code 3');
    expect(page).not.toContain(hostile);
    expect(await verify(directory)).toMatchObject({ remade: REMADE });
    // a page that was changed is found also when its hash was made anew
    fs.writeFileSync(path.join(directory, 'index.html'), page.replace('exit code 3', 'exit code 0'));
    rehash(directory);
    expect(await faultOf(directory)).toMatchObject({ file: 'index.html', offset: page.indexOf('exit code 3') + 10 });
  });

  it('has its picture checked by hash alone where there is nothing to draw with, and says so', async () => {
    const { directory } = await bundleOf();
    vi.resetModules();
    vi.doMock('@napi-rs/canvas', () => {
      throw new Error('not here');
    });
    try {
      const { verifyProof } = await import('../../../../src/artifacts/proof/verify.ts');
      expect(await verifyProof(directory, { assets: ASSETS })).toMatchObject({
        remade: ['screen.txt', 'recording.cast', 'index.html'],
        hashedOnly: [{ name: 'screen.png', reason: holding('@napi-rs/canvas') }],
      });
      fs.appendFileSync(path.join(directory, 'screen.png'), 'x');
      await expect(verifyProof(directory, { assets: ASSETS })).rejects.toMatchObject({
        code: 'PROOF_NOT_VERIFIED',
        details: { file: 'screen.png', reason: 'hash' },
      });
    } finally {
      vi.doUnmock('@napi-rs/canvas');
      vi.resetModules();
    }
  });
});

describe('the table of parts', () => {
  it('names each file once, in lower case', () => {
    const names = PARTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]+\.[a-z0-9]+$/);
  });

  it('states the versions that are installed', () => {
    const text = fs.readFileSync('package.json', 'utf8');
    for (const known of [EMULATOR, PICTURE_RENDERER]) {
      const [name = '', version = ''] = known.split(' ');
      expect(text).toContain(`"${name}": "${version}"`);
    }
  });
});
