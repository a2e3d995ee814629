import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogWriteError } from '../../../src/eventlog/appender.ts';
import type { LogAppender } from '../../../src/eventlog/appender.ts';
import { openLogFile } from '../../../src/eventlog/logFile.ts';
import type { LogFile, OpenLogFile } from '../../../src/eventlog/logFile.ts';
import { recoverLog } from '../../../src/eventlog/recover.ts';
import { verifyLog } from '../../../src/eventlog/verify.ts';
import type { NewEvent } from '../../../src/protocol/events.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { CrashDisk, imagesAfter, randomNumbers, writeImage } from './crashDisk.ts';
import type { CrashImage } from './crashDisk.ts';
import { create, lineEnds, newLogPath, output, reopen, SESSION, STARTED, systemError } from './support.ts';

/** Images that are opened; the environment may ask for more. */
const IMAGES = Number(process.env['AGENT_TTY_CRASH_IMAGES'] ?? 1_200);
const SEED = Number(process.env['AGENT_TTY_CRASH_SEED'] ?? 20_260_101);
/** How many writers' lives the images are taken from. */
const LIVES = Math.max(4, Math.ceil(IMAGES / 300));

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

function batches(random: (bound: number) => number, count: number): NewEvent[][] {
  const sizes = [1, 90, 700, 5_000, 48_000];
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + random(3) }, () => output('x\u20ac'.repeat(1 + random(sizes[random(5)] ?? 1) / 3))),
  );
}

/** A writer's life: appends, syncs that overlap with them, a disk that is full in the middle of a batch. */
async function live(
  file: string,
  open: OpenLogFile,
  random: (bound: number) => number,
  look: () => void,
): Promise<void> {
  let room = Infinity;
  const clock = new FakeClock();
  const limited: OpenLogFile = (name, mode) => {
    const real = open(name, mode);
    const write: LogFile['write'] = (bytes, from) => {
      const count = Math.min(room, bytes.length - from, 1 + random(60_000));
      if (count === 0) throw systemError('ENOSPC');
      room -= count;
      return real.write(bytes.subarray(0, from + count), from);
    };
    return { ...real, write };
  };
  const log = create(file, { clock, openFile: limited });
  for (const batch of batches(random, 12)) {
    clock.advance(1 + random(200));
    if (random(4) === 0) {
      room = random(2_000);
      try {
        log.append(batch);
      } catch (error) {
        if (!(error instanceof LogWriteError)) throw error;
      }
      room = Infinity;
    } else log.append(batch);
    if (random(3) === 0) log.syncSoon();
    if (random(2) === 0) await turn();
    look();
  }
  await log.close();
}

/** Files that are never really synced: the machine under the test does not crash. */
const openFile: OpenLogFile = (name, mode) => {
  const nothing = (): Promise<void> => Promise.resolve();
  return { ...openLogFile(name, mode), sync: nothing, syncDirectory: nothing, syncNow: () => undefined };
};

function filesIn(directory: string): Map<string, Buffer> {
  const names = fs.readdirSync(directory);
  return new Map(names.map((name) => [path.join(directory, name), fs.readFileSync(path.join(directory, name))]));
}

/** Opens what a crash left, goes on with it as the next host does, and opens it once more. */
async function expectUsable(file: string, image: CrashImage): Promise<void> {
  writeImage(path.dirname(file), image);
  const found = image.files.get(file);
  const durable = image.durable.get(file) ?? Buffer.alloc(0);
  if (found === undefined) {
    expect(durable.length === 0 || image.how.startsWith('only'), image.how).toBe(true);
    return;
  }
  const syncedSeq = lineEnds(durable).length - 1;
  const recovery = recoverLog(file, SESSION, { openFile });
  expect(recovery.head.seq, image.how).toBeGreaterThanOrEqual(syncedSeq);
  const kept = fs.readFileSync(file);
  expect(kept.subarray(0, durable.length).equals(durable.subarray(0, kept.length)), image.how).toBe(true);
  const torn = recovery.keptIn === null ? undefined : fs.readFileSync(path.join(path.dirname(file), recovery.keptIn));
  if (torn !== undefined) expect(Buffer.concat([kept, torn]).equals(found), image.how).toBe(true);
  await goOn(reopen(file, { openFile }), recovery);
  expect(await verifyLog(file, SESSION), image.how).toMatchObject({ ok: true });
  expect(recoverLog(file, SESSION, { openFile }), image.how).toMatchObject({
    cutBytes: 0,
    lastEvent: { type: 'recovered' },
  });
}

async function goOn(log: LogAppender, recovery: ReturnType<typeof recoverLog>): Promise<void> {
  expect(log.head).toEqual(recovery.head);
  if (recovery.lastEvent === undefined) log.append([{ type: 'session_started', payload: STARTED }]);
  log.append([{ type: 'recovered', payload: { cutBytes: recovery.cutBytes, keptIn: recovery.keptIn } }]);
  await log.close();
}

