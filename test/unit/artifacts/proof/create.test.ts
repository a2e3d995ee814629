import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { exportAsciicast } from '../../../../src/artifacts/exportAsciicast.ts';
import { createProof } from '../../../../src/artifacts/proof/create.ts';
import { takeScreenshot } from '../../../../src/artifacts/screenshot.ts';
import type { CreateProofOptions, CreateProofResult } from '../../../../src/protocol/proof.ts';
import { holding, parseObject } from '../../../support/like.ts';
import { inputRun, newDirectory, output, SESSION_ID } from '../../client/support.ts';
import { endedSession } from '../endedSession.ts';
import { FONTS } from '../paint/support.ts';
import {
  ASSETS,
  bundleOf,
  EVENTS,
  faultOf,
  keyPair,
  NO_VIDEO,
  readManifest,
  rehash,
  REMADE,
  verify,
} from './support.ts';

const make = (home: string, options: Partial<CreateProofOptions> & { out: string }): Promise<CreateProofResult> =>
  createProof(home, 'demo', { claim: 'It works.', assets: ASSETS, ...options });

const read = (directory: string, name: string): Buffer => fs.readFileSync(path.join(directory, name));

describe('a bundle that is made', () => {
  it('is the same each time, and holds the very log, screenshot and recording of its session', async () => {
    const log = endedSession();
    log.append(...EVENTS);
    const key = keyPair();
    const parent = newDirectory();
    const [a, b] = [path.join(parent, 'a'), path.join(parent, 'b')];
    const one = await make(log.home, { out: a, signKey: key.private });
    fs.mkdirSync(b);
    expect(await make(log.home, { out: b, signKey: key.private })).toEqual({ ...one, directory: b });
    for (const name of fs.readdirSync(a)) expect(read(a, name).equals(read(b, name)), name).toBe(true);
    expect(fs.readdirSync(parent)).toEqual(['a', 'b']);
    expect(read(a, 'events.jsonl').equals(fs.readFileSync(log.file))).toBe(true);
    const shot = await takeScreenshot(log.home, 'demo', { fonts: FONTS });
    expect(read(a, 'screen.png').equals(fs.readFileSync(shot.artifactPath))).toBe(true);
    const cast = await exportAsciicast(log.home, 'demo');
    // the session has its name from its record, the recording in the bundle from the log
    const [header = '', ...events] = fs.readFileSync(cast.artifactPath, 'utf8').split('\n');
    const [mine = '', ...others] = read(a, 'recording.cast').toString().split('\n');
    expect(others).toEqual(events);
    expect({ ...parseObject(mine), title: 'demo' }).toEqual(parseObject(header));
    expect(read(a, 'screen.txt').toString()).toBe('$ no such file\n$\n\n\n');
    expect(fs.statSync(a).mode & 0o777).toBe(0o700);
  });

  it('tells session, runs and files', async () => {
    const { directory, ...told } = await bundleOf();
    expect(readManifest(directory)).toMatchObject({
      format: 'agent-tty proof bundle',
      claim: 'The run fails.',
      gitCommit: null,
      session: {
        sessionId: SESSION_ID,
        cols: 20,
        rows: 4,
        end: { kind: 'exit', seq: 7, exitCode: 0, exitSignal: null },
        events: 8,
        eventTypes: { exit: 1, input_run: 1, output: 3, run_complete: 1, run_started: 1, session_started: 1 },
      },
      head: told.head,
      runs: [
        {
          command: 'command 1',
          outcome: 'finished',
          exitCode: 3,
          evidence: ['hook_mark'],
          confidence: 'certain',
          state: 'ended',
        },
      ],
      redaction: null,
      files: told.files,
      absent: [NO_VIDEO],
      signature: null,
    });
    expect(told).toMatchObject({ runs: 1, isSigned: false, absent: [NO_VIDEO] });
  });

  it('holds what a session that lives has done so far, whole events only', async () => {
    const log = endedSession();
    log.append(output('half'), inputRun(1));
    const { size } = fs.statSync(log.file);
    fs.appendFileSync(log.file, '{"seq":3,"ts":"20');
    const { directory, head } = await make(log.home, { out: path.join(newDirectory(), 'b') });
    expect(head).toMatchObject({ seq: 2, bytes: size });
    expect(await verify(directory)).toMatchObject({ runs: 1 });
    expect(readManifest(directory)).toMatchObject({
      session: { end: null },
      runs: [{ state: 'typed', outcome: null }],
    });
  });

  it('cuts long commands, never in a character, and counts them', async () => {
    const command = `${'x'.repeat(399)}😀${'y'.repeat(1_000)}`;
    const { directory } = await bundleOf([
      { type: 'input_run', payload: { command, noWait: false, marker: 'm', runId: 'r', source: 'hooks' } },
    ]);
    const cut = { command: 'x'.repeat(399), commandBytes: Buffer.byteLength(command) };
    expect(readManifest(directory)).toMatchObject({ runs: [cut] });
    expect(await faultOf(directory)).toBeUndefined();
  });

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

describe('a bundle is not made, and nothing is left,', () => {
  it.each([
    ['of a claim that says nothing', { claim: ' ' }, 'INVALID_INPUT'],
    ['of a claim of two lines', { claim: 'one\ntwo' }, 'INVALID_INPUT'],
    ['of a claim that acts on a terminal', { claim: 'one\u001b[2J' }, 'INVALID_INPUT'],
    ['of a claim of a book', { claim: 'x'.repeat(1_001) }, 'INVALID_INPUT'],
    ['in a directory that is not there', { out: '/nowhere/at/all' }, 'EXPORT_ERROR'],
    ['once it was taken back', { signal: AbortSignal.abort() }, 'CANCELLED'],
  ])('%s', async (_what, options, code) => {
    const log = endedSession();
    log.append(...EVENTS);
    const parent = newDirectory();
    await expect(make(log.home, { out: path.join(parent, 'b'), ...options })).rejects.toMatchObject({ code });
    expect(fs.readdirSync(parent)).toEqual([]);
  });

  it('where something is already', async () => {
    const log = endedSession();
    log.append(...EVENTS);
    const parent = newDirectory();
    const [file, full, link] = ['file', 'full', 'link'].map((name) => path.join(parent, name));
    if (file === undefined || full === undefined || link === undefined) return;
    fs.writeFileSync(file, '');
    fs.mkdirSync(full);
    fs.writeFileSync(path.join(full, 'x'), 'kept');
    fs.symlinkSync(newDirectory(), link);
    for (const out of [file, full, link])
      await expect(make(log.home, { out })).rejects.toMatchObject({
        code: 'EXPORT_ERROR',
        details: { reason: 'exists' },
      });
    expect(fs.readdirSync(parent)).toEqual(['file', 'full', 'link']);
    expect(fs.readFileSync(path.join(full, 'x'), 'utf8')).toBe('kept');
  });

  it('when the place was taken while it was made', async () => {
    const log = endedSession();
    log.append(...EVENTS, output('x'.repeat(2 * 1024 * 1024)));
    const parent = newDirectory();
    const out = path.join(parent, 'b');
    const onProgress = (): void => {
      fs.mkdirSync(out, { recursive: true });
      fs.writeFileSync(path.join(out, 'theirs'), '');
    };
    await expect(make(log.home, { out, onProgress })).rejects.toMatchObject({ details: { reason: 'exists' } });
    expect(fs.readdirSync(parent)).toEqual(['b']);
    expect(fs.readdirSync(out)).toEqual(['theirs']);
  });

  it('of a log that is damaged', async () => {
    const log = endedSession();
    log.append(...EVENTS);
    fs.writeFileSync(log.file, fs.readFileSync(log.file, 'utf8').replace('no such file', 'all is fine.'));
    const parent = newDirectory();
    await expect(make(log.home, { out: path.join(parent, 'b') })).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    expect(fs.readdirSync(parent)).toEqual([]);
  });
});
