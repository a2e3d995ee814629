import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogFile, OpenLogFile } from '../../../src/eventlog/logFile.ts';
import { verifyLog } from '../../../src/eventlog/verify.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { create, newLogPath, openWith, output, readAll, reopen, SESSION, systemError, writeLog } from './support.ts';

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Real files whose syncs are `sync`; `calls` tells which were asked for. */
function counting(sync: () => Promise<void>): { calls: string[]; openFile: OpenLogFile } {
  const calls: string[] = [];
  const openFile = openWith((): Partial<LogFile> => ({
    sync: () => (calls.push('sync'), sync()),
    syncDirectory: async () => void calls.push('directory'),
  }));
  return { calls, openFile };
}

describe('a new log', () => {
  it('is private whatever the umask, begins with session_started, and verifies', async () => {
    const file = newLogPath();
    const before = process.umask(0);
    const log = create(file);
    process.umask(before);
    log.append([output('hello'), { type: 'exit', payload: { exitCode: 0, exitSignal: null } }]);
    await log.close();
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect((await readAll(file)).map((event) => event.type)).toEqual(['session_started', 'output', 'exit']);
    expect(await verifyLog(file, SESSION)).toMatchObject({
      ok: true,
      events: 3,
      head: log.head,
      bytes: log.offsetBytes,
    });
  });

  it('never takes the place of a file or follows a link', () => {
    const file = newLogPath();
    fs.writeFileSync(file, 'mine');
    expect(() => create(file)).toThrow(expect.objectContaining({ name: 'LogWriteError', code: 'EEXIST', path: file }));
    expect(fs.readFileSync(file, 'utf8')).toBe('mine');
    fs.symlinkSync('elsewhere', `${file}.link`);
    expect(() => create(`${file}.link`)).toThrow('EEXIST');
  });

  it('leaves no file behind when its first event cannot be written', () => {
    const file = newLogPath();
    const openFile = openWith(() => ({
      write: () => {
        throw systemError('ENOSPC');
      },
    }));
    expect(() => create(file, { openFile })).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
    expect(fs.existsSync(file)).toBe(false);
  });
});

describe('appending', () => {
  it('gives each event of a batch its number, in one write', async () => {
    const sizes: number[] = [];
    const openFile = openWith((real) => ({
      write: (bytes, from) => (sizes.push(bytes.length), real.write(bytes, from)),
    }));
    const log = create(newLogPath(), { openFile });
    expect(log.append([output('a'), output('b'), output('c')]).map((stamp) => stamp.seq)).toEqual([1, 2, 3]);
    expect(log.append([])).toEqual([]);
    expect(sizes).toHaveLength(2);
    expect(log.lastSeq).toBe(3);
    await log.close();
  });

  it('counts t in microseconds from the start, never backwards, and goes on after reopening', async () => {
    const clock = new FakeClock();
    const file = newLogPath();
    const log = create(file, { clock });
    clock.advance(1.5);
    expect(log.append([output('x')])[0]?.t).toBe(1_500);
    clock.spend(-1); // a clock that is set back
    expect(log.append([output('x')])[0]?.t).toBe(1_500);
    await log.close();
    clock.advance(60_000);
    const again = reopen(file, { clock });
    expect(again.head).toEqual(log.head);
    clock.advance(1);
    expect(again.append([output('x')])[0]).toMatchObject({ seq: 3, t: 2_500 });
    await again.close();
    expect((await verifyLog(file, SESSION)).ok).toBe(true);
  });

  it('writes on after a short write, at any size of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), async (sizes) => {
        const file = newLogPath();
        let write = 0;
        const openFile = openWith((real) => ({
          write: (bytes, from) => real.write(bytes.subarray(from, from + (sizes[write++ % sizes.length] ?? 1)), 0),
        }));
        const log = create(file, { openFile });
        log.append([output('one'), output('two')]);
        await log.close();
        expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 3 });
      }),
      { numRuns: 20 },
    );
  });

  it.each(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS'])(
    'puts all of a batch in or nothing when the disk says %s after some bytes',
    async (code) => {
      const file = newLogPath();
      let room = Infinity;
      const openFile = openWith((real) => ({
        write(bytes, from) {
          if (room === 0) throw systemError(code);
          const count = real.write(bytes.subarray(from, from + Math.min(room, bytes.length - from)), 0);
          room -= count;
          return count;
        },
      }));
      const log = create(file, { openFile });
      const { head, offsetBytes } = log;
      const batch = [output('one'), output('two')];
      for (room of [0, 1, 150, 250]) {
        expect(() => log.append(batch)).toThrow(expect.objectContaining({ name: 'LogWriteError', code, path: file }));
        expect({ head: log.head, offset: log.offsetBytes, size: fs.statSync(file).size }).toEqual({
          head,
          offset: offsetBytes,
          size: offsetBytes,
        });
      }
      room = Infinity;
      expect(log.append(batch).map((stamp) => stamp.seq)).toEqual([1, 2]);
      await log.close();
      expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 3 });
    },
  );

  it('writes nothing more while the bytes of a failed batch cannot be taken back', async () => {
    const file = newLogPath();
    const broken = { write: false, truncate: false };
    const openFile = openWith((real) => ({
      write(bytes, from) {
        if (!broken.write) return real.write(bytes, from);
        if (from === 0) return real.write(bytes.subarray(0, 10), 0);
        throw systemError('ENOSPC');
      },
      truncate(size) {
        if (broken.truncate) throw systemError('EROFS');
        real.truncate(size);
      },
    }));
    const log = create(file, { openFile });
    Object.assign(broken, { write: true, truncate: true });
    expect(() => log.append([output('x')])).toThrow('ENOSPC');
    broken.write = false;
    expect(() => log.append([output('x')])).toThrow('EROFS');
    broken.truncate = false;
    log.append([output('x')]);
    await log.close();
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 2 });
  });

  it('takes a write of no bytes for a failure and goes on after EINTR', async () => {
    const answers: (number | Error)[] = [];
    const openFile = openWith((real) => ({
      write(bytes, from) {
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer ?? real.write(bytes, from);
      },
    }));
    const log = create(newLogPath(), { openFile });
    answers.push(0);
    expect(() => log.append([output('x')])).toThrow('UNKNOWN');
    answers.push(systemError('EINTR'));
    expect(log.append([output('x')])).toHaveLength(1);
    await log.close();
  });
});