describe('what a power cut leaves of a log', () => {
  it(
    `opens, holds everything that was synced, and goes on: ${IMAGES} images of ${LIVES} writers`,
    { timeout: 600_000 },
    async () => {
      let opened = 0;
      for (let life = 0; life < LIVES; life++) {
        const random = randomNumbers(SEED + life);
        const file = newLogPath();
        const disk = new CrashDisk();
        await live(file, disk.open, random, () => disk.lookAtPoint(file));
        const images: CrashImage[] = [];
        for (const n of disk.operations.keys()) images.push(...imagesAfter(disk.operations, n + 1, random));
        const share = Math.min(1, (IMAGES * 1.2) / LIVES / images.length);
        for (const image of images) {
          if (random(1_000) >= share * 1_000) continue;
          await expectUsable(file, image);
          opened++;
        }
      }
      expect(opened).toBeGreaterThanOrEqual(Math.min(IMAGES, 1_000));
    },
  );

  it('loses no byte when the repair is cut short itself, wherever', { timeout: 600_000 }, async () => {
    const random = randomNumbers(SEED);
    const file = newLogPath();
    await live(file, openLogFile, random, () => undefined);
    const whole = fs.readFileSync(file);
    let opened = 0;
    for (let n = 0; n < 4; n++) {
      const found = whole.subarray(0, whole.length - 1 - random(3_000));
      writeImage(path.dirname(file), { files: new Map([[file, found]]), durable: new Map(), how: '' });
      const disk = new CrashDisk();
      recoverLog(file, SESSION, { openFile: disk.open });
      const base = new Map([[file, Buffer.from(found)]]);
      for (const [count] of disk.operations.entries()) {
        for (const image of imagesAfter(disk.operations, count + 1, random, base)) {
          writeImage(path.dirname(file), image);
          recoverLog(file, SESSION, { openFile });
          const after = filesIn(path.dirname(file));
          const log = after.get(file) ?? Buffer.alloc(0);
          const tails = [...after].filter(([name]) => name.includes('.torn-')).map(([, bytes]) => bytes);
          const isKept = [Buffer.alloc(0), ...tails].some((tail) => Buffer.concat([log, tail]).equals(found));
          expect(isKept, image.how).toBe(true);
          opened++;
        }
      }
    }
    expect(opened).toBeGreaterThan(100);
  });
});

/** Fails the `k`-th operation of all files that are opened through it, and counts them. */
function failing(k: number, how: string): { open: OpenLogFile; count: () => number } {
  let count = 0;
  const now = (): boolean => ++count === k;
  const check = (): void => {
    if (now()) throw systemError(how);
  };
  const open: OpenLogFile = (name, mode) => {
    check();
    const real = openLogFile(name, mode);
    return {
      ...real,
      write(bytes, from) {
        if (!now()) return real.write(bytes, from);
        if (how !== 'short') throw systemError(how);
        return real.write(bytes.subarray(0, from + Math.ceil((bytes.length - from) / 2)), from);
      },
      truncate: (size) => (check(), real.truncate(size)),
      sync: async () => check(),
      syncDirectory: async () => check(),
      syncNow: () => check(),
      rewrite: async (from) => (check(), real.rewrite(from)),
    };
  };
  return { open, count: () => count };
}

const FAULTS = ['ENOSPC', 'EIO', 'EINTR', 'short'];

/** Appends until it succeeds, as a session does: what can be put right is, and the same is tried again. */
async function appendAtLast(log: LogAppender, events: readonly NewEvent[]): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      log.append(events);
      return;
    } catch (error) {
      if (!(error instanceof LogWriteError) || attempt === 5) throw error;
      await log.mend();
    }
  }
}

/** One life with the `k`-th operation failing; gives how many operations there were. */
async function liveWithFault(k: number, how: string): Promise<number> {
  const file = newLogPath();
  const disk = failing(k, how);
  let log: LogAppender;
  try {
    log = create(file, { openFile: disk.open });
  } catch (error) {
    expect(error).toBeInstanceOf(LogWriteError);
    expect(fs.existsSync(file)).toBe(false);
    log = create(file, { openFile: disk.open });
  }
  for (let n = 0; n < 6; n++) {
    await appendAtLast(log, [output(`a${n}`), output('b'.repeat(300))]);
    if (n % 2 === 0) log.syncSoon();
    await turn();
    await turn();
  }
  expect(log.durabilityLost === undefined || (await log.mend()) === undefined).toBe(true);
  await log.close();
  expect(await verifyLog(file, SESSION), `${how} at ${k}`).toMatchObject({ ok: true, events: 13 });
  return disk.count();
}

describe('an operation that fails', () => {
  it.each(FAULTS)('is survived wherever it comes, with %s', async (how) => {
    let last = 1;
    for (let k = 1; k <= last; k++) last = Math.max(last, await liveWithFault(k, how));
    expect(last).toBeGreaterThan(10);
  });

  it.each(FAULTS)('leaves a torn log that can be repaired again, with %s', async (how) => {
    for (let k = 1; ; k++) {
      const file = newLogPath();
      const log = create(file);
      log.append([output('a'), output('b')]);
      await log.close();
      fs.appendFileSync(file, '{"seq":3,"ts":');
      const found = fs.readFileSync(file);
      const disk = failing(k, how);
      try {
        recoverLog(file, SESSION, { openFile: disk.open });
      } catch (error) {
        expect(error, `${how} at ${k}`).toMatchObject({ code: 'STORAGE_WRITE_ERROR' });
        const { keptIn } = recoverLog(file, SESSION);
        const bytes = keptIn === null ? Buffer.alloc(0) : fs.readFileSync(path.join(path.dirname(file), keptIn));
        const tails = fs.readdirSync(path.dirname(file)).filter((name) => name.includes('.torn-'));
        expect(Buffer.concat([fs.readFileSync(file), bytes]).equals(found) || tails.length > 0).toBe(true);
      }
      expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 3 });
      if (disk.count() < k) break;
    }
  });
});
