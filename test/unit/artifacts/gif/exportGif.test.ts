import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportGif } from '../../../../src/artifacts/gif/exportGif.ts';
import { takeScreenshot } from '../../../../src/artifacts/screenshot.ts';
import { output, SESSION_ID } from '../../client/support.ts';
import { like, objectWith } from '../../../support/like.ts';
import { assetsDirectory } from '../assets.ts';
import { endedSession } from '../endedSession.ts';
import { FONTS } from '../paint/support.ts';

/** A session in which something is drawn at 0.5 s, at 0.51 s and at 3 s, which ends at 4 s. */
function session(): ReturnType<typeof endedSession> {
  const log = endedSession();
  log.clock.advance(500);
  log.append(output('\u001b[31mone\r\n'));
  log.clock.advance(10);
  log.append(output('two'));
  log.clock.advance(2_490);
  log.append(output(' 漢字 \u001b[7m three'));
  log.clock.advance(1_000);
  log.append({ type: 'exit', payload: { exitCode: 0, exitSignal: null } });
  return log;
}

/** Size and delay (in hundredths of a second) of each frame (GIF89a specification). */
function framesOf(gif: Buffer): { readonly size: readonly [number, number]; readonly delays: number[] } {
  const size = [gif.readUInt16LE(6), gif.readUInt16LE(8)] as const;
  const delays: number[] = [];
  let at = 13 + 3 * 2 ** ((gif.readUInt8(10) & 7) + 1);
  const skipBlocks = (): void => {
    while (gif.readUInt8(at) !== 0) at += gif.readUInt8(at) + 1;
    at += 1;
  };
  for (; gif[at] !== 0x3b;) {
    if (gif[at] === 0x21) {
      if (gif[at + 1] === 0xf9) delays.push(gif.readUInt16LE(at + 4));
      at += 2;
      skipBlocks();
      continue;
    }
    expect(gif[at]).toBe(0x2c);
    const flags = gif.readUInt8(at + 9);
    at += 10 + ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)) + 1;
    skipBlocks();
  }
  expect(at).toBe(gif.length - 1);
  return { size, delays };
}

describe('a GIF that is exported', () => {
  it('has a frame for each time that the screen changed, and the time that the session took', async () => {
    const log = session();
    const result = await exportGif(log.home, 'demo', { assets: assetsDirectory(), fps: 20 });
    const bytes = fs.readFileSync(result.artifactPath);
    expect(result).toMatchObject({
      sessionId: SESSION_ID,
      format: 'gif',
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      capturedAtSeq: 4,
      durationMs: 4_000,
      metadata: { frames: 4, cols: 20, rows: 4, pixelWidth: 176, pixelHeight: 80, framesWithReducedColours: 0 },
    });
    expect(path.basename(result.artifactPath)).toBe('recording-0-4-recorded-20fps-dark-1x.gif');
    // the second change waits until 50 ms after the first one
    expect(framesOf(bytes)).toEqual({ size: [176, 80], delays: [50, 5, 245, 100] });
  });

  it('takes no longer than a second for a pause, or a frame', async () => {
    const log = session();
    const assets = assetsDirectory();
    const accelerated = await exportGif(log.home, 'demo', { assets, timing: 'accelerated', fps: 20 });
    expect(framesOf(fs.readFileSync(accelerated.artifactPath)).delays).toEqual([50, 5, 96, 100]);
    const quick = await exportGif(log.home, 'demo', { assets, timing: 'max-speed', fps: 20 });
    expect(framesOf(fs.readFileSync(quick.artifactPath)).delays).toEqual([5, 5, 5, 2]);
  });

  it('begins with the screen as it was, where a part is asked for', async () => {
    const log = session();
    const result = await exportGif(log.home, 'demo', { assets: assetsDirectory(), from: 2, to: 3 });
    expect(result).toMatchObject({ durationMs: 2_510, capturedAtSeq: 3, metadata: { frames: 2, fromSeq: 2 } });
  });

  const ffmpeg = spawnSync('ffmpeg', ['-version']);
  it.skipIf(ffmpeg.error !== undefined)('ends with the pixels of the screenshot', async () => {
    const log = session();
    const { artifactPath } = await exportGif(log.home, 'demo', { assets: assetsDirectory(), showCursor: true });
    const picture = await takeScreenshot(log.home, 'demo', { fonts: FONTS, scale: 1, showCursor: true });
    const pixels = (file: string): Buffer => {
      const words = ['-v', 'error', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
      return spawnSync('ffmpeg', words, { maxBuffer: 2 ** 28 }).stdout;
    };
    const wanted = pixels(picture.artifactPath);
    expect(wanted.length).toBe(176 * 80 * 3);
    expect(pixels(artifactPath).subarray(-wanted.length).equals(wanted)).toBe(true);
  });

  it.each([
    [{ fps: 51 }, 'INVALID_INPUT', /fps must be a whole number from 1 to 50, got 51/],
    [{ scale: 5 }, 'INVALID_INPUT', /scale must be a whole number from 1 to 4, got 5/],
    [{ from: 9 }, 'EXPORT_ERROR', /the log has no event 9/],
  ])('is not made of %j', async (options, code, message) => {
    const log = session();
    await expect(exportGif(log.home, 'demo', { assets: assetsDirectory(), ...options })).rejects.toMatchObject({
      code,
      message: like(message),
    });
  });

  it('is refused, before any frame, for a screen that would be too large', async () => {
    const log = endedSession();
    log.append(
      { type: 'resize', payload: { cols: 1_000, rows: 1_000 } },
      { type: 'resize', payload: { cols: 9, rows: 9 } },
    );
    await expect(exportGif(log.home, 'demo', { assets: assetsDirectory() })).rejects.toMatchObject({
      code: 'EXPORT_ERROR',
      details: objectWith({ reason: 'too_large' }),
    });
  });

  it('leaves nothing when it is taken back', async () => {
    const log = session();
    const out = path.join(log.home, 'x.gif');
    const stop = new AbortController();
    const making = exportGif(log.home, 'demo', {
      assets: assetsDirectory(),
      out,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(making).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(fs.readdirSync(log.home).filter((name) => name.includes('x.gif'))).toEqual([]);
  });
});
