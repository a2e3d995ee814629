import fs from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LogAppender } from '../../../src/eventlog/appender.ts';
import { offsetBefore } from '../../../src/eventlog/seek.ts';
import { LOG_FORMAT_VERSION } from '../../../src/protocol/version.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { create, lineEnds, newLogPath, output, readAll, SESSION, STARTED, writeLog } from './support.ts';

afterEach(() => vi.restoreAllMocks());

/** Longer than what is read forward in the end, with lines of all lengths. */
const TEXTS = Array.from({ length: 400 }, (_, i) => 'x'.repeat((i * 7919) % 9_000));

describe('the place of an event in a long log', () => {
  it('is the border of a line at or shortly before it, for every event', async () => {
    const file = newLogPath();
    await writeLog(file, TEXTS);
    const borders = new Set([0, ...lineEnds(fs.readFileSync(file))]);
    expect(fs.statSync(file).size).toBeGreaterThan(1_000_000);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: TEXTS.length + 50 }), async (seq) => {
        const offset = offsetBefore(file, seq);
        expect(borders.has(offset)).toBe(true);
        const [first] = await readAll(file, { fromSeq: Math.min(seq, TEXTS.length), fromOffset: offset });
        expect(first?.seq).toBe(Math.min(seq, TEXTS.length));
      }),
      { numRuns: 60 },
    );
  });

  it('is found with a few small reads, wherever it is', async () => {
    const file = newLogPath();
    const log = create(file);
    for (let i = 0; i < 200; i++) log.append(Array.from({ length: 10 }, () => output('y'.repeat(10_000))));
    await log.close();
    const { size } = fs.statSync(file);
    const read = vi.spyOn(fs, 'readSync');
    const offset = offsetBefore(file, 1_990);
    const bytes = read.mock.results.reduce((sum, { value }) => sum + Number(value), 0);
    expect(size - offset).toBeLessThan(400_000);
    expect(read.mock.calls.length).toBeLessThan(40);
    expect(bytes).toBeLessThan(size / 20);
  });

  it('is not behind a line that lost its number: the reader then tells of the damage', async () => {
    const file = newLogPath();
    await writeLog(file, TEXTS);
    const bytes = fs.readFileSync(file);
    const [, , ...ends] = lineEnds(bytes);
    for (const end of ends.slice(100, 300)) bytes.fill(0, end, end + 20);
    fs.writeFileSync(file, bytes);
    const before = await readAll(file, { fromSeq: 50, toSeq: 60, fromOffset: offsetBefore(file, 50) });
    expect(before.map(({ seq }) => seq)).toEqual(Array.from({ length: 11 }, (_, i) => 50 + i));
    await expect(readAll(file, { fromSeq: 350, fromOffset: offsetBefore(file, 350) })).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
    });
  });

  it('is not told of a log in a newer format', async () => {
    const file = newLogPath();
    const started = { ...STARTED, formatVersion: LOG_FORMAT_VERSION + 1 };
    const log = LogAppender.create(file, { sessionId: SESSION, clock: new FakeClock(), started });
    for (const text of TEXTS) log.append([output(text)]);
    await log.close();
    expect(() => offsetBefore(file, 300)).toThrow('reads formats up to');
  });
});
