import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { CLI_PROGRAM, TestHome } from '../support/cli.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
/** A command that blocks on a FIFO would take until its test is given up. */
const QUICK_MS = 15_000;

interface BadConfig {
  /** Its text, or how to make it. */
  readonly config: string | ((file: string) => void);
  readonly code?: string;
  readonly says: readonly (string | RegExp)[];
}

function special(kind: string): (file: string) => void {
  return (file) => {
    if (kind === 'fifo') spawnSync('mkfifo', ['-m', '600', file]);
    else if (kind === 'loop') fs.symlinkSync(file, file);
    else if (kind === 'huge') fs.truncateSync((fs.writeFileSync(file, '', { mode: 0o600 }), file), 100 * 1024 * 1024);
    else if (kind === 'directory') fs.mkdirSync(file);
    else fs.symlinkSync(kind, file);
  };
}

function withMode(mode: number): (file: string) => void {
  return (file) => {
    fs.writeFileSync(file, '{}');
    fs.chmodSync(file, mode);
  };
}

const BAD: Readonly<Record<string, BadConfig>> = {
  'is no JSON': {
    config: '{"cols": 80,\n "rows" 24}',
    says: [/config\.json:2:9: is not JSON: expected ":", found "2"/],
  },
  'is empty': { config: '', says: [/config\.json:1:1: is not JSON/] },
  'is cut off': { config: '{"cols": 8', says: [/config\.json:1:11: is not JSON/] },
  'has a comment': { config: '{\n  // size\n  "cols": 80}', says: [/config\.json:2:3: .*comments are not allowed/] },
  'has a comma too many': { config: '{"cols": 80,\n}', says: [/config\.json:1:12: .*a comma after the last item/] },
  'is 50,000 levels deep': { config: '['.repeat(50_000), says: ['nested deeper than 100 levels'] },
  'is a list': { config: '[]', says: ['must be a JSON object'] },
  'has an unknown key': { config: '{"colz": 80}', says: ['unknown key "colz"', 'cols'] },
  'has the key __proto__': { config: '{"__proto__": {"cols": 1}}', says: ['unknown key "__proto__"'] },
  'has a number as text': { config: '{"cols": "80"}', says: ['key cols', 'from 1 to 1000', 'found "80"'] },
  'has a number out of range': { config: '{"rows": 99999999}', says: ['key rows', 'from 1 to 1000', '99999999'] },
  'has a relative shell': { config: '{"shell": "bash"}', says: ['key shell', 'absolute path', '"bash"'] },
  'has a control in a value': { config: '{"shell": "\\u001b[2J"}', says: ['\\u001b[2J'] },
  'is a directory': { config: special('directory'), says: ['not a regular file'] },
  'is a FIFO': { config: special('fifo'), says: ['not a regular file'] },
  'is a link to itself': { config: special('loop'), says: ['link'] },
  'is a link to /dev/zero': { config: special('/dev/zero'), says: ['not a regular file'] },
  'has 100 MB': { config: special('huge'), says: ['104857600 bytes', '65536'] },
  'can be written by the group': { config: withMode(0o620), code: 'REFUSED_UNSAFE', says: ['mode 0620'] },
  'can be written by all': { config: withMode(0o666), code: 'REFUSED_UNSAFE', says: ['mode 0666'] },
};

/** What people see: one line of fault, at most one of advice, no stack. */
function expectPlain(stderr: string): void {
  expect(stderr).toMatch(/^agent-tty: [^\n]+\n(  [^\n]+\n)?$/);
  expect(stderr).not.toMatch(/\bat .*\.js:\d+|node:internal/);
}