describe('reopening', () => {
  it('refuses a log with a torn end, a link and a FIFO', async () => {
    const file = newLogPath();
    await writeLog(file, ['a']);
    fs.appendFileSync(file, '{"seq":');
    expect(() => reopen(file)).toThrow(expect.objectContaining({ code: 'LOG_CORRUPT' }));
    fs.symlinkSync(file, `${file}.link`);
    expect(() => reopen(`${file}.link`)).toThrow(expect.objectContaining({ code: 'REFUSED_UNSAFE' }));
    expect(() => reopen(path.dirname(file))).toThrow();
  });

  it('lets an empty log begin with session_started and nothing else', async () => {
    const file = newLogPath();
    fs.writeFileSync(file, '');
    const log = reopen(file);
    expect(log.lastSeq).toBe(-1);
    expect(() => log.append([output('x')])).toThrow('a log begins with session_started');
    await log.close();
  });
});

describe('durability', () => {
  it('syncs 250 ms after the first write that is not on disk, the new directory entry with the first one', async () => {
    const clock = new FakeClock();
    const { calls, openFile } = counting(async () => {});
    const log = create(newLogPath(), { clock, openFile });
    clock.advance(200);
    log.append([output('x')]);
    clock.advance(49);
    expect(calls).toEqual([]);
    clock.advance(1);
    await turn();
    expect(calls).toEqual(['sync', 'directory']);
    clock.advance(10_000);
    expect(calls).toHaveLength(2);
    log.append([output('x')]);
    clock.advance(250);
    await turn();
    expect(calls).toEqual(['sync', 'directory', 'sync']);
    await log.close();
    expect({ calls: calls.length, timers: clock.pendingTimers }).toEqual({ calls: 3, timers: 0 });
  });

  it('syncs at once when asked, one sync at a time, and what came meanwhile right after', async () => {
    const clock = new FakeClock();
    const ends: (() => void)[] = [];
    const { calls, openFile } = counting(() => new Promise((resolve) => ends.push(resolve)));
    const log = create(newLogPath(), { clock, openFile });
    log.syncSoon();
    log.append([output('x')]);
    log.syncSoon();
    log.syncSoon();
    expect(calls).toEqual(['sync']);
    ends.shift()?.();
    await turn();
    expect(calls).toEqual(['sync', 'directory', 'sync']);
    const closed = log.close();
    ends.shift()?.();
    await closed;
    expect({ calls: calls.length, timers: clock.pendingTimers }).toEqual({ calls: 3, timers: 0 });
  });

  it('closes once, after the last sync, and takes nothing afterwards', async () => {
    const log = create(newLogPath());
    await Promise.all([log.close(), log.close(), log[Symbol.asyncDispose]()]);
    expect(() => log.append([output('x')])).toThrow('append to a closed log');
  });
});
