import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { beforeEach, describe, expect, it } from 'vitest';
import { encodeEvent } from '../../../src/eventlog/codec.ts';
import { readEvents } from '../../../src/eventlog/reader.ts';
import { recoverLog } from '../../../src/eventlog/recover.ts';
import { readLastEvents } from '../../../src/eventlog/tail.ts';
import { verifyLog } from '../../../src/eventlog/verify.ts';
import { TtyError } from '../../../src/protocol/errors.ts';
import { lineEnds, newLogPath, readAll, reopen, SESSION, STARTED, writeLog } from './support.ts';

const COUNT = 6;
let file: string;
let bytes: Buffer;
/** Where each line ends; event n is from `ends[n - 1]` to `ends[n]`. */
let ends: number[];

beforeEach(async () => {
  file = newLogPath();
  await writeLog(
    file,
    Array.from({ length: COUNT - 1 }, (_, n) => `output ${n} \u20ac`),
  );
  bytes = fs.readFileSync(file);
  ends = lineEnds(bytes);
});

function lines(): Buffer[] {
  return ends.map((end, n) => bytes.subarray(ends[n - 1] ?? 0, end));
}

function edited(change: (text: string) => string): () => Buffer {
  return () => Buffer.from(change(bytes.toString('utf8')));
}

/** A chain that fits over any texts: what a writer that means ill, or another version, would make. */
function chained(texts: readonly string[]): Buffer {
  let h = createHash('sha256').update(SESSION).digest('base64url');
  return Buffer.concat(
    texts.map((text) => {
      const sealed = Buffer.from(text);
      h = createHash('sha256').update(h).update(sealed).digest('base64url');
      return Buffer.concat([sealed, Buffer.from(`,"h":"${h}"}\n`)]);
    }),
  );
}

const line = (seq: number, t: number, type: string, payload: object): string =>
  `{"seq":${seq},"ts":"2030-01-01T00:00:00.000Z","t":${t},"type":"${type}","payload":${JSON.stringify(payload)}`;

interface Damage {
  readonly what: string;
  readonly make: () => Buffer;
  /** What is found, at which event; the offset is that of the event's line. */
  readonly kind: string;
  readonly seq: number;
  readonly code?: string;
}

