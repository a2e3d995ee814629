import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostPaths, MAIN_HOST_ID } from '../../src/protocol/homeLayout.ts';
import { CLI_PROGRAM, TestHome } from '../support/cli.ts';
import { arrayWith } from '../support/like.ts';
import { hostRecord } from '../support/rawClient.ts';

const NOBODY = 65_534;
/** Another user can be played by root alone. */
const isRoot = process.getuid?.() === 0;

interface End {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node as another user. */
function asOther(args: readonly string[], env: Record<string, string> = {}): Promise<End> {
  const child = spawn(process.execPath, args, {
    uid: NOBODY,
    gid: NOBODY,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

/** Tries everything on the files of a home and prints what did not fail. */
const INTRUDER = `
const fs = require('node:fs'), net = require('node:net'), path = require('node:path');
const { home, entries, socket } = JSON.parse(process.argv[1]);
const done = [];
const attempt = (what, act) => { try { act(); done.push(what); } catch (error) { if (!['EACCES', 'EPERM', 'EISDIR'].includes(error.code)) done.push(what + ' ' + error.code); } };
for (const entry of [home, ...entries]) {
  attempt('read ' + entry, () => fs.readFileSync(entry));
  attempt('list ' + entry, () => fs.readdirSync(entry));
  attempt('write ' + entry, () => fs.appendFileSync(entry, 'x'));
  attempt('chmod ' + entry, () => fs.chmodSync(entry, 0o777));
  attempt('move ' + entry, () => fs.renameSync(entry, entry + '.gone'));
  attempt('plant in ' + entry, () => fs.writeFileSync(path.join(entry, 'planted'), ''));
  attempt('watch ' + entry, () => fs.watch(entry).close());
}
attempt('link', () => fs.linkSync(path.join(home, 'host', 'main', 'host.json'), path.join(path.dirname(home), 'linked')));
net.connect(socket)
  .on('connect', () => { done.push('connect'); finish(); })
  .on('error', (error) => { if (error.code !== 'EACCES') done.push('connect ' + error.code); finish(); });
const finish = () => { console.log(JSON.stringify(done)); process.exit(0); };
`;

describe.skipIf(!isRoot)('another user of the machine (needs root, to play another user)', () => {
  it.each([
    ['a home of the usual mode', 0o700],
    ['a home that its owner opened for reading', 0o755],
  ])('sees, reads, changes and reaches nothing of %s while a session runs', async (_what, mode) => {
    await using home = new TestHome();
    fs.chmodSync(home.root, 0o755);
    const before = process.umask(0);
    try {
      const id = await home.create();
      await home.run(['run', id, 'echo secret']);
      fs.chmodSync(home.home, mode);
      const all = fs.readdirSync(home.home, { recursive: true, withFileTypes: true });
      const entries = all.map((entry) => path.join(entry.parentPath, entry.name));
      const { socketPath } = hostRecord(home.home);
      expect(entries).toEqual(arrayWith([socketPath, hostPaths(home.home, MAIN_HOST_ID).record]));
      const { stdout, stderr } = await asOther([
        '-e',
        INTRUDER,
        JSON.stringify({ home: home.home, entries, socket: socketPath }),
      ]);
      // An open directory shows the names in it, which tell nothing: ours are fixed.
      const allowed = mode === 0o755 ? [`list ${home.home}`, `watch ${home.home}`] : [];
      const inOpen = entries.filter((entry) => path.dirname(entry) === home.home).map((entry) => `watch ${entry}`);
      const done: unknown = JSON.parse(stdout || JSON.stringify([stderr]));
      expect(Array.isArray(done) && done.filter((what) => ![...allowed, ...inOpen].includes(String(what)))).toEqual([]);
    } finally {
      process.umask(before);
    }
  });

  it('is refused a home that is not theirs, with its path, and works in their own at the same time', async () => {
    await using home = new TestHome();
    fs.chmodSync(home.root, 0o755);
    const id = await home.create();
    fs.chmodSync(home.home, 0o755);
    const own = path.join(home.root, 'other');
    fs.mkdirSync(own, { mode: 0o700 });
    fs.chownSync(own, NOBODY, NOBODY);
    const env = { HOME: own, SHELL: '/bin/sh', TMPDIR: own };
    const refused = await asOther([CLI_PROGRAM, 'list', '--home', home.home, '--json'], env);
    expect(refused.code).toBe(2);
    expect(refused.stdout).toMatch(new RegExp(`REFUSED_UNSAFE.*${home.home}.* belongs to user 0, not to ${NOBODY}`));
    const theirs = await asOther([CLI_PROGRAM, 'run', '--', 'id', '-u'], env);
    expect(theirs).toMatchObject({ code: 0, stdout: `${NOBODY}\n` });
    const listed = await asOther([CLI_PROGRAM, 'list', '--all', '--json'], env);
    expect(listed.stdout).not.toContain(id);
    // The owner, root even, does not use a home of theirs either.
    const crossed = await home.error(['list'], { env: { AGENT_TTY_HOME: path.join(own, '.agent-tty') } });
    expect(crossed).toMatchObject({ code: 'REFUSED_UNSAFE', exitCode: 2 });
    expect(await asOther([CLI_PROGRAM, 'host', 'stop', '--force'], env)).toMatchObject({ code: 0 });
    expect(await home.run(['run', id, 'echo mine'])).toMatchObject({ stdout: 'mine\n' });
  });

  it('cannot put a home in the place of ours: a directory where all may do so is refused', async () => {
    await using home = new TestHome('open/home');
    fs.mkdirSync(path.dirname(home.home));
    fs.chmodSync(path.dirname(home.home), 0o777);
    expect(await home.error(['create', '--', 'true'])).toMatchObject({
      code: 'REFUSED_UNSAFE',
      details: { path: path.dirname(home.home) },
    });
    fs.chmodSync(path.dirname(home.home), 0o1777);
    await home.create(['--', 'true']);
  });
});

/** What another user may have put where the socket goes when the home's path is too long. Owned by that user. */
type Plant = (place: string, shared: string) => void;
const given = (place: string): void => fs.lchownSync(place, NOBODY, NOBODY);
const directory =
  (mode: number, owner = NOBODY): Plant =>
  (place) => {
    fs.mkdirSync(place);
    fs.chmodSync(place, mode);
    fs.chownSync(place, owner, owner);
  };
const link =
  (target: (shared: string) => string): Plant =>
  (place, shared) => {
    fs.symlinkSync(target(shared), place);
    given(place);
  };

const PLANTS: readonly (readonly [string, Plant])[] = [
  ['their directory', directory(0o700)],
  ['their directory, open to all', directory(0o777)],
  ['their sticky directory', directory(0o1777)],
  ['a directory of ours that the group may write', directory(0o770, 0)],
  ['a directory of ours that all may write', directory(0o777, 0)],
  ['a directory of ours that others may read', directory(0o755, 0)],
  [
    'a file',
    (place) => {
      fs.writeFileSync(place, 'x');
      given(place);
    },
  ],
  [
    'a link to their directory',
    (place, shared) => {
      directory(0o700)(path.join(shared, 'theirs'), shared);
      link((base) => path.join(base, 'theirs'))(place, shared);
    },
  ],
  ['a link to a directory of ours', link(() => '/root')],
  ['a link to nothing', link((shared) => path.join(shared, 'nothing'))],
  ['a link to itself', (place) => fs.symlinkSync(place, place)],
  [
    'a socket',
    (place) => {
      const listen =
        'require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
      spawnSync(process.execPath, ['-e', listen, place]);
      given(place);
    },
  ],
  [
    'a FIFO',
    (place) => {
      spawnSync('mkfifo', [place]);
      given(place);
    },
  ],
];

function stateOf(place: string): string {
  const { mode, uid, size, ino } = fs.lstatSync(place);
  return JSON.stringify({ mode, uid, size, ino });
}

describe.skipIf(!isRoot)('a planted place for sockets (needs root, to play another user)', () => {
  const longHome = `${'long-'.repeat(30)}/home`;

  it.each(PLANTS)('that is %s is refused by name and left as it is', async (_what, plant) => {
    await using home = new TestHome(longHome);
    const shared = path.join(home.root, 'tmp');
    fs.mkdirSync(shared);
    fs.chmodSync(shared, 0o1777);
    const place = path.join(shared, 'agent-tty-0');
    plant(place, shared);
    const before = stateOf(place);
    const refused = await home.error(['create', '--', 'true'], { env: { TMPDIR: shared } });
    expect(refused).toMatchObject({ code: 'REFUSED_UNSAFE', exitCode: 2, details: { path: place } });
    expect(refused.message).toContain(place);
    expect(stateOf(place)).toBe(before);
    expect(fs.readdirSync(shared).filter((name) => name.endsWith('.sock'))).toEqual([]);
  });

  it('that is a directory for temporary files, open and not sticky, is refused', async () => {
    await using home = new TestHome(longHome);
    const shared = path.join(home.root, 'tmp');
    directory(0o777, 0)(shared, '');
    const refused = await home.error(['create', '--', 'true'], { env: { TMPDIR: shared } });
    expect(refused).toMatchObject({ code: 'REFUSED_UNSAFE', details: { path: shared } });
    expect(fs.readdirSync(shared)).toEqual([]);
  });

  it.each<readonly [string, Plant]>([
    ['of another user', directory(0o700)],
    ['open to all', directory(0o777, 0)],
    ['open to all and sticky', directory(0o1777, 0)],
    ['missing', () => undefined],
    ['a file', (place) => fs.writeFileSync(place, '')],
    ['a link to their directory', PLANTS[7]?.[1] ?? directory(0o700)],
  ])('that is a runtime directory %s is passed by', async (_what, plant) => {
    await using home = new TestHome(longHome);
    const runtime = path.join(home.root, 'run');
    plant(runtime, home.root);
    const before = fs.existsSync(runtime) ? stateOf(runtime) : '';
    const created = await home.result(['create', '--', 'true'], { env: { XDG_RUNTIME_DIR: runtime } });
    expect(created).toMatchObject({ command: ['true'] });
    const { socketPath } = hostRecord(home.home);
    expect(socketPath.startsWith(path.join(home.root, 'agent-tty-0'))).toBe(true);
    if (before !== '') expect(stateOf(runtime)).toBe(before);
  });

  it('that is the runtime directory of the user is used', async () => {
    await using home = new TestHome(longHome);
    const runtime = path.join(home.root, 'run');
    fs.mkdirSync(runtime, { mode: 0o700 });
    await home.result(['create', '--', 'true'], { env: { XDG_RUNTIME_DIR: runtime } });
    expect(hostRecord(home.home).socketPath.startsWith(runtime)).toBe(true);
  });
});

describe('directories of a home', () => {
  it.each(['host', 'host/main', 'sessions'])('are refused when all may write %s', async (name) => {
    await using home = new TestHome();
    const place = path.join(home.home, name);
    fs.mkdirSync(place, { recursive: true, mode: 0o700 });
    fs.chmodSync(place, 0o777);
    expect(await home.error(['create', '--', 'true'])).toMatchObject({
      code: 'REFUSED_UNSAFE',
      details: { path: place },
    });
    expect((fs.statSync(place).mode & 0o777).toString(8)).toBe('777');
  });
});
