import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropReply, takeReply } from '../../../../src/client/replyFile.ts';
import { encodeReply } from '../../../../src/host/server/reply.ts';
import { ReplyFiles } from '../../../../src/host/server/replyFiles.ts';
import { EncodedResult } from '../../../../src/protocol/encodedResult.ts';
import { MAX_FRAME_BYTES, MAX_OPEN_REPLIES, MAX_REPLY_BYTES, REPLY_KEPT_MS } from '../../../../src/protocol/limits.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

let root: string;
let directory: string;
let clock: FakeClock;
let files: ReplyFiles;

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'at-replies-'));
  directory = path.join(root, 'replies');
  clock = new FakeClock();
  files = new ReplyFiles(directory, clock);
});
afterEach(() => {
  files[Symbol.dispose]();
  fs.rmSync(root, { recursive: true });
});

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const fileOf = (frame: string | Buffer): unknown => {
  const parsed: unknown = JSON.parse(String(frame));
  return typeof parsed === 'object' && parsed !== null && 'file' in parsed ? parsed.file : undefined;
};
const left = (): string[] => fs.readdirSync(directory);

describe('a reply in a file', () => {
  it('is written for nobody else, taken whole and gone afterwards', async () => {
    const value = { text: 'ü'.repeat(300_000) };
    const bytes = json(value);
    const reply = await files.write([bytes.subarray(0, 11), bytes.subarray(11, 400_001), bytes.subarray(400_001)]);
    expect(reply).toMatchObject({ sizeBytes: bytes.length, sha256: sha256(bytes) });
    const modes = [directory, reply.path].map((each) => (fs.statSync(each).mode & 0o777).toString(8));
    expect(modes).toEqual(['700', '600']);
    expect(takeReply(reply, directory)).toEqual(value);
    expect(left()).toEqual([]);
  });

  it('is removed after a minute when its client went before it read it', async () => {
    await files.write([json('x')]);
    clock.advance(REPLY_KEPT_MS - 1);
    expect(left()).toHaveLength(1);
    clock.advance(1);
    expect([left(), files.count, clock.pendingTimers]).toEqual([[], 0, 0]);
  });

  it('is removed with the host, and by the next one when the host died', async () => {
    await files.write([json('x')]);
    files[Symbol.dispose]();
    expect([fs.existsSync(directory), clock.pendingTimers]).toEqual([false, 0]);
    fs.mkdirSync(directory);
    fs.writeFileSync(path.join(directory, 'f'.repeat(32)), 'of a host that was killed');
    files = new ReplyFiles(directory, clock);
    expect(fs.existsSync(directory)).toBe(false);
  });

  it('is refused when so many wait already; those that were taken make room', async () => {
    const replies = await Promise.all(Array.from({ length: MAX_OPEN_REPLIES }, () => files.write([json('x')])));
    await expect(files.write([json('y')])).rejects.toMatchObject({ code: 'TOO_MANY_REPLIES', retryable: true });
    expect(left()).toHaveLength(MAX_OPEN_REPLIES);
    expect(takeReply(replies[3], directory)).toBe('x');
    expect(takeReply(await files.write([json('y')]), directory)).toBe('y');
  });

  it('counts from the moment it is begun, so that many at once do not pass', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 3 * MAX_OPEN_REPLIES }, () => files.write([json(1)])),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(MAX_OPEN_REPLIES);
    expect(left()).toHaveLength(MAX_OPEN_REPLIES);
  });

  it('is refused when it is larger than any reply may be', async () => {
    const half = Buffer.alloc(MAX_REPLY_BYTES / 2);
    await expect(files.write([half, half, Buffer.from('x')])).rejects.toMatchObject({
      code: 'PROTOCOL_ERROR',
      details: { sizeBytes: MAX_REPLY_BYTES + 1, maxBytes: MAX_REPLY_BYTES },
    });
    expect(fs.existsSync(directory)).toBe(false);
  });

  it('that cannot be written leaves nothing, and says why', async () => {
    fs.writeFileSync(directory, 'a file where the directory has to be');
    await expect(files.write([json('x')])).rejects.toMatchObject({ code: 'STORAGE_WRITE_ERROR' });
    expect(files.count).toBe(0);
  });
});