/** Damage that no crash explains at its place, so that it is told, not repaired away: each with the event that it is told of. */
const DAMAGES: readonly Damage[] = [
  { what: 'a run of NUL', make: () => Buffer.from(bytes).fill(0, (ends[1] ?? 0) + 5, (ends[1] ?? 0) + 25), kind: 'form', seq: 2 },
  { what: 'a flipped bit in a payload', make: edited((text) => text.replace('output 1', 'output 0')), kind: 'hash', seq: 2 },
  { what: 'a flipped bit in a hash', make: () => flip(bytes, (ends[2] ?? 0) - 10), kind: 'hash', seq: 2 },
  { what: 'a missing event', make: () => Buffer.concat(lines().toSpliced(3, 1)), kind: 'order', seq: 3 },
  { what: 'an event twice', make: () => Buffer.concat(lines().toSpliced(3, 0, lines()[2] ?? bytes)), kind: 'order', seq: 3 },
  { what: 'two events swapped', make: () => Buffer.concat(swapped(lines())), kind: 'order', seq: 2 },
  { what: 'a missing first event', make: () => bytes.subarray(ends[0]), kind: 'order', seq: 0 },
  { what: 'a first event that is no start', make: () => chained([line(0, 0, 'output', { data: 'x' })]), kind: 'header', seq: 0 },
  { what: 'CRLF line ends', make: edited((text) => text.replaceAll('\n', '\r\n')), kind: 'form', seq: 0 },
  { what: 'a byte order mark', make: edited((text) => `\ufeff${text}`), kind: 'form', seq: 0 },
  { what: 'tabs', make: edited((text) => text.replace('"seq":2,', '"seq":\t2,')), kind: 'hash', seq: 2 },
  { what: 'pretty-printing', make: edited((text) => text.replace(/\{"seq":1,/, '{\n  "seq": 1,')), kind: 'form', seq: 1 },
  { what: 'an empty line', make: edited((text) => text.replace('\n{"seq":2', '\n\n{"seq":2')), kind: 'form', seq: 2 },
  { what: 'another encoding', make: () => Buffer.from(bytes.toString('utf8').replace('\u20ac', '\u00e4'), 'latin1'), kind: 'form', seq: 1 },
  { what: 'an event of another session', make: () => Buffer.from(bytes.toString().replace(SESSION, SESSION.replace(/.$/, '1'))), kind: 'hash', seq: 0 },
  {
    what: 'a t that goes back',
    make: () => chained([line(0, 0, 'session_started', STARTED), line(1, 50, 'x', {}), line(2, 49, 'x', {})]),
    kind: 'order',
    seq: 2,
  },
  {
    what: 'a later format',
    make: () => chained([line(0, 0, 'session_started', { ...STARTED, formatVersion: 2 })]),
    kind: 'format_version',
    seq: 0,
    code: 'STORAGE_READ_ERROR',
  },
]; // prettier-ignore

function flip(source: Buffer, at: number): Buffer {
  const copy = Buffer.from(source);
  copy[at] = copy[at] === 0x41 ? 0x42 : 0x41;
  return copy;
}

function swapped(all: Buffer[]): Buffer[] {
  const [a, b] = [all[2] ?? bytes, all[3] ?? bytes];
  return all.toSpliced(2, 2, b, a);
}

async function failure(work: () => unknown): Promise<TtyError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof TtyError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a log with', () => {
  it.each(DAMAGES)('$what is told of with code, event and offset, and used up to there', async (damage) => {
    const { make, kind, seq, code = 'LOG_CORRUPT' } = damage;
    const damaged = make();
    fs.writeFileSync(file, damaged);
    const offset = lineEnds(damaged)[seq - 1] ?? 0;
    expect(await verifyLog(file, SESSION)).toMatchObject({
      ok: false,
      events: seq,
      bytes: offset,
      fault: { kind, seq, offset },
    });
    const seen: number[] = [];
    const error = await failure(async () => {
      for await (const event of readEvents(file)) seen.push(event.seq);
    });
    expect(error).toMatchObject({ code, exitCode: 8, details: { path: file, seq, offset, reason: kind } });
    expect(seen).toEqual(Array.from({ length: seq }, (_, n) => n));
    if (code === 'LOG_CORRUPT') expect(error.message).toContain(`event ${seq}, byte offset ${offset}`);
    expect(error.message).not.toContain('output 0'); // nothing of what the program wrote
    expect(fs.readFileSync(file).equals(damaged)).toBe(true);
  });

  it('a kind of event that this version does not know is read, checked and kept', async () => {
    fs.writeFileSync(
      file,
      chained([line(0, 0, 'session_started', STARTED), line(1, 1, 'from_the_future', { a: [1] })]),
    );
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 2 });
    expect((await readAll(file))[1]).toMatchObject({ type: 'from_the_future', payload: { a: [1] } });
    expect(recoverLog(file, SESSION)).toMatchObject({ cutBytes: 0, head: { seq: 1 } });
  });

  it('an older format is read and not rewritten', async () => {
    fs.writeFileSync(
      file,
      chained([line(0, 0, 'session_started', { ...STARTED, formatVersion: 0 }), line(1, 1, 'x', {})]),
    );
    const before = fs.readFileSync(file);
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true });
    expect(recoverLog(file, SESSION)).toMatchObject({ cutBytes: 0 });
    expect(fs.readFileSync(file).equals(before)).toBe(true);
  });

  it('wall time that goes back is a good log', async () => {
    const back = line(1, 5, 'x', {}).replace('2030-01-01', '1999-12-31');
    fs.writeFileSync(file, chained([line(0, 0, 'session_started', STARTED), back]));
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 2 });
  });

  it('no byte in it has no events and is good', async () => {
    fs.writeFileSync(file, '');
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, events: 0 });
    expect(await readAll(file)).toEqual([]);
    expect(readLastEvents(file)).toMatchObject({ events: [], trailingBytes: 0 });
  });

  it('a torn tail is read up to it, and a reader says how much there is', async () => {
    fs.appendFileSync(file, '{"seq":6,"ts":');
    let torn = 0;
    expect((await readAll(file, { onEnd: ({ tornTailBytes }) => (torn = tornTailBytes) })).length).toBe(COUNT);
    expect(torn).toBe(14);
    expect(readLastEvents(file)).toMatchObject({ events: [{ seq: 5 }], trailingBytes: 14 });
    expect(recoverLog(file, SESSION)).toMatchObject({ cutBytes: 14, keptIn: 'events.torn-1' });
  });

  it('a record of 200 MB is refused without being taken into memory', async () => {
    fs.truncateSync(file, bytes.length + 200_000_000);
    const offset = bytes.length;
    const before = process.memoryUsage().rss;
    expect(await verifyLog(file, SESSION)).toMatchObject({
      ok: false,
      events: COUNT,
      fault: { kind: 'too_long', seq: COUNT, offset },
    });
    const error = await failure(() => readAll(file));
    expect(error).toMatchObject({ code: 'LOG_CORRUPT', details: { seq: COUNT, offset, reason: 'too_long' } });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('too long an event is never written', () => {
    const huge = { type: 'output' as const, payload: { data: 'x'.repeat(5_000_000) } };
    expect(() => encodeEvent(huge, { seq: 1, wallMs: 0, t: 0 }, 'h')).toThrow('too long');
  });
});

