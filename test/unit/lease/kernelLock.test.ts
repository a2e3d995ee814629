import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { delay, systemClock } from '../../../src/base/clock.ts';
import { FileDisk } from '../../../src/lease/fileDisk.ts';
import { findLockMethod, type LockMethod } from '../../../src/lease/kernelLock.ts';
import { rootPaths } from '../../../src/lease/layout.ts';
import { openRoot } from '../../../src/lease/root.ts';
import { selfTest } from '../../../src/lease/selfTest.ts';
import { disk, diskWith, newRoot } from './support.ts';

const support = (platform: NodeJS.Platform, hasCall: boolean, hasProgram: boolean) => ({
  platform,
  hasCall: () => hasCall,
  hasProgram: () => hasProgram,
});

/** The methods that work here; opening with O_EXLOCK does on macOS only. */
const METHODS: readonly LockMethod[] = process.platform === 'linux' ? ['call', 'program'] : ['call', 'open'];

describe('the way to lock', () => {
  it('is the call, else the program or the opening, else none', () => {
    expect(findLockMethod(support('linux', true, true))).toBe('call');
    expect(findLockMethod(support('linux', false, true))).toBe('program');
    expect(findLockMethod(support('linux', false, false))).toBeUndefined();
    expect(findLockMethod(support('darwin', false, false))).toBe('open');
    expect(findLockMethod(support('sunos', false, true))).toBeUndefined();
  });
});

describe.each(METHODS)('a lock by %s', (method) => {
  const ours = new FileDisk(method);

  it('keeps out other open files and processes until it is released', () => {
    const file = path.join(newRoot(), 'x');
    const lock = ours.create(file, 'text');
    expect(ours.lock(file)).toBe('busy');
    expect(disk.lock(file)).toBe('busy');
    expect(spawnSync('flock', ['-n', file, 'true']).status).toBe(1);
    lock.release();
    lock.release();
    const again = ours.lock(file);
    expect(typeof again).toBe('object');
    if (typeof again === 'object') again.release();
  });

  it('outlives the closing of another descriptor of its file', () => {
    const file = path.join(newRoot(), 'x');
    const lock = ours.create(file, 'text');
    fs.closeSync(fs.openSync(file, 'r+'));
    expect(disk.lock(file)).toBe('busy');
    lock.release();
  });

  it('goes along with a renaming, and is worth nothing on a file that lost its name', () => {
    const root = newRoot();
    const [first, second] = [path.join(root, 'a'), path.join(root, 'b')];
    const lock = ours.create(first, 'text');
    expect(ours.move(first, second)).toBe(true);
    expect([lock.isAt(first), lock.isAt(second), ours.lock(second)]).toEqual([false, true, 'busy']);
    fs.rmSync(second);
    fs.writeFileSync(second, 'another');
    expect([lock.isAt(second), lock.links()]).toEqual([false, 0]);
    lock.release();
  });

  it('is not inherited: a child that lives on keeps nothing', () => {
    const file = path.join(newRoot(), 'x');
    const lock = ours.create(file, 'text');
    const child = spawn('sleep', ['30'], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    lock.release();
    expect(typeof disk.lock(file)).toBe('object');
  });

  it('passes the test of the directory', () => {
    const root = newRoot();
    expect(selfTest(ours, root)).toMatchObject({ passed: true, usedProcess: true });
    expect(fs.readdirSync(root)).toEqual([]);
  });
});

describe('a lock that nobody refers to any more', () => {
  it('is held all the same, whatever is collected', async () => {
    const file = path.join(newRoot(), 'x');
    disk.create(file, 'text');
    v8.setFlagsFromString('--expose_gc');
    for (let i = 0; i < 10; i++) {
      vm.runInNewContext('gc()');
      await delay(systemClock, 5);
    }
    expect(disk.lock(file)).toBe('busy');
  });
});

describe('a killed process that nobody has reaped', () => {
  it('holds nothing', async () => {
    const file = path.join(newRoot(), 'x');
    fs.writeFileSync(file, '');
    const script = [
      'import fcntl, os, sys, time',
      'pid = os.fork()',
      'if pid == 0:',
      "    f = open(sys.argv[1], 'r+'); fcntl.flock(f, fcntl.LOCK_EX); print(os.getpid(), flush=True); time.sleep(60)",
      'time.sleep(60)',
    ].join('\n');
    const parent = spawn('python3', ['-c', script, file], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))));
    expect(disk.lock(file)).toBe('busy');
    process.kill(pid, 'SIGKILL');
    while (!/^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))) await delay(systemClock, 1);
    const lock = disk.lock(file);
    expect(typeof lock).toBe('object');
    if (typeof lock === 'object') lock.release();
  });
});