describe('a configuration that', () => {
  it.each(Object.entries(BAD))('%s is an error that names file, place and what is allowed', async (_what, bad) => {
    await using home = new TestHome();
    fs.mkdirSync(home.home, { mode: 0o700 });
    const file = path.join(home.home, 'config.json');
    if (typeof bad.config === 'string') fs.writeFileSync(file, bad.config, { mode: 0o600 });
    else bad.config(file);
    const start = systemClock.nowMs();
    const refused = await home.error(['create', '--', 'true']);
    expect(refused).toMatchObject({ code: bad.code ?? 'INVALID_INPUT', exitCode: 2 });
    expect(refused.message).toContain(file);
    const all = `${refused.message} ${refused.hint ?? ''}`;
    for (const part of bad.says) {
      if (typeof part === 'string') expect(all).toContain(part);
      else expect(all).toMatch(part);
    }
    const plain = await home.run(['create', '--', 'true']);
    expect(plain).toMatchObject({ exitCode: 2, stdout: '' });
    expectPlain(plain.stderr);
    expect(systemClock.nowMs() - start).toBeLessThan(QUICK_MS);
    expect(fs.readdirSync(path.join(home.home, 'sessions'))).toEqual([]);
    expect(home.hostPid).toBeUndefined();
    expect(await home.result(['list'])).toEqual({ sessions: [] });
    fs.rmSync(file, { recursive: true });
    await home.create(['--', 'true']);
  });

  it('is good sets the size of new sessions, unless the call does', async () => {
    await using home = new TestHome();
    fs.mkdirSync(home.home, { mode: 0o700 });
    fs.writeFileSync(path.join(home.home, 'config.json'), '{"cols": 101, "rows": 33}', { mode: 0o600 });
    expect(await home.result(['create', '--', 'true'])).toMatchObject({ cols: 101, rows: 33 });
    expect(await home.result(['create', '--cols', '50', '--', 'true'])).toMatchObject({ cols: 50, rows: 33 });
  });
});

describe('a home that', () => {
  it.each([
    ['is relative', 'some/where', 'INVALID_INPUT', 'absolute path'],
    ['is empty', '', 'INVALID_INPUT', 'absolute path, got ""'],
    ['begins with ~', '~root/x', 'INVALID_INPUT', 'absolute path'],
    ['is the root', '/', 'INVALID_INPUT', 'directory of its own'],
    ['is the root by another name', '/tmp/..', 'INVALID_INPUT', 'directory of its own'],
    ['is /tmp', '/tmp', 'REFUSED_UNSAFE', '"/tmp"'],
    ['is a file', '/etc/passwd', 'INVALID_INPUT', 'not a directory'],
    ['lies below a file', '/etc/passwd/x', 'INVALID_INPUT', 'lies below "/etc/passwd"'],
    ['lies in /proc', '/proc/x/y', 'STORAGE_WRITE_ERROR', '/proc/x'],
    ['has a name that is too long', `/tmp/${'x'.repeat(300)}`, 'STORAGE_READ_ERROR', 'ENAMETOOLONG'],
  ])('%s is refused', async (_what, place, code, says) => {
    await using home = new TestHome();
    for (const options of [
      { args: ['--home', place], env: {} },
      { args: [], env: { AGENT_TTY_HOME: place } },
    ]) {
      const refused = await home.error(['create', ...options.args, '--', 'true'], { env: options.env });
      expect(refused).toMatchObject({ code });
      expect([2, 8]).toContain(refused.exitCode);
      expect(refused.message).toContain(says);
      const plain = await home.run(['create', ...options.args, '--', 'true'], { env: options.env });
      expectPlain(plain.stderr);
    }
  });

  it('has no parents yet is made with them, closed to others', async () => {
    await using home = new TestHome('a/b/c/home');
    await home.create(['--', 'true']);
    for (const name of ['a', 'a/b', 'a/b/c', 'a/b/c/home'])
      expect((fs.statSync(path.join(home.root, name)).mode & 0o777).toString(8)).toBe('700');
  });

  it.skipIf(!isRoot)('cannot be written is named with the reason (needs root, to become another user)', async () => {
    await using home = new TestHome();
    fs.chmodSync(home.root, 0o755);
    for (const name of ['bare', 'full']) {
      const place = path.join(home.root, name);
      fs.mkdirSync(place, { mode: 0o500 });
      fs.chownSync(place, NOBODY, NOBODY);
      const args = ['create', '--json', '--home', name === 'bare' ? place : path.join(place, 'home'), '--', 'true'];
      const { status, stdout } = spawnSync(process.execPath, [CLI_PROGRAM, ...args], {
        uid: NOBODY,
        gid: NOBODY,
        cwd: '/',
        env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
        encoding: 'utf8',
      });
      expect(status).toBe(8);
      expect(stdout).toMatch(/STORAGE_WRITE_ERROR.*EACCES.*/);
      expect(stdout).toContain(place);
      expect(fs.readdirSync(place)).toEqual([]);
    }
  });

  it.skipIf(!isRoot)(
    'lies on a full, or on a read-only disk is named with the reason (needs root, to mount)',
    async ({ skip }) => {
      await using home = new TestHome('disk/home');
      const disk = path.dirname(home.home);
      fs.mkdirSync(disk);
      if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', disk]).status !== 0)
        skip('no mounts here');
      try {
        fs.mkdirSync(home.home, { mode: 0o700 });
        expect(() => fs.writeFileSync(path.join(disk, 'ballast'), Buffer.alloc(128 * 1024))).toThrow('ENOSPC');
        const full = await home.error(['create', '--', 'true']);
        expect(full).toMatchObject({ code: 'STORAGE_WRITE_ERROR', exitCode: 8 });
        expect(full.message).toMatch(/ENOSPC|no space/);
        expect(full.message).toContain(disk);
        fs.rmSync(path.join(disk, 'ballast'));
        // the host that could not begin may hold its files for a moment longer
        await expect.poll(() => spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);
        const readOnly = await home.error(['create', '--', 'true']);
        expect(readOnly).toMatchObject({ code: 'STORAGE_WRITE_ERROR', exitCode: 8 });
        expect(readOnly.message).toContain('EROFS');
        expect(readOnly.message).toContain(disk);
      } finally {
        spawnSync('umount', [disk]);
      }
    },
  );
});

