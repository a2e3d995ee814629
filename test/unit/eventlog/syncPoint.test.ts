import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recoverLog } from '../../../src/eventlog/recover.ts';
import { syncPointPath } from '../../../src/eventlog/syncPoint.ts';
import { create, lineEnds, newLogPath, output, SESSION } from './support.ts';

/** A log that was left open with everything on disk; `at` is its hint. */
async function leftOpen(): Promise<{ file: string; at: string; bytes: Buffer; ends: number[]; hint: string }> {
  const file = newLogPath();
  const at = syncPointPath(file);
  const log = create(file);
  for (let n = 0; n < 6; n++) log.append([output(`output ${n}`)]);
  log.syncSoon();
  await expect.poll(() => fs.existsSync(at)).toBe(true);
  const bytes = fs.readFileSync(file);
  const hint = fs.readFileSync(at, 'latin1');
  await log.close();
  expect(fs.existsSync(at)).toBe(false); // a log that was closed needs none
  fs.writeFileSync(at, hint);
  return { file, at, bytes, ends: lineEnds(bytes), hint };
}

describe('the hint how far a log is on disk', () => {
  it('spares what it vouches for from being read again', async () => {
    const { file, bytes, ends } = await leftOpen();
    expect(recoverLog(file, SESSION)).toMatchObject({ cutBytes: 0, lastEvent: { seq: 6 } });
    const damaged = Buffer.from(bytes).fill(0, (ends[2] ?? 0) + 10, (ends[2] ?? 0) + 30);
    fs.writeFileSync(file, damaged);
    expect(recoverLog(file, SESSION)).toMatchObject({ cutBytes: 0, head: { seq: 6 }, lastEvent: { seq: 6 } });
  });

  it('leaves what came after it to be checked', async () => {
    const { file, bytes } = await leftOpen();
    fs.writeFileSync(file, Buffer.concat([bytes, Buffer.from('{"seq":7,')]));
    expect(recoverLog(file, SESSION)).toMatchObject({ cutBytes: 9, head: { seq: 6 } });
  });

  it.each<[string, (hint: string, ends: readonly number[]) => string]>([
    ['is torn', (hint) => hint.slice(0, 40)],
    ['is empty', () => ''],
    ['names another number', (hint) => hint.replace('"seq":6', '"seq":5')],
    ['names another time', (hint) => hint.replace(/"t":\d+/, '"t":12345')],
    ['names another hash', (hint) => hint.replace(/"h":"./, '"h":"_')],
    ['names an offset within a line', (hint) => hint.replace(/"offsetBytes":\d+/, '"offsetBytes":77')],
    ['names the end of another line', (hint, ends) => hint.replace(/"offsetBytes":\d+/, `"offsetBytes":${ends[3]}`)],
    ['names an offset behind the end', (hint) => hint.replace(/"offsetBytes":\d+/, '"offsetBytes":9007199254740991')],
    ['is no object', () => '[1]'],
  ])('is not believed when it %s', async (_how, change) => {
    const { file, at, bytes, ends, hint } = await leftOpen();
    const changed = change(hint, ends);
    expect(changed).not.toBe(hint);
    fs.writeFileSync(at, changed);
    const damagedFrom = ends[2] ?? 0;
    fs.writeFileSync(file, Buffer.from(bytes).fill(0, damagedFrom + 10, damagedFrom + 30));
    expect(recoverLog(file, SESSION)).toMatchObject({ head: { seq: 2 }, cutBytes: bytes.length - damagedFrom });
  });

  it('is not followed when it is a link, and never blocks as a FIFO or directory', async () => {
    const { file, at, hint } = await leftOpen();
    fs.writeFileSync(`${at}.real`, hint);
    fs.rmSync(at);
    fs.symlinkSync(`${at}.real`, at);
    expect(recoverLog(file, SESSION)).toMatchObject({ cutBytes: 0, head: { seq: 6 } });
    fs.rmSync(at);
    fs.mkdirSync(at);
    expect(recoverLog(file, SESSION)).toMatchObject({ cutBytes: 0, head: { seq: 6 } });
  });
});
