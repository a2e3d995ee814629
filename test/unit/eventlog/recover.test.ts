import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { recoverLog } from '../../../src/eventlog/recover.ts';
import { verifyLog } from '../../../src/eventlog/verify.ts';
import { lineEnds, newLogPath, reopen, SESSION, STARTED, writeLog } from './support.ts';

const TEXTS = Array.from({ length: 8 }, (_, i) => `output ${i} \u20ac`);

async function sampleLog(): Promise<{ file: string; bytes: Buffer; ends: number[] }> {
  const file = newLogPath();
  await writeLog(file, TEXTS);
  const bytes = fs.readFileSync(file);
  return { file, bytes, ends: lineEnds(bytes) };
}

/** Appends to a recovered log as a host does, and checks all of it. */
async function goOn(file: string, recovery: ReturnType<typeof recoverLog>): Promise<void> {
  const log = reopen(file);
  expect(log.head).toEqual(recovery.head);
  if (recovery.lastEvent === undefined) log.append([{ type: 'session_started', payload: STARTED }]);
  log.append([{ type: 'recovered', payload: { cutBytes: recovery.cutBytes, keptIn: recovery.keptIn } }]);
  await log.close();
  expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, head: log.head });
}

function removeTorn(file: string): void {
  for (const name of fs.readdirSync(path.dirname(file)))
    if (name.includes('torn')) fs.rmSync(path.join(path.dirname(file), name));
}

describe('recovering a log', () => {
  it('leaves a whole log as it is', async () => {
    const { file, bytes } = await sampleLog();
    const recovery = recoverLog(file, SESSION);
    expect(recovery).toMatchObject({
      cutBytes: 0,
      keptIn: null,
      head: { seq: 8 },
      lastEvent: { seq: 8, payload: { data: TEXTS[7] } },
    });
    expect(fs.readFileSync(file)).toEqual(bytes);
    await goOn(file, recovery);
  });

  it('keeps every whole event and every cut byte, wherever the last three records are torn', async () => {
    const { file, bytes, ends } = await sampleLog();
    for (let size = ends.at(-4) ?? 0; size < bytes.length; size++) {
      removeTorn(file);
      fs.writeFileSync(file, bytes.subarray(0, size), { mode: 0o600 });
      const recovery = recoverLog(file, SESSION);
      const lacksNewline = ends.includes(size + 1);
      const end = lacksNewline ? size + 1 : (ends.findLast((at) => at <= size) ?? 0);
      const cut = lacksNewline ? 0 : size - end;
      expect(recovery).toMatchObject({
        cutBytes: cut,
        keptIn: cut === 0 ? null : 'events.torn-1',
        head: { seq: ends.indexOf(end) },
      });
      expect(fs.readFileSync(file)).toEqual(bytes.subarray(0, end));
      if (recovery.keptIn !== null) {
        const kept = path.join(path.dirname(file), recovery.keptIn);
        expect(fs.readFileSync(kept)).toEqual(bytes.subarray(end, size));
        expect(fs.statSync(kept).mode & 0o777).toBe(0o600);
      }
      await goOn(file, recovery);
    }
  });

  it('cuts a tail of zeros, with and without a line after it, and counts the files it keeps', async () => {
    const { file, bytes, ends } = await sampleLog();
    for (const [n, tail] of [
      Buffer.alloc(700),
      Buffer.from(`${'\0'.repeat(512)}\n`),
      bytes.subarray(ends[2]),
    ].entries()) {
      fs.writeFileSync(file, Buffer.concat([bytes, tail]));
      const recovery = recoverLog(file, SESSION);
      expect(recovery).toMatchObject({ cutBytes: tail.length, keptIn: `events.torn-${n + 1}`, head: { seq: 8 } });
      await goOn(file, recovery);
    }
  });

  it('cuts from a write that never reached the disk on, what came after it included', async () => {
    const { file, bytes, ends } = await sampleLog();
    bytes.fill(0, ends[5], ends[6]);
    fs.writeFileSync(file, bytes);
    const recovery = recoverLog(file, SESSION);
    expect(recovery).toMatchObject({ head: { seq: 5 }, cutBytes: bytes.length - (ends[5] ?? 0) });
    await goOn(file, recovery);
  });

  it.each([
    ['an empty file', ''],
    ['a torn first event', '{"seq":0,"ts":"20'],
    ['nothing but zeros', '\0'.repeat(5_000)],
  ])('makes a log without events of %s', async (_name, content) => {
    const file = newLogPath();
    fs.writeFileSync(file, content, { mode: 0o600 });
    const recovery = recoverLog(file, SESSION);
    expect(recovery).toMatchObject({ cutBytes: content.length, head: { seq: -1 }, lastEvent: undefined });
    await goOn(file, recovery);
  });

  it('does not trust the line that checking begins with before another one chains on it', async () => {
    const { file, bytes, ends } = await sampleLog();
    const changed = ends.at(-3) ?? 0;
    bytes.write('AAAA', bytes.indexOf(',"h":"', changed) + 6);
    fs.writeFileSync(file, bytes);
    const recovery = recoverLog(file, SESSION, { checkedBytes: bytes.length - changed + 1 });
    expect(recovery).toMatchObject({ head: { seq: 6 }, cutBytes: bytes.length - changed });
    await goOn(file, recovery);
  });

  it('touches nothing when the log is of another session', async () => {
    const { file, bytes } = await sampleLog();
    expect(() => recoverLog(file, '01JZ0000000000000000000001')).toThrow(
      expect.objectContaining({ code: 'LOG_CORRUPT' }),
    );
    expect(fs.readFileSync(file)).toEqual(bytes);
  });

  it('checks only the end of a long log, all of it when that end is bad, and refuses damage older than a crash', async () => {
    const { file, bytes, ends } = await sampleLog();
    const threeRecords = bytes.length - (ends.at(-4) ?? 0);
    const damagedAt = (at: number | undefined): Buffer => Buffer.from(bytes).fill(0, (at ?? 0) + 50, (at ?? 0) + 60);
    fs.writeFileSync(file, damagedAt(ends[1]));
    expect(recoverLog(file, SESSION, { checkedBytes: threeRecords })).toMatchObject({ cutBytes: 0, head: { seq: 8 } });
    fs.writeFileSync(file, damagedAt(ends.at(-3)));
    expect(recoverLog(file, SESSION, { checkedBytes: threeRecords })).toMatchObject({ head: { seq: 6 } });
    const bothEnds = Buffer.from(damagedAt(ends[1])).fill(0, ends.at(-3));
    fs.writeFileSync(file, bothEnds);
    const details: unknown = expect.objectContaining({ seq: 2 });
    expect(() => recoverLog(file, SESSION, { checkedBytes: threeRecords })).toThrow(
      expect.objectContaining({ code: 'LOG_CORRUPT', details }),
    );
    expect(fs.readFileSync(file)).toEqual(bothEnds);
  });
});

