/**
 * Opaque pixels as a PNG (ISO/IEC 15948): eight bits a channel, no transparency, one image. Written here because it is three times
 * quicker than the canvas for pictures of text, takes them strip by strip, and gives the same bytes with any canvas.
 */
import { once } from 'node:events';
import { constants, createDeflate, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const CHANNELS = 3;
const TRUE_COLOUR = 2;
/** Pixels that are taken at a time, about. */
const STRIP_PIXELS = 256 * 1024;
/** Text on even ground has few patterns: a tenth less is to be had for twice the time. */
const LEVEL = 3;

/** Gives red, green, blue and opacity of the pixels of `rows` rows from row `y` on. */
export type PixelSource = (y: number, rows: number) => Uint8ClampedArray | Uint8Array;

/** Encodes a picture. The same pixels give the same bytes; opacity is not looked at. */
export async function encodePng(
  { width, height }: { readonly width: number; readonly height: number },
  pixels: PixelSource,
): Promise<Buffer> {
  const deflate = createDeflate({ level: LEVEL, strategy: constants.Z_DEFAULT_STRATEGY });
  const packed: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => packed.push(chunk));
  const ended = once(deflate, 'end');
  const stripRows = Math.max(1, Math.floor(STRIP_PIXELS / width));
  let isDrained: Promise<unknown> | undefined;
  for (let y = 0; y < height; y += stripRows) {
    const rows = Math.min(stripRows, height - y);
    // a strip is made while the one before is packed
    const lines = scanLines(pixels(y, rows), width, rows);
    await isDrained;
    isDrained = deflate.write(lines) ? undefined : once(deflate, 'drain');
  }
  deflate.end();
  await ended;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, TRUE_COLOUR], 8);
  return Buffer.concat([SIGNATURE, chunkOf('IHDR', [header]), chunkOf('IDAT', packed), chunkOf('IEND', [])]);
}

/**
 * Whether two PNGs of the form that {@link encodePng} writes show the same pixels; how they are packed differs between versions of
 * zlib. `false` when `other` has any other form, or anything in it beside its pixels. `one` is trusted: its size bounds the memory.
 */
export function isSamePicture(one: Buffer, other: Buffer): boolean {
  const [mine, theirs] = [partsOf(one), partsOf(other)];
  if (mine === undefined || theirs === undefined || !mine.header.equals(theirs.header)) return false;
  const rows = unpack(mine.packed);
  const others = rows === undefined ? undefined : unpack(theirs.packed, rows.length);
  return rows !== undefined && others?.equals(rows) === true;
}

/** Header and packed rows of a picture in exactly three chunks, each with its right checksum. */
function partsOf(png: Buffer): { header: Buffer; packed: Buffer } | undefined {
  if (!png.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return undefined;
  const found: Buffer[] = [];
  let at = SIGNATURE.length;
  for (const type of ['IHDR', 'IDAT', 'IEND']) {
    if (at + 12 > png.length) return undefined;
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    const whole = chunkOf(type, [data]);
    if (!png.subarray(at, at + whole.length).equals(whole)) return undefined;
    found.push(data);
    at += whole.length;
  }
  const [header, packed, end] = found;
  if (header === undefined || packed === undefined || end?.length !== 0 || at !== png.length) return undefined;
  return { header, packed };
}

/** What was packed, if it is no longer than `maxBytes` and nothing lies behind it. */
function unpack(packed: Buffer, maxBytes?: number): Buffer | undefined {
  try {
    const options = { info: true, ...(maxBytes === undefined ? {} : { maxOutputLength: maxBytes }) };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `info` makes of the result; the types of Node do not tell
    const { buffer, engine } = inflateSync(packed, options) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    return engine.bytesWritten === packed.length ? buffer : undefined;
  } catch {
    return undefined; // no zlib stream, or a longer one
  }
}

/** Each row behind the number of its filter, which is none: rows of text repeat better as they are. */
function scanLines(rgba: Uint8ClampedArray | Uint8Array, width: number, rows: number): Buffer {
  const lines = Buffer.allocUnsafe(rows * (1 + width * CHANNELS));
  let to = 0;
  let from = 0;
  for (let row = 0; row < rows; row += 1) {
    lines[to++] = 0;
    for (let col = 0; col < width; col += 1, from += 4) {
      lines[to++] = rgba[from] ?? 0;
      lines[to++] = rgba[from + 1] ?? 0;
      lines[to++] = rgba[from + 2] ?? 0;
    }
  }
  return lines;
}

function chunkOf(type: string, parts: readonly Buffer[]): Buffer {
  const data = Buffer.concat([Buffer.from(type, 'latin1'), ...parts]);
  const chunk = Buffer.alloc(data.length + 8);
  chunk.writeUInt32BE(data.length - type.length, 0);
  data.copy(chunk, 4);
  chunk.writeUInt32BE(crcOf(data), data.length + 4);
  return chunk;
}

/** CRC-32 of ISO 3309, as in annex D of the standard; Node has one only from 20.15 on. */
function crcOf(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 0 ? crc >>> 1 : 0xedb88320 ^ (crc >>> 1);
  return crc >>> 0;
});
