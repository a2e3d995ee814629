import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { chainSeed, encodeEvent } from '../../../src/eventlog/codec.ts';
import { LogFollower } from '../../../src/eventlog/reader.ts';
import type { ReadEnd } from '../../../src/eventlog/reader.ts';
import { readLastEvents } from '../../../src/eventlog/tail.ts';
import { MAX_LOG_LINE_BYTES } from '../../../src/protocol/limits.ts';
import { create, lineEnds, newLogPath, output, readAll, SESSION, STARTED, writeLog } from './support.ts';

const TEXTS = ['one', 'zw\u00f6lf', 'x'.repeat(300_000), 'last'];

async function sampleLog(): Promise<{ file: string; bytes: Buffer }> {
  const file = newLogPath();
  await writeLog(file, TEXTS);
  return { file, bytes: fs.readFileSync(file) };
}

async function available(follower: LogFollower): Promise<number[]> {
  const seqs: number[] = [];
  for await (const event of follower.readAvailable()) seqs.push(event.seq);
  return seqs;
}

describe('reading a log', () => {
  it('gives all events in order, or the inclusive range that was asked for', async () => {
    const { file } = await sampleLog();
    expect((await readAll(file)).map((event) => event.payload['data'])).toEqual([undefined, ...TEXTS]);
    const range = async (options: object) => (await readAll(file, options)).map((event) => event.seq);
    expect(await range({ fromSeq: 2, toSeq: 3 })).toEqual([2, 3]);
    expect(await range({ fromSeq: 4 })).toEqual([4]);
    expect(await range({ toSeq: 0 })).toEqual([0]);
    expect(await range({ fromSeq: 9 })).toEqual([]);
    expect(await range({ fromSeq: 2, toSeq: 1 })).toEqual([]);
  });

  it('begins at an offset, checked against the event before when that is known', async () => {
    const { file, bytes } = await sampleLog();
    const after = (await readAll(file))[1];
    const fromOffset = lineEnds(bytes)[1];
    const seqs = async (options: object) => (await readAll(file, options)).map((event) => event.seq);
    expect(await seqs({ fromOffset, after })).toEqual([2, 3, 4]);
    expect(await seqs({ fromOffset })).toEqual([2, 3, 4]);
    await expect(seqs({ fromOffset, after: { ...after, h: 'A'.repeat(43) } })).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
    });
  });

  it('ends before a torn last line and says so; takes a last line that lacks only its LF', async () => {
    const { file, bytes } = await sampleLog();
    const before = lineEnds(bytes).at(-2) ?? 0;
    for (let size = before; size <= bytes.length; size++) {
      fs.writeFileSync(file, bytes.subarray(0, size));
      const ends: ReadEnd[] = [];
      const events = await readAll(file, { fromOffset: lineEnds(bytes)[2] ?? 0, onEnd: (end) => ends.push(end) });
      const isWhole = size >= bytes.length - 1;
      expect(events.map((event) => event.seq)).toEqual(isWhole ? [3, 4] : [3]);
      expect(ends).toMatchObject([
        isWhole ? { offset: size, tornTailBytes: 0 } : { offset: before, tornTailBytes: size - before },
      ]);
    }
  });

  it.each([
    ['a flipped bit', (bytes: Buffer, at: number) => bytes.fill((bytes[at] ?? 0) ^ 1, at, at + 1), 'form|hash'],
    ['a run of zeros', (bytes: Buffer, at: number) => bytes.fill(0, at, at + 20), 'form'],
  ])('names seq and offset of %s in the middle, after the events before it', async (_name, damage, kinds) => {
    const { file, bytes } = await sampleLog();
    const offset = lineEnds(bytes)[1] ?? 0;
    fs.writeFileSync(file, damage(bytes, offset + 100));
    const seen: number[] = [];
    const reason: unknown = expect.stringMatching(kinds);
    const error: unknown = await (async () => {
      for await (const event of new LogFollower(file).readAvailable()) seen.push(event.seq);
    })().catch((cause: unknown) => cause);
    expect(seen).toEqual([0, 1]);
    expect(error).toMatchObject({
      code: 'LOG_CORRUPT',
      details: { seq: 2, offset, reason },
    });
    expect(String(error)).toContain(`event 2, byte offset ${offset}`);
  });

  it('finds events that were removed, doubled or swapped', async () => {
    const { file } = await sampleLog();
    const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
    const [a = '', b = '', c = '', d = '', e = ''] = lines;
    for (const mutated of [
      [a, b, d, e],
      [a, b, b, c, d, e],
      [a, c, b, d, e],
      [b, c, d, e],
      [a, b, d, c, e],
    ]) {
      fs.writeFileSync(file, mutated.map((line) => `${line}\n`).join(''));
      await expect(readAll(file)).rejects.toMatchObject({ code: 'LOG_CORRUPT', details: { reason: 'order' } });
    }
  });

  it('refuses a newer format, a log without header, and a line that is too long, without keeping it', async () => {
    const file = newLogPath();
    const at = { seq: 0, wallMs: 0, t: 0 };
    const newer = { type: 'session_started' as const, payload: { ...STARTED, formatVersion: 2 } };
    fs.writeFileSync(file, encodeEvent(newer, at, chainSeed(SESSION)).line);
    const message: unknown = expect.stringContaining('format 2, this version reads formats up to 1');
    await expect(readAll(file)).rejects.toMatchObject({
      code: 'STORAGE_READ_ERROR',
      message,
    });
    fs.writeFileSync(file, encodeEvent(output('x'), at, chainSeed(SESSION)).line);
    await expect(readAll(file)).rejects.toMatchObject({ code: 'LOG_CORRUPT', details: { reason: 'header', seq: 0 } });
    fs.writeFileSync(file, Buffer.alloc(MAX_LOG_LINE_BYTES + 2, 0x61));
    await expect(readAll(file)).rejects.toMatchObject({ code: 'LOG_CORRUPT', details: { reason: 'too_long' } });
  });

  it('takes an empty log for one without events, and refuses what is no plain file without blocking', async () => {
    const file = newLogPath();
    fs.writeFileSync(file, '');
    expect(await readAll(file)).toEqual([]);
    const directory = path.dirname(file);
    fs.symlinkSync(file, `${file}.link`);
    execFileSync('mkfifo', [`${file}.fifo`]);
    for (const other of [directory, `${file}.link`, `${file}.fifo`]) {
      await expect(readAll(other)).rejects.toMatchObject({ code: 'REFUSED_UNSAFE' });
    }
    await expect(readAll(`${file}.none`)).rejects.toMatchObject({ code: 'STORAGE_READ_ERROR' });
  });
});

