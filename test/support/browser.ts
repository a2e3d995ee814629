/** Chromium and ffmpeg, as the tests of recordings use them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';
import { installedBrowser } from '../../src/artifacts/video/findBrowser.ts';

/** A Chromium that is installed here. */
export const BROWSER_PROGRAM = installedBrowser(process.env['PATH']);

/** Why the tests of this file cannot run here; `undefined` when they can. */
export function missingFor(...programs: readonly string[]): string | undefined {
  if (BROWSER_PROGRAM === undefined) return 'no Chromium is installed';
  const missing = programs.find((name) => spawnSync(name, ['-version']).error !== undefined);
  return missing === undefined ? undefined : `${missing} is not installed`;
}

/** A browser of the test's own; the caller closes it. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(BROWSER_PROGRAM === undefined ? {} : { executablePath: BROWSER_PROGRAM }),
    chromiumSandbox: process.getuid?.() !== 0,
  });
}

/** What `ffprobe` says of a video when it decodes all of it. */
export interface Probed {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly durationS: number;
}

export function probe(file: string): Probed {
  const entries = 'stream=codec_name,width,height,nb_read_frames:format=duration';
  const words = ['-v', 'error', '-count_frames', '-show_entries', entries, '-of', 'default=noprint_wrappers=1', file];
  const text = execFileSync('ffprobe', words, { encoding: 'utf8' });
  const field = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  return {
    codec: field('codec_name'),
    width: Number(field('width')),
    height: Number(field('height')),
    frames: Number(field('nb_read_frames')),
    durationS: Number(field('duration')),
  };
}

/** Red, green and blue of each pixel of the last frame of a film, or of a picture. */
export function lastPixels(
  file: string,
  { width, height }: { readonly width: number; readonly height: number },
): Buffer {
  const words = ['-v', 'fatal', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-fps_mode', 'passthrough', '-'];
  const all = execFileSync('ffmpeg', words, { maxBuffer: 2 ** 30 });
  return all.subarray(-width * height * 3);
}

/** How bright each pixel is (ITU-R BT.709); videos keep that for every pixel, but a colour only for each four. */
function lumaOf(rgb: Buffer): Float64Array {
  return Float64Array.from(
    { length: rgb.length / 3 },
    (_, at) => 0.2126 * (rgb[3 * at] ?? 0) + 0.7152 * (rgb[3 * at + 1] ?? 0) + 0.0722 * (rgb[3 * at + 2] ?? 0),
  );
}

/** How near two pictures are in dB, in brightness and in each of red, green and blue; more than 35 is hard to see. */
export function nearness(one: Buffer, other: Buffer): { readonly luma: number; readonly colours: number } {
  if (one.length !== other.length || one.length === 0) throw new Error(`${one.length} bytes beside ${other.length}`);
  return { luma: decibels(lumaOf(one), lumaOf(other)), colours: decibels(one, other) };
}

function decibels(one: Uint8Array | Float64Array, other: Uint8Array | Float64Array): number {
  let sum = 0;
  for (const [at, value] of one.entries()) sum += (value - (other[at] ?? 0)) ** 2;
  return sum === 0 ? Infinity : 10 * Math.log10((255 * 255 * one.length) / sum);
}
