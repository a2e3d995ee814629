import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { TestHome } from '../support/cli.ts';
import { errorIn, holding } from '../support/like.ts';

function logOf(home: TestHome, id: string): string {
  return fs.readFileSync(sessionPaths(home.home, id).log, 'utf8');
}

describe('events', () => {
  it('prints the log byte for byte, followed through the end of the session or read afterwards', async () => {
    await using home = new TestHome();
    const id = await home.create(['--name', 'one', '--shell', '/bin/bash']);
    const following = home.start(['events', 'one', '--follow']);
    await following.untilOutput('session_started');
    await home.run(['run', 'one', 'printf "\\377\\n"; seq 1 3000']);
    await home.run(['type', 'one', 'é\n']);
    await home.run(['run', 'one', 'exit 3']);
    const followed = await following.end;
    expect(followed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(followed.stdout).toBe(logOf(home, id));
    expect(await home.run(['events', 'one', '--json'])).toMatchObject({ exitCode: 0, stdout: logOf(home, id) });
    const types = await home.run(['events', id, '--types', 'input_run,exit', '--since', '1', '--limit', '2']);
    expect(types.stdout.match(/"type":"[a-z_]+"/g)).toEqual(['"type":"input_run"', '"type":"input_run"']);
  });

  it('of a session whose host is killed prints all that is in the log, then ends with 6', async () => {
    await using home = new TestHome();
    const id = await home.create();
    const following = home.start(['events', id, '--follow']);
    await following.untilOutput('session_started');
    const flooding = home.start(['run', id, 'while :; do seq 1 500; done']);
    await following.untilOutput('499');
    process.kill(home.hostPid ?? 0, 'SIGKILL');
    const { exitCode, stdout, stderr } = await following.end;
    await flooding.end;
    const whole = logOf(home, id);
    expect([exitCode, stderr]).toEqual([6, expect.stringContaining(`the host of session "${id}" died`)]);
    expect(stdout).toBe(whole.slice(0, whole.lastIndexOf('\n') + 1));
    const last = stdout.trim().split('\n').length - 1;
    await home.run(['create', '--', 'true']); // its host puts the log in order
    const rest = await home.run(['events', id, '--since', String(last)]);
    expect(stdout + rest.stdout).toBe(logOf(home, id));
    expect(rest.stdout).toContain('"type":"host_lost"');
  });

  it('can be interrupted between two lines, and is quiet when nobody reads any more', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'sh', '-c', 'while :; do seq 1 100; sleep 0.01; done']);
    const interrupted = home.start(['events', id, '--follow']);
    await interrupted.untilOutput('"seq":5');
    interrupted.kill('SIGINT');
    const { exitCode, stdout } = await interrupted.end;
    expect([exitCode, stdout.endsWith('\n')]).toEqual([130, true]);
    const unread = home.start(['events', id, '--follow']);
    await unread.untilOutput('"seq":5');
    unread.closeOutput();
    expect(await unread.end).toMatchObject({ exitCode: 141, stderr: '' });
  });

  it('tells a failure on standard error, with --json as the last line', async () => {
    await using home = new TestHome();
    expect(await home.run(['events', 'nobody'])).toMatchObject({ exitCode: 3, stdout: '' });
    const unknown = await home.run(['events', 'nobody', '--types', 'output,ouput', '--json']);
    expect(unknown).toMatchObject({ exitCode: 2, stderr: '' });
    expect(errorIn(unknown.stdout)).toMatchObject({
      code: 'INVALID_INPUT',
      message: holding('"ouput"; there are'),
    });
  });
});

describe('record export', () => {
  it('makes a file that inspect lists, and tells of it as scripts expect', async () => {
    await using home = new TestHome();
    const id = await home.create();
    await home.run(['run', id, 'echo recorded']);
    const result = await home.result(['record', 'export', id]);
    const artifactPath = String(result['artifactPath']);
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining([
        'sessionId',
        'format',
        'artifactPath',
        'bytes',
        'sha256',
        'capturedAtSeq',
        'durationMs',
        'metadata',
      ]),
    );
    const cast = fs.readFileSync(artifactPath, 'utf8');
    expect(cast).toContain('recorded\\r\\n');
    expect(cast).toContain('"m", "run 1: finished (exit code 0)"');
    expect((await home.result(['inspect', id]))['artifacts']).toEqual([
      { name: path.basename(artifactPath), path: artifactPath, sizeBytes: result['bytes'] },
    ]);
    const given = await home.run(['record', 'export', id, '--out', 'mine.cast', '--asciicast-version', '2']);
    expect(given).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: holding(path.join(home.work, 'mine.cast')),
    });
    expect(await home.error(['record', 'export', id, '--out', 'mine.cast'])).toMatchObject({
      code: 'EXPORT_ERROR',
      exitCode: 7,
    });
    expect(await home.error(['record', 'export', id, '--format', 'avi'])).toMatchObject({
      exitCode: 2,
      message: '--format must be one of asciicast, webm, mp4, gif, html, txt, got "avi"',
    });
  });
});
