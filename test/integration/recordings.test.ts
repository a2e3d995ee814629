import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { holding, like } from '../support/like.ts';
import { TestHome } from '../support/cli.ts';

/** No browser is to be found here. */
const NOWHERE = { env: { PATH: '/nowhere' } };

async function withSession(): Promise<TestHome> {
  const home = new TestHome();
  await home.create(['--name', 's', '--shell', '/bin/bash']);
  await home.result(['run', 's', 'echo recorded']);
  return home;
}

describe('without a browser', () => {
  it('videos say at once what to install, and everything else is made', async () => {
    await using home = await withSession();
    for (const format of ['webm', 'mp4']) {
      const words = ['record', 'export', 's', '--format', format, '--out', 'x'];
      expect(await home.error(words, NOWHERE)).toMatchObject({
        code: 'EXPORT_ERROR',
        exitCode: 7,
        message: holding('videos need Chromium'),
        hint: like(/apt-get install chromium.*--browser-path/),
        details: { reason: 'browser' },
      });
    }
    for (const format of ['gif', 'html', 'txt', 'asciicast']) {
      const made = await home.result(['record', 'export', 's', '--format', format], NOWHERE);
      expect(made).toMatchObject({ format, bytes: fs.statSync(String(made['artifactPath'])).size });
    }
    const text = await home.result(['record', 'export', 's', '--format', 'txt'], NOWHERE);
    expect(fs.readFileSync(String(text['artifactPath']), 'utf8')).toMatch(/echo recorded\nrecorded\n/);
    const checks = (await home.result(['doctor', '--shell', '/bin/dash'], NOWHERE))['checks'];
    expect(checks).toContainEqual({
      name: 'browser',
      status: 'warn',
      message: 'no Chromium is there: webm and mp4 cannot be made',
      fix: like(/apt-get install chromium/),
    });
  });

  it('one that is named and cannot be used is told, and leaves nothing', async () => {
    await using home = await withSession();
    const broken = path.join(home.work, 'broken-browser');
    fs.writeFileSync(broken, '#!/bin/sh\necho no usable sandbox >&2\nexit 3\n', { mode: 0o755 });
    const before = fs.readdirSync(home.work);
    const named = (file: string): Promise<unknown> =>
      home.error(['record', 'export', 's', '--format', 'webm', '--out', 'x.webm', '--browser-path', file]);
    expect(await named('missing')).toMatchObject({ exitCode: 7, message: like(/browser "\/.*missing" is no program/) });
    expect(await named(broken)).toMatchObject({
      exitCode: 7,
      message: like(/broken-browser could not be used: .*; it said "no usable sandbox"/),
    });
    expect(fs.readdirSync(home.work)).toEqual(before);
    expect(fs.readdirSync(home.root).toSorted()).toEqual(['home', 'work']);
  });
});

describe('options that a format does not take', () => {
  it('are refused, before anything is looked for', async () => {
    await using home = new TestHome();
    const refusal = (...words: string[]): Promise<unknown> => home.error(['record', 'export', 's', ...words]);
    expect(await refusal('--fps', '30')).toMatchObject({
      exitCode: 2,
      message: '--fps is for webm, mp4, gif, and the format is asciicast',
    });
    expect(await refusal('--format', 'gif', '--fps', '51')).toMatchObject({
      exitCode: 2,
      message: 'fps must be a whole number from 1 to 50, got 51',
    });
  });
});
