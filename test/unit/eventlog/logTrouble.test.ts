import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LogWriteError } from '../../../src/eventlog/appender.ts';
import type { LogFile } from '../../../src/eventlog/logFile.ts';
import { syncPointPath } from '../../../src/eventlog/syncPoint.ts';
import { verifyLog } from '../../../src/eventlog/verify.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { holding } from '../../support/like.ts';
import { create, newLogPath, openWith, output, SESSION, systemError } from './support.ts';

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** A log whose next calls of the operations in `broken` fail with EIO, and what was asked of the file. */
function breakable(): {
  file: string;
  broken: Set<keyof LogFile>;
  calls: string[];
  options: Parameters<typeof create>[1];
} {
  const file = newLogPath();
  const broken = new Set<keyof LogFile>();
  const calls: string[] = [];
  const told = (name: keyof LogFile): void => {
    calls.push(name);
    if (broken.has(name)) throw systemError('EIO');
  };
  const openFile = openWith((real) => ({
    write: (bytes, from) => (told('write'), real.write(bytes, from)),
    sync: async () => (told('sync'), real.sync()),
    rewrite: async (from) => (told('rewrite'), calls.push(`from ${from}`), real.rewrite(from)),
  }));
  return { file, broken, calls, options: { openFile } };
}

describe('a disk that fails', () => {
  it('is told once, takes nothing more, and is never synced again as if nothing had happened', async () => {
    const { file, broken, calls, options } = breakable();
    const clock = new FakeClock();
    const told: LogWriteError[] = [];
    const log = create(file, { ...options, clock });
    log.onDurabilityLost((error) => told.push(error));
    broken.add('sync');
    log.append([output('x')]);
    log.syncSoon();
    log.append([output('written while the sync is under way')]);
    log.syncSoon();
    await turn();
    broken.delete('sync');
    expect(log.trouble()).toMatchObject({ kind: 'sync', reason: holding('durability lost') });
    for (let i = 0; i < 3; i++) {
      expect(() => log.append([output('y')])).toThrow('durability lost');
      log.syncSoon();
      clock.advance(1_000);
    }
    expect(calls.filter((call) => call === 'sync')).toHaveLength(1);
    expect(told).toEqual([log.durabilityLost]);
    expect(told[0]).toMatchObject({ name: 'LogWriteError', code: 'EIO', path: file });
    await log.close();
    expect({ syncs: calls.filter((call) => call === 'sync').length, timers: clock.pendingTimers }).toEqual({
      syncs: 1,
      timers: 0,
    });
  });

  it('is believed again only when everything since the last good sync was written anew', async () => {
    const { file, broken, calls, options } = breakable();
    const log = create(file, options);
    log.syncSoon();
    await turn();
    await expect.poll(() => fs.existsSync(syncPointPath(file))).toBe(true);
    const synced = log.offsetBytes;
    broken.add('sync').add('rewrite');
    log.append([output('x'), output('\u20ac')]);
    log.syncSoon();
    await turn();
    const bytes = fs.readFileSync(file);
    expect(await log.mend()).toMatchObject({
      kind: 'sync',
      reason: holding('putting it right failed: EIO'),
    });
    expect(() => log.append([output('y')])).toThrow('durability lost');
    broken.clear();
    expect(await log.mend()).toBeUndefined();
    expect(calls).toContain(`from ${synced}`);
    expect(fs.readFileSync(file)).toEqual(bytes);
    log.append([output('y')]);
    await log.close();
    expect(calls.at(-1)).toBe('sync');
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 4 });
  });

  it('stays distrusted when it lost what was written', async () => {
    const { file, broken, options } = breakable();
    const log = create(file, options);
    broken.add('sync');
    log.append([output('x')]);
    log.syncSoon();
    await turn();
    broken.clear();
    const bytes = fs.readFileSync(file);
    const lost = Buffer.from(bytes).fill(0, bytes.length - 200, bytes.length - 100);
    fs.writeFileSync(file, lost);
    expect(await log.mend()).toMatchObject({ reason: holding('LOG_CORRUPT') });
    expect(fs.readFileSync(file)).toEqual(lost);
    expect(() => log.append([output('y')])).toThrow('durability lost');
    await log.close();
  });

  it('counts as failing for the bytes before, too, when a write says EIO', async () => {
    const { file, broken, calls, options } = breakable();
    const log = create(file, options);
    broken.add('write');
    expect(() => log.append([output('x')])).toThrow('EIO');
    broken.clear();
    expect(() => log.append([output('x')])).toThrow('durability lost');
    expect(await log.mend()).toBeUndefined();
    expect(calls).toContain('rewrite');
    expect(log.append([output('x')])).toMatchObject([{ seq: 1 }]);
    await log.close();
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 2 });
  });
});

