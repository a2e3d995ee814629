import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { TestHome } from '../support/cli.ts';

/** What acts on a terminal (C0, C1) or hides and reorders text: written out here, not taken from what is tested. */
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;
/** Invisible and reordering characters: a file or a command may hold them. */
const HIDDEN = 'a\u202eb\u2066c\u200bd\u2060e\ufefff\u{e0041}\u{e007f}g\u00adh';
/** With controls: clear the screen, set the title, a C1 CSI, a carriage return, a new line. */
const HOSTILE = `\u001b[2J\u001b]0;owned\u0007\u009b31m${HIDDEN}\r\n\tend`;

let home: TestHome;
let live: string;
let foreign: string;
let run: string;

/** A record of a session as somebody else may hand it over: every text of it is hostile, and it is still a record. */
function spoil(sessionId: string): void {
  const { manifest } = sessionPaths(home.home, sessionId);
  const record: unknown = JSON.parse(fs.readFileSync(manifest, 'utf8'));
  const kept = new Set(['sessionId', 'status', 'completionSource', 'startTicks', 'bootId']);
  const text = JSON.stringify(record, (key, value: unknown) =>
    typeof value === 'string' && !kept.has(key) ? HOSTILE : value,
  );
  // Texts that are null in this record may be texts in another.
  const spoilt: unknown = JSON.parse(text);
  if (typeof spoilt !== 'object') throw new Error('no record');
  const full = {
    ...spoilt,
    name: HOSTILE,
    failureReason: HOSTILE,
    exitSignal: HOSTILE,
    endedAt: HOSTILE,
  };
  fs.writeFileSync(manifest, JSON.stringify({ ...full, status: 'failed' }));
}

beforeAll(async () => {
  home = new TestHome();
  const cwd = path.join(home.root, HOSTILE.replaceAll('/', ''));
  fs.mkdirSync(cwd);
  const shown = HOSTILE.replaceAll('\u001b[2J', '');
  const script = 'printf %s "$1"; printf "\\033]2;%s\\007" "$1"; exec cat';
  live = await home.create(['--cwd', cwd, '--', 'bash', '-c', script, 'x', shown]);
  foreign = await home.create(['--name', 'foreign', '--shell', '/bin/bash']);
  run = String((await home.result(['run', foreign, `: '${HIDDEN}'`]))['runId']);
  await home.result(['destroy', foreign]);
  spoil(foreign);
});
afterAll(() => home[Symbol.asyncDispose]());

describe('no text of others acts on the terminal or hides from the reader', () => {
  it.each<readonly [string, () => readonly string[]]>([
    ['list', () => ['list']],
    ['list --all', () => ['list', '--all']],
    ['inspect of a live session', () => ['inspect', live]],
    ['inspect of a foreign record', () => ['inspect', foreign]],
    ['snapshot', () => ['snapshot', live, '--include-scrollback']],
    ['snapshot by rows', () => ['snapshot', live, '--format', 'structured']],
    ['snapshot of a foreign record', () => ['snapshot', foreign]],
    ['wait', () => ['wait', live, '--regex', 'end', '--timeout', '5s']],
    ['wait for what is hidden', () => ['wait', live, '--regex', '.+', '--timeout', '5s']],
    ['run list', () => ['run', 'list', foreign]],
    ['run status', () => ['run', 'status', run]],
    ['run wait', () => ['run', 'wait', `${foreign}.7`]],
    ['host status', () => ['host', 'status']],
    ['destroy of a foreign record', () => ['destroy', foreign]],
    ['type into a foreign record', () => ['type', foreign, 'x']],
    ['run in a foreign record', () => ['run', foreign, 'true']],
    ['an unknown command', () => [HOSTILE]],
    ['an unknown option', () => ['list', `--${HOSTILE}`]],
    ['an unknown session', () => ['inspect', HOSTILE]],
    ['an unknown session by a lookalike name', () => ['inspect', 'é\u200b']],
    ['an unknown run', () => ['run', 'status', HOSTILE]],
    ['a bad name', () => ['create', '--name', HOSTILE]],
    ['a bad directory', () => ['create', '--cwd', `/${HOSTILE}`]],
    ['a bad variable', () => ['create', '--env', HOSTILE]],
    ['a bad variable name', () => ['create', '--env', `${HOSTILE}=x`]],
    ['a bad terminal', () => ['create', '--term', HOSTILE]],
    ['a bad number', () => ['create', '--cols', HOSTILE]],
    ['a bad duration', () => ['wait', live, '--exit', '--timeout', HOSTILE]],
    ['a bad shell', () => ['create', '--shell', `/${HOSTILE}`]],
    ['a bad program', () => ['create', '--', `./${HOSTILE}`]],
    ['a bad key', () => ['send-keys', live, HOSTILE]],
    ['a bad pattern', () => ['wait', live, '--regex', `(${HOSTILE}`]],
    ['a bad choice', () => ['snapshot', live, '--format', HOSTILE]],
    ['a bad home', () => ['list', '--home', HOSTILE]],
    ['a home that is none', () => ['create', '--home', `/etc/passwd/${HIDDEN}`]],
    ['a bad file', () => ['run', live, '--file', `/${HOSTILE}`]],
    ['help on nothing', () => ['help', HOSTILE]],
  ])('%s', async (_what, words) => {
    const plain = await home.run(words());
    expect(plain.stdout + plain.stderr).not.toBe('');
    expect(plain.stdout).not.toMatch(UNSAFE);
    expect(plain.stderr).not.toMatch(UNSAFE);
    expect(plain.stderr).not.toContain('    at ');
    // With --json everything is one line, which JSON keeps apart from the terminal by its own escapes.
    const { exitCode } = await home.envelope(words());
    expect(exitCode === plain.exitCode || words()[0] === 'run').toBe(true);
  });

  it('is shown escaped, so that it can be recognised', async () => {
    const { stdout } = await home.run(['list', '--all']);
    expect(stdout).toContain('\\x1b[2J');
    expect(stdout).toContain('\\u202e');
    expect(stdout).toContain('\\u{e0041}');
  });

  it('is told whole with --json', async () => {
    const { session } = await home.result(['inspect', foreign]);
    expect(session).toMatchObject({ cwd: HOSTILE });
  });
});