describe('verifying a log', () => {
  it('counts events and bytes, and takes a last line without LF', async () => {
    const { file, bytes } = await sampleLog();
    expect(await verifyLog(file, SESSION)).toMatchObject({
      ok: true,
      events: 9,
      bytes: bytes.length,
      tornTailBytes: 0,
    });
    fs.writeFileSync(file, bytes.subarray(0, -1));
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 9, bytes: bytes.length - 1 });
    fs.writeFileSync(file, bytes.subarray(0, -2));
    expect(await verifyLog(file, SESSION)).toMatchObject({
      ok: false,
      events: 8,
      tornTailBytes: bytes.length - 2 - (lineEnds(bytes)[7] ?? 0),
    });
    fs.writeFileSync(file, '');
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 0, head: { seq: -1 } });
  });

  it('finds each flipped bit and names the event that it is in', async () => {
    const { file, bytes, ends } = await sampleLog();
    for (let n = 0; n < 1_000; n++) {
      const bit = (n * 7_919) % (bytes.length * 8);
      const damaged = Buffer.from(bytes);
      const at = bit >> 3;
      damaged[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
      fs.writeFileSync(file, damaged);
      const seq = ends.findIndex((end) => at < end);
      const result = await verifyLog(file, SESSION);
      expect(result).toMatchObject({ ok: false, events: seq });
      expect(result.fault?.seq ?? seq).toBe(seq);
    }
  });

  it('refuses the log of another session', async () => {
    const { file } = await sampleLog();
    expect(await verifyLog(file, '01JZ0000000000000000000001')).toMatchObject({
      ok: false,
      events: 0,
      fault: { kind: 'session', seq: 0 },
    });
  });

  it('refuses a t that goes back, with a chain that fits', async () => {
    const { file } = await sampleLog();
    const log = reopen(file);
    const last = log.head;
    await log.close();
    const { encodeEvent } = await import('../../../src/eventlog/codec.ts');
    const event = { type: 'marker' as const, payload: { label: 'x' } };
    fs.appendFileSync(file, encodeEvent(event, { seq: last.seq + 1, wallMs: 0, t: 1 }, last.h).line);
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: false, events: 9, fault: { kind: 'order', seq: 9 } });
  });
});