/** Reads a log as another user and prints what came of it. */
const READER = `
  import { readEvents } from './src/eventlog/reader.ts';
  let events = 0;
  try {
    for await (const event of readEvents(process.argv[2])) events++;
    console.log(JSON.stringify({ events }));
  } catch (error) {
    console.log(JSON.stringify({ code: error.code, message: error.message }));
  }
`;

describe('a log that is', () => {
  it.each<[string, () => void]>([
    ['a link', () => fs.symlinkSync(`${file}.real`, file)],
    ['a dangling link', () => fs.symlinkSync('nowhere', file)],
    ['a FIFO', () => execFileSync('mkfifo', [file])],
    ['a directory', () => fs.mkdirSync(file)],
  ])('%s is refused by whoever reads, checks or repairs it', async (_what, make) => {
    fs.renameSync(file, `${file}.real`);
    make();
    for (const work of [
      () => verifyLog(file, SESSION),
      () => readAll(file),
      () => readLastEvents(file),
      () => recoverLog(file, SESSION),
    ]) {
      expect(await failure(work)).toMatchObject({
        code: 'REFUSED_UNSAFE',
        exitCode: 2,
        details: { path: file, reason: 'log_file' },
      });
    }
    expect(fs.readFileSync(`${file}.real`).equals(bytes)).toBe(true);
  });

  it('missing is told of by its path', async () => {
    const gone = path.join(path.dirname(file), 'gone.jsonl');
    expect(await failure(() => readAll(gone))).toMatchObject({
      code: 'STORAGE_READ_ERROR',
      message: `cannot read the log ${gone}: ENOENT`,
    });
  });

  it.skipIf(process.getuid?.() !== 0)(
    "another user's is refused, the administrator's is not (needs root)",
    async () => {
      fs.chmodSync(path.dirname(file), 0o755);
      fs.chmodSync(file, 0o644);
      const program = path.join(path.dirname(file), 'reader.mjs');
      const stdin = {
        contents: READER,
        resolveDir: path.resolve(import.meta.dirname, '../../..'),
        loader: 'ts' as const,
      };
      await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile: program, logLevel: 'silent' });
      const read = (): unknown => {
        const { stdout } = spawnSync(process.execPath, [program, file], { encoding: 'utf8', uid: 65_534, gid: 65_534 });
        return JSON.parse(stdout);
      };
      expect(read()).toEqual({ events: COUNT });
      fs.chownSync(file, 1, 1);
      expect(read()).toMatchObject({
        code: 'REFUSED_UNSAFE',
        message: `the log ${file} belongs to user 1, not to user 65534`,
      });
      expect((await readAll(file)).length).toBe(COUNT); // the administrator may look
      expect(await failure(() => reopen(file))).toMatchObject({ code: 'REFUSED_UNSAFE' }); // but not write
    },
  );
});
