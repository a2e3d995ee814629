import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { loadImage, createCanvas } from '@napi-rs/canvas';
import { describe, expect, it } from 'vitest';
import { loadCanvas } from '../../../src/artifacts/canvas.ts';
import { replaySnapshot } from '../../../src/artifacts/replaySnapshot.ts';
import { takeScreenshot } from '../../../src/artifacts/screenshot.ts';
import { readLastEvents } from '../../../src/eventlog/tail.ts';
import type { ScreenshotOptions, ScreenshotResult } from '../../../src/protocol/picture.ts';
import { ScreenModel } from '../../../src/screen/emulator/screenModel.ts';
import { listArtifacts } from '../../../src/store/artifacts.ts';
import { writeLastScreen } from '../../../src/store/lastScreen.ts';
import { newDirectory, output, SESSION_ID } from '../client/support.ts';
import { endedSession } from './endedSession.ts';
import { FONTS } from './paint/support.ts';
import { checkpointOf } from '../screen/emulator/checkpointOf.ts';

const LOOKS =
  '\u001b[4:3;58:5:9mwave\u001b[0m \u001b]8;;https://a.example\u0007link\u001b]8;;\u0007 漢😀\r\n\u001b]4;2;#123456\u0007\u001b[32mown\u001b[5 q';

const shoot = (home: string, options: ScreenshotOptions = {}): Promise<ScreenshotResult> =>
  takeScreenshot(home, 'demo', { ...options, fonts: FONTS });

const bytesOf = (result: ScreenshotResult): string => fs.readFileSync(result.artifactPath).toString('base64');

