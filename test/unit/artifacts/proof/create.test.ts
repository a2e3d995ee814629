import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportAsciicast } from '../../../../src/artifacts/exportAsciicast.ts';
import { gitCommit } from '../../../../src/artifacts/proof/gitCommit.ts';
import { takeScreenshot } from '../../../../src/artifacts/screenshot.ts';
import { parseObject } from '../../../support/like.ts';
import { inputRun, newDirectory, output, SESSION_ID } from '../../client/support.ts';
import { endedSession } from '../endedSession.ts';
import { FONTS } from '../paint/support.ts';
import { bundleOf, EVENTS, faultOf, keyPair, make, NO_VIDEO, read, readManifest, verify } from './support.ts';

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

describe('the commit of a directory', () => {
  it('is the one that is checked out, and null where there is none', async () => {
    const directory = newDirectory();
    expect(await gitCommit(directory)).toBeNull();
    const git = (...words: string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.example', ...words], {
        cwd: directory,
        encoding: 'utf8',
      });
    git('init', '-q');
    expect(await gitCommit(directory)).toBeNull();
    git('commit', '-q', '--allow-empty', '-m', 'x');
    expect(await gitCommit(directory)).toBe(git('rev-parse', 'HEAD').trim());
    expect(await gitCommit('/nowhere')).toBeNull();
  });
});
