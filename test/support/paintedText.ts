/**
 * Looks for text in pictures. The pixels of cells that are known to show it are compared with every place of the grid of cells
 * where it could stand, by normalized cross-correlation: other colours and what a codec blurs change that little.
 */
import { execFileSync } from 'node:child_process';
import { metricsOf, pictureSize } from '../../src/artifacts/paint/metrics.ts';

const METRICS = metricsOf(1);

export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** Brightness of the pixels of one picture at scale 1. */
export type Picture = Buffer;

/** Every picture of a film at scale 1, decoded by ffmpeg; of equal ones one. */
export function picturesOf(file: string, size: Size): Picture[] {
  const words = ['-v', 'fatal', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'gray', '-fps_mode', 'passthrough', '-'];
  const all = execFileSync('ffmpeg', words, { maxBuffer: 2 ** 30 });
  const { width, height } = pictureSize(size, METRICS);
  const different = new Map<string, Picture>();
  for (let at = 0; at < all.length; at += width * height) {
    const picture = all.subarray(at, at + width * height);
    different.set(picture.toString('latin1'), picture);
  }
  return [...different.values()];
}

/** The pixels of `count` cells, less their mean and with a length of 1; `undefined` where all are nearly alike. */
export function cellsAt(
  picture: Picture,
  { cols, rows }: Size,
  { row, col, count }: { readonly row: number; readonly col: number; readonly count: number },
): Float64Array | undefined {
  const { cellWidth, cellHeight, padding } = METRICS;
  const { width } = pictureSize({ cols, rows }, METRICS);
  const values = new Float64Array(count * cellWidth * cellHeight);
  let at = 0;
  let sum = 0;
  for (let y = 0; y < cellHeight; y++) {
    const from = (padding + row * cellHeight + y) * width + padding + col * cellWidth;
    for (let x = from; x < from + count * cellWidth; x++) {
      const value = picture[x] ?? 0;
      values[at++] = value;
      sum += value;
    }
  }
  const mean = sum / values.length;
  const length = Math.sqrt(values.reduce((squares, value) => squares + (value - mean) ** 2, 0));
  if (length < Math.sqrt(values.length)) return undefined;
  return values.map((value) => (value - mean) / length);
}

/** How like `wanted` the cells of a row are that are most like it: 1 is the same text. */
export function likeness(pictures: readonly Picture[], size: Size, wanted: Float64Array): number {
  const count = wanted.length / METRICS.cellWidth / METRICS.cellHeight;
  let most = 0;
  for (const picture of pictures) {
    for (let row = 0; row < size.rows; row++) {
      for (let col = 0; col + count <= size.cols; col++) {
        const found = cellsAt(picture, size, { row, col, count });
        if (found !== undefined) most = Math.max(most, product(found, wanted));
      }
    }
  }
  return most;
}

function product(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return Math.abs(sum);
}