describe('a screenshot', () => {
  it('is a PNG of the size that it tells, among the artifacts, named for what it shows', async () => {
    const log = endedSession();
    log.append(output(LOOKS));
    const result = await shoot(log.home);
    const bytes = fs.readFileSync(result.artifactPath);
    expect(result).toEqual({
      sessionId: SESSION_ID,
      capturedAtSeq: 1,
      profileName: 'dark',
      cols: 20,
      rows: 4,
      cursorVisible: true,
      artifactPath: result.artifactPath,
      pngSizeBytes: bytes.length,
      pixelWidth: 22 * 16,
      pixelHeight: 4 * 32 + 2 * 16,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      rendererBackend: 'skia (@napi-rs/canvas)',
      scale: 2,
      fonts: ['DejaVu Sans Mono', 'UnifontEX', 'Noto Emoji'],
      missingGlyphs: [],
    });
    expect(listArtifacts(log.home, SESSION_ID).map(({ name }) => name)).toEqual(['screenshot-1-dark-2x.png']);
    const image = await loadImage(bytes);
    expect([image.width, image.height]).toEqual([result.pixelWidth, result.pixelHeight]);
  });

  it('has the same bytes each time, from the log and from the screen that the host left beside it', async () => {
    const log = endedSession();
    log.append(output(LOOKS));
    const first = bytesOf(await shoot(log.home, { showCursor: true }));
    expect(bytesOf(await shoot(log.home, { showCursor: true }))).toBe(first);
    using model = new ScreenModel({ cols: 20, rows: 4 });
    model.write(Buffer.from(LOOKS), 1);
    const head = readLastEvents(log.file).events.at(-1);
    const drawing = checkpointOf(model)?.toString('utf8') ?? '';
    const kept = { head: { seq: head?.seq ?? 0, h: head?.h ?? '' }, capturedAtSeq: 1, cols: 20, rows: 4, drawing };
    writeLastScreen(path.join(path.dirname(log.file), 'screen.json'), kept);
    expect(bytesOf(await shoot(log.home, { showCursor: true }))).toBe(first);
  });

  it('shows the pixels that were painted', async () => {
    const log = endedSession();
    log.append(output('\u001b[41m \u001b[48;2;1;2;3m '));
    const image = await loadImage(fs.readFileSync((await shoot(log.home, { scale: 1 })).artifactPath));
    const context = createCanvas(image.width, image.height).getContext('2d');
    context.drawImage(image, 0, 0);
    const pixel = (x: number, y: number): number[] => [...context.getImageData(x, y, 1, 1).data];
    expect([pixel(8, 8), pixel(15, 23), pixel(16, 8), pixel(24, 8), pixel(7, 8)]).toEqual([
      [0xcc, 0, 0, 255],
      [0xcc, 0, 0, 255],
      [1, 2, 3, 255],
      [0, 0, 0, 255],
      [0, 0, 0, 255],
    ]);
  });

  it('shows the screen as it stood after any event, in any theme and size, with the cursor when asked', async () => {
    const log = endedSession();
    log.append(output('one'), output('\r\ntwo'), { type: 'resize', payload: { cols: 10, rows: 2 } });
    expect(await shoot(log.home, { at: 1 })).toMatchObject({ capturedAtSeq: 1, cols: 20 });
    expect(await shoot(log.home)).toMatchObject({ capturedAtSeq: 3, cols: 10, rows: 2 });
    const one = bytesOf(await shoot(log.home, { at: 1 }));
    expect(bytesOf(await shoot(log.home, { at: 2 }))).not.toBe(one);
    expect(bytesOf(await shoot(log.home, { at: 1, theme: 'light' }))).not.toBe(one);
    expect(bytesOf(await shoot(log.home, { at: 1, showCursor: true }))).not.toBe(one);
    expect(await shoot(log.home, { at: 1, scale: 4 })).toMatchObject({ pixelWidth: 22 * 32 });
    await expect(shoot(log.home, { at: 4 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('replaces no file unless it may, and leaves nothing when it fails', async () => {
    const log = endedSession();
    log.append(output('x'));
    const out = path.join(newDirectory(), 'a.png');
    const { sha256 } = await shoot(log.home, { out });
    await expect(shoot(log.home, { out })).rejects.toMatchObject({ code: 'EXPORT_ERROR' });
    expect(await shoot(log.home, { out, force: true })).toMatchObject({ artifactPath: out, sha256 });
    await expect(shoot(log.home, { out: `${out}.d/b.png` })).rejects.toMatchObject({ code: 'EXPORT_ERROR' });
    expect(fs.readdirSync(path.dirname(out))).toEqual(['a.png']);
    expect(listArtifacts(log.home, SESSION_ID)).toEqual([]);
  });

  it('refuses what cannot be drawn before it draws anything', async () => {
    const large = endedSession({ cols: 1000, rows: 1000 });
    await expect(shoot(large.home)).rejects.toMatchObject({
      code: 'EXPORT_ERROR',
      message: 'a picture of 1000x1000 cells at scale 1 would have 8016x16016 pixels, more than 9000000',
    });
    const log = endedSession();
    log.append({ type: 'resize', payload: { cols: 1000, rows: 1000 } });
    await expect(shoot(log.home, { at: 1 })).rejects.toMatchObject({ code: 'EXPORT_ERROR' });
    for (const scale of [0, 5, 1.5, Number.NaN])
      await expect(shoot(log.home, { scale })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('of a large screen is drawn smaller unless a size was asked for', async () => {
    const log = endedSession({ cols: 300, rows: 100 });
    log.append({ type: 'resize', payload: { cols: 300, rows: 100 } });
    expect(await shoot(log.home)).toMatchObject({ scale: 1, pixelWidth: 302 * 8 });
    await expect(shoot(log.home, { scale: 2 })).rejects.toMatchObject({ code: 'EXPORT_ERROR' });
  });

  it('asks for a live screen only when everything else is right', async () => {
    const log = endedSession();
    log.append(output('x'));
    let asked = 0;
    const live = async (): ReturnType<typeof replaySnapshot> => {
      asked += 1;
      return replaySnapshot(log.file, { includeCells: true });
    };
    await expect(takeScreenshot(log.home, 'demo', { scale: 9, fonts: FONTS, live })).rejects.toThrow('scale');
    expect(asked).toBe(0);
    const own = bytesOf(await takeScreenshot(log.home, 'demo', { fonts: FONTS, live }));
    expect(asked).toBe(1);
    expect(bytesOf(await shoot(log.home))).toBe(own);
  });

  it('names the font that is missing', async () => {
    const kit = await loadCanvas(newDirectory());
    expect(() => kit.faces.regular.covers(65)).toThrow('DejaVuSansMono.ttf');
  });
});