describe('a log that somebody else touches', () => {
  it.each([
    ['deleted', (file: string) => fs.rmSync(file)],
    ['moved away', (file: string) => fs.renameSync(file, `${file}.away`)],
  ])('is put back, whole, when it was %s', async (_how, act) => {
    const file = newLogPath();
    const log = create(file);
    log.append([output('x'.repeat(600_000))]);
    act(file);
    expect(log.trouble()).toMatchObject({ kind: 'missing' });
    expect(await log.mend()).toBeUndefined();
    log.append([output('y')]);
    await log.close();
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 3 });
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(path.dirname(file)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('takes nothing from the moment on in which no directory names it any more', async () => {
    const file = newLogPath();
    const log = create(file);
    fs.rmSync(file);
    expect(() => log.append([output('x')])).toThrow('deleted or moved away');
    await log.close();
  });

  it.each([
    ['a file', (file: string) => fs.writeFileSync(file, 'mine')],
    ['a link', (file: string) => fs.symlinkSync('/dev/null', file)],
    ['a directory', (file: string) => fs.mkdirSync(file)],
  ])('never touches %s that took its place, and goes on when that is gone', async (_what, place) => {
    const file = newLogPath();
    const log = create(file);
    fs.rmSync(file);
    place(file);
    const before = fs.lstatSync(file);
    expect(await log.mend()).toMatchObject({ kind: 'other', reason: holding('left alone') });
    expect(fs.lstatSync(file)).toMatchObject({ ino: before.ino, size: before.size, mtimeMs: before.mtimeMs });
    fs.rmSync(file, { recursive: true });
    expect(await log.mend()).toBeUndefined();
    log.append([output('x')]);
    await log.close();
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 2 });
  });

  it('is told of a file that took its place while ours lies elsewhere', async () => {
    const file = newLogPath();
    const log = create(file);
    fs.renameSync(file, `${file}.away`);
    fs.writeFileSync(file, 'mine');
    expect(await log.mend()).toMatchObject({ kind: 'other' });
    expect(fs.readFileSync(file, 'utf8')).toBe('mine');
    fs.renameSync(`${file}.away`, file);
    expect(log.trouble()).toBeUndefined();
    await log.close();
  });

  it.each([
    ['cut', (file: string) => fs.truncateSync(file, 10)],
    ['grown', (file: string) => fs.appendFileSync(file, 'theirs')],
  ] as const)('takes nothing when it was %s by somebody, and leaves the bytes alone', async (kind, act) => {
    const file = newLogPath();
    const log = create(file);
    const whole = fs.readFileSync(file);
    act(file);
    const found = fs.readFileSync(file);
    expect(() => log.append([output('x')])).toThrow('somebody');
    expect(await log.mend()).toMatchObject({ kind });
    expect(fs.readFileSync(file)).toEqual(found);
    fs.writeFileSync(file, whole);
    expect(log.append([output('x')])).toMatchObject([{ seq: 1 }]);
    await log.close();
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 2 });
  });

  it('is private again after somebody let others in', async () => {
    const file = newLogPath();
    const log = create(file);
    fs.chmodSync(file, 0o644);
    expect([log.makePrivate(), log.makePrivate()]).toEqual([0o644, undefined]);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    await log.close();
  });
});