describe('an environment', () => {
  it('without HOME uses the home of the user, and with --home needs neither', async () => {
    await using home = new TestHome();
    const env = { HOME: undefined, AGENT_TTY_HOME: undefined };
    expect(await home.result(['list', '--home', home.home], { env })).toEqual({ sessions: [] });
    expect((await home.result(['host', 'status'], { env }))['home']).toMatch(/^\/.+\/\.agent-tty$/);
  });

  it.skipIf(!isRoot)('without HOME, of a user that the system does not know, needs --home (needs root)', async () => {
    await using home = new TestHome();
    fs.chmodSync(home.root, 0o755);
    const own = path.join(home.root, 'own');
    fs.mkdirSync(own);
    fs.chownSync(own, 12_345, 12_345);
    const call = (args: readonly string[]): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, [CLI_PROGRAM, ...args], {
        uid: 12_345,
        gid: 12_345,
        cwd: '/',
        env: { PATH: '/usr/bin:/bin', TMPDIR: own },
      });
    const refused = call(['list']);
    expect(refused.status).toBe(2);
    expect(String(refused.stderr)).toMatch(/^agent-tty: the home cannot be told: HOME is not set.*\n  give --home DIR/);
    const place = path.join(own, 'home');
    expect(String(call(['run', '--home', place, '--', 'id', '-u']).stdout)).toBe('12345\n');
    expect(call(['host', 'stop', '--force', '--home', place]).status).toBe(0);
  });

  it.each([
    ['without SHELL', undefined],
    ['with an empty SHELL', ''],
    ['with a SHELL that is missing', '/bin/zsh9'],
    ['with a SHELL that is a directory', '/tmp'],
    ['with a SHELL that may not be run', '/etc/passwd'],
    ['with a relative SHELL', 'bash'],
  ])('%s gets /bin/sh', async (_what, shell) => {
    await using home = new TestHome();
    const id = String((await home.result(['create'], { env: { SHELL: shell } }))['sessionId']);
    expect((await home.result(['inspect', id]))['session']).toMatchObject({ command: ['/bin/sh'] });
    expect(await home.run(['run', id, 'echo works'])).toMatchObject({ exitCode: 0, stdout: 'works\n' });
  });
});
