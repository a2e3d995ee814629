/** What characters a font file has. */
import { inflateSync } from 'node:zlib';

const WOFF = 0x774f4646;
/** `cmap` as a number. */
const CMAP = 0x636d6170;
/** Subtable of the whole of Unicode: segments of 32 bits. */
const SEGMENTED_COVERAGE = 12;

/**
 * The code points of a font in OpenType or WOFF 1 (OpenType `cmap` format 12, W3C WOFF 1.0). `undefined` for a file that is none
 * of these.
 */
export function readCoverage(font: Buffer): ((code: number) => boolean) | undefined {
  const cmap = font.length < 12 ? undefined : font.readUInt32BE(0) === WOFF ? woffTable(font) : sfntTable(font);
  const groups = cmap === undefined ? undefined : segmentsOf(cmap);
  if (groups === undefined) return undefined;
  return (code) => {
    let [from, to] = [0, groups.length / 2];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (code < (groups[2 * middle] ?? 0)) to = middle;
      else if (code > (groups[2 * middle + 1] ?? 0)) from = middle + 1;
      else return true;
    }
    return false;
  };
}

function sfntTable(font: Buffer): Buffer | undefined {
  for (let index = 0; index < font.readUInt16BE(4); index += 1) {
    const entry = 12 + 16 * index;
    if (font.readUInt32BE(entry) !== CMAP) continue;
    const offset = font.readUInt32BE(entry + 8);
    return font.subarray(offset, offset + font.readUInt32BE(entry + 12));
  }
  return undefined;
}

function woffTable(font: Buffer): Buffer | undefined {
  for (let index = 0; index < font.readUInt16BE(12); index += 1) {
    const entry = 44 + 20 * index;
    if (font.readUInt32BE(entry) !== CMAP) continue;
    const offset = font.readUInt32BE(entry + 4);
    const packed = font.readUInt32BE(entry + 8);
    const bytes = font.subarray(offset, offset + packed);
    return packed < font.readUInt32BE(entry + 12) ? inflateSync(bytes) : bytes;
  }
  return undefined;
}

/** First and last code point of each segment, in order. */
function segmentsOf(cmap: Buffer): Uint32Array | undefined {
  for (let index = 0; index < cmap.readUInt16BE(2); index += 1) {
    const table = cmap.readUInt32BE(4 + 8 * index + 4);
    if (cmap.readUInt16BE(table) !== SEGMENTED_COVERAGE) continue;
    const count = cmap.readUInt32BE(table + 12);
    const segments = new Uint32Array(2 * count);
    for (let group = 0; group < count; group += 1) {
      segments[2 * group] = cmap.readUInt32BE(table + 16 + 12 * group);
      segments[2 * group + 1] = cmap.readUInt32BE(table + 20 + 12 * group);
    }
    return segments;
  }
  return undefined;
}
