/** What is put in the place of a secret: as many columns of asterisks, so that a screen keeps its layout. */
import { columnsOf } from '../protocol/columns.ts';

const MASK = 0x2a;

/** `bytes` with those whose flag is set replaced, each character by as many asterisks as it takes columns. */
export function maskFlagged(bytes: Buffer, flags: Uint8Array): Buffer {
  const masked = Buffer.allocUnsafe(bytes.length + bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (flags[at] !== 1) {
      masked[length++] = byte;
      at++;
      continue;
    }
    const size = Math.min(characterBytes(byte), bytes.length - at);
    const columns = size === 1 ? Number(byte < 0x80) : columnsOf(bytes.toString('utf8', at, at + size));
    for (let column = 0; column < columns; column++) masked[length++] = MASK;
    at += size;
  }
  return masked.subarray(0, length);
}

/** Bytes of the UTF-8 character that begins with `lead`; 1 for a byte that begins none. */
function characterBytes(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}