describe('following a log', () => {
  it('gives each event once, as soon as its line is whole, however the file grows', async () => {
    const { file, bytes } = await sampleLog();
    const target = `${file}.growing`;
    fs.writeFileSync(target, '');
    const follower = new LogFollower(target);
    const seen: number[] = [];
    const ends = lineEnds(bytes);
    const sizes = [...new Set(ends.flatMap((end) => [end - 2, end - 1, end, end + 1]))].filter(
      (size) => size <= bytes.length,
    );
    for (const size of sizes) {
      fs.appendFileSync(target, bytes.subarray(fs.statSync(target).size, size));
      seen.push(...(await available(follower)));
      expect(seen).toEqual([...ends.filter((end) => end <= size).keys()]);
    }
    expect(follower.offset).toBe(bytes.length);
    expect(await available(follower)).toEqual([]);
  });

  it('goes on behind the last event taken when it was left early', async () => {
    const { file } = await sampleLog();
    const follower = new LogFollower(file);
    for await (const event of follower.readAvailable()) if (event.seq === 1) break;
    expect(follower.lastSeq).toBe(1);
    expect(await available(follower)).toEqual([2, 3, 4]);
  });

  it('does not stumble over a half line that the writer took back', async () => {
    const file = newLogPath();
    const log = create(file);
    const follower = new LogFollower(file);
    fs.appendFileSync(file, '{"seq":1,"half');
    expect(await available(follower)).toEqual([0]);
    fs.truncateSync(file, log.offsetBytes);
    log.append([output('x')]);
    expect(await available(follower)).toEqual([1]);
    await log.close();
  });

  it('says so when the file became shorter', async () => {
    const { file, bytes } = await sampleLog();
    const follower = new LogFollower(file);
    await available(follower);
    fs.truncateSync(file, lineEnds(bytes)[0] ?? 0);
    await expect(available(follower)).rejects.toMatchObject({ code: 'LOG_CORRUPT', details: { reason: 'shorter' } });
  });
});

describe('the tail of a log', () => {
  it('is found from behind, with as many events as asked for', async () => {
    const { file, bytes } = await sampleLog();
    expect(readLastEvents(file)).toMatchObject({ events: [{ seq: 4 }], endOffset: bytes.length, trailingBytes: 0 });
    expect(readLastEvents(file, 3).events.map((event) => event.seq)).toEqual([2, 3, 4]);
    expect(readLastEvents(file, 99).events.map((event) => event.seq)).toEqual([0, 1, 2, 3, 4]);
  });

  it('is the last whole event wherever the file is cut', async () => {
    const { file, bytes } = await sampleLog();
    const ends = lineEnds(bytes);
    const sizes = [0, 1, 100, ...ends.flatMap((end) => [end - 1, end, Math.min(end + 1, bytes.length)])];
    for (const size of sizes) {
      fs.writeFileSync(file, bytes.subarray(0, size));
      const endOffset = ends.findLast((end) => end <= size) ?? 0;
      const last = ends.indexOf(endOffset);
      expect(readLastEvents(file)).toMatchObject({
        events: last === -1 ? [] : [{ seq: last }],
        endOffset,
        trailingBytes: size - endOffset,
      });
    }
  });

  it('passes over lines that are no events, and trusts none whose hash does not fit', async () => {
    const { file, bytes } = await sampleLog();
    const ends = lineEnds(bytes);
    fs.appendFileSync(file, `${'\0'.repeat(500)}\nnonsense\n`);
    expect(readLastEvents(file)).toMatchObject({ events: [{ seq: 4 }], trailingBytes: 510 });
    bytes[(ends[3] ?? 0) + 90] = 0x7a;
    fs.writeFileSync(file, bytes);
    expect(readLastEvents(file, 2)).toMatchObject({ events: [{ seq: 2 }, { seq: 3 }], endOffset: ends[3] });
  });
});