describe('a client that is told of a file', () => {
  it('takes it only when size and content are as told, and removes it anyway', async () => {
    const bytes = json({ a: 1 });
    const place = (): string => path.join(directory, 'a'.repeat(32));
    const lies = [
      { sizeBytes: bytes.length - 1 },
      { sizeBytes: bytes.length + 1 },
      { sha256: sha256(json({ a: 2 })) },
      { sha256: undefined },
    ];
    for (const lie of lies) {
      fs.mkdirSync(directory, { recursive: true });
      fs.writeFileSync(place(), bytes);
      const told = { path: place(), sizeBytes: bytes.length, sha256: sha256(bytes), ...lie };
      expect(() => takeReply(told, directory)).toThrow(expect.objectContaining({ code: 'PROTOCOL_ERROR' }));
      expect(left()).toEqual([]);
    }
  });

  it('touches nothing outside of the directory, whatever it is told', () => {
    fs.mkdirSync(directory);
    const secret = path.join(root, 'b'.repeat(32));
    const bytes = json('secret');
    fs.writeFileSync(secret, bytes);
    const told = { sizeBytes: bytes.length, sha256: sha256(bytes) };
    const places = [
      secret,
      `${directory}/../${path.basename(secret)}`,
      `${directory}/sub/x`,
      directory,
      '',
      '/etc/passwd',
    ];
    for (const place of places) {
      expect(() => takeReply({ ...told, path: place }, directory)).toThrow('is not where replies are');
      expect(() => dropReply({ ...told, path: place }, directory)).toThrow('is not where replies are');
    }
    expect(fs.readFileSync(secret, 'utf8')).toBe('"secret"');
  });

  it('follows no link', () => {
    fs.mkdirSync(directory);
    const secret = path.join(root, 'secret');
    const link = path.join(directory, 'c'.repeat(32));
    const bytes = json('secret');
    fs.writeFileSync(secret, bytes);
    fs.symlinkSync(secret, link);
    const told = { path: link, sizeBytes: bytes.length, sha256: sha256(bytes) };
    expect(() => takeReply(told, directory)).toThrow(expect.objectContaining({ code: 'STORAGE_READ_ERROR' }));
    expect(fs.existsSync(secret)).toBe(true);
  });

  it('finds it when it knows the home by another path than the host', async () => {
    const reply = await files.write([json('x')]);
    const other = path.join(root, 'other');
    fs.symlinkSync(directory, other);
    expect(takeReply(reply, other)).toBe('x');
  });

  it.each([[undefined], [null], ['text'], [{}], [{ path: 1, sizeBytes: 1 }], [{ path: 'x', sizeBytes: '1' }]])(
    'refuses what names none: %j',
    (raw) => {
      expect(() => takeReply(raw, directory)).toThrow('has no path and size');
    },
  );
});

describe('a reply', () => {
  it('stays in its frame up to the last byte that fits', async () => {
    for (const make of [(text: string) => text, (text: string) => new EncodedResult([json(text)])]) {
      const frame = JSON.stringify({ id: '1', ok: true, result: '' }).length + 1;
      const fits = 'x'.repeat(MAX_FRAME_BYTES - frame);
      expect((await encodeReply('1', make(fits), files)).length).toBe(MAX_FRAME_BYTES);
      expect(fs.existsSync(directory)).toBe(false);
      const inFile = await encodeReply('1', make(`${fits}x`), files);
      expect(takeReply(fileOf(inFile), directory)).toBe(`${fits}x`);
      fs.rmdirSync(directory);
    }
  });

  it('counts bytes, not characters', async () => {
    const text = '日'.repeat(MAX_FRAME_BYTES / 3);
    expect(takeReply(fileOf(await encodeReply('1', text, files)), directory)).toBe(text);
  });
});