describe('a file that cannot be locked', () => {
  it('is absent, or unreadable when it is a link or no file', () => {
    const root = newRoot();
    fs.symlinkSync('/etc/passwd', path.join(root, 'link'));
    fs.mkdirSync(path.join(root, 'directory'));
    spawnSync('mkfifo', [path.join(root, 'fifo')]);
    const found = ['nothing', 'link', 'directory', 'fifo'].map((name) => disk.lock(path.join(root, name)));
    expect(found).toEqual(['absent', 'unreadable', 'unreadable', 'unreadable']);
  });

  it('is not left behind when it could not be made', () => {
    const root = newRoot();
    const broken = Object.assign(new FileDisk('program'), {});
    const { PATH } = process.env;
    process.env['PATH'] = '/nonexistent';
    try {
      expect(() => broken.create(path.join(root, 'x'), 'text')).toThrow('flock(1)');
    } finally {
      process.env['PATH'] = PATH;
    }
    expect(fs.readdirSync(root)).toEqual([]);
  });
});

describe('a root', () => {
  const open = (root: string, more: Partial<Parameters<typeof openRoot>[2]> = {}): unknown =>
    openRoot(disk, root, { allowNetworkFs: false, ...more });

  it('is made private, tested once, and marked with the family of its locks', () => {
    const root = path.join(newRoot(), 'deep', 'root');
    expect(open(root)).toEqual({ kind: 'open' });
    expect((fs.statSync(root).mode & 0o777).toString(8)).toBe('700');
    expect(JSON.parse(fs.readFileSync(rootPaths(root).marker, 'utf8'))).toMatchObject({ lockFamily: 'flock' });
  });

  it('is refused when it is a link, a file, open to others, or cannot be written', () => {
    const base = newRoot();
    fs.mkdirSync(path.join(base, 'real'), { mode: 0o700 });
    fs.symlinkSync(path.join(base, 'real'), path.join(base, 'link'));
    fs.writeFileSync(path.join(base, 'file'), '');
    fs.mkdirSync(path.join(base, 'open'));
    fs.chmodSync(path.join(base, 'open'), 0o750);
    const roots = ['link', 'file', 'open'].map((name) => path.join(base, name));
    for (const root of [...roots, 'relative', '/proc/nothing']) {
      expect(open(root)).toMatchObject({ kind: 'denied', reason: 'bad_root' });
    }
    expect(fs.readdirSync(path.join(base, 'real'))).toEqual([]);
  });

  it('with locks of another family is refused, and so is a marker that is not ours', () => {
    const root = newRoot();
    open(root);
    const { marker } = rootPaths(root);
    const good = fs.readFileSync(marker, 'utf8');
    fs.writeFileSync(marker, good.replace('flock', 'ofd'));
    expect(open(root)).toMatchObject({ kind: 'denied', reason: 'self_test_failed' });
    fs.writeFileSync(marker, 'x');
    expect(open(root)).toMatchObject({ kind: 'denied', reason: 'bad_root' });
  });

  it('on a network file system is refused unless that is allowed', () => {
    const fileSystemOf = (): number => 0x6969;
    expect(open(newRoot(), { fileSystemOf })).toMatchObject({ kind: 'denied', reason: 'bad_root' });
    expect(open(newRoot(), { fileSystemOf, allowNetworkFs: true })).toEqual({ kind: 'open' });
  });

  it('whose locks do not hold is refused', () => {
    const elsewhere = newRoot();
    let n = 0;
    const lying = diskWith({ lock: () => disk.create(path.join(elsewhere, String(n++)), 'free for all') });
    expect(openRoot(lying, newRoot(), { allowNetworkFs: false })).toMatchObject({ reason: 'self_test_failed' });
  });
});
