/** Text that a command takes as a word, from a file, or from standard input. */
import fs from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { isErrno } from '../base/atomicFile.ts';
import { quote, TtyError } from '../protocol/errors.ts';

const READ_BYTES = 64 * 1024;

/** Where the text may come from; exactly one of `word` and `file` has to be given. `-` as word means standard input. */
export interface TextSource {
  /** What the text is, for messages: `command`, `text`. */
  readonly what: string;
  readonly word: string | undefined;
  readonly file: string | undefined;
  readonly stdin: () => NodeJS.ReadableStream;
  readonly maxBytes: number;
}

/** @throws TtyError `INVALID_INPUT` when nothing or two things were given, the file cannot be read, or the text is too long or no UTF-8 */
export async function readText(source: TextSource): Promise<string> {
  const { what, word, file } = source;
  if (word !== undefined && file !== undefined)
    throw invalid(`give the ${what} as a word or with --file, not both`, 'usage');
  if (word === undefined && file === undefined)
    throw invalid(`${what} missing: give it as a word, with --file, or - for standard input`, 'usage');
  if (file === '') throw invalid('--file must be a file, got ""', 'usage');
  if (file !== undefined) return decode(source, readWholeFile(source, file), `--file ${quote(file)}`);
  if (word === '-') return decode(source, await readStream(source), 'standard input');
  return decode(source, Buffer.from(word ?? ''), `the ${what}`);
}

function decode(source: TextSource, bytes: Buffer, from: string): string {
  if (bytes.length > source.maxBytes) throw tooLong(source, `${bytes.length}`);
  if (!isUtf8(bytes)) throw invalid(`${from} is not UTF-8`, 'encoding');
  return bytes.toString('utf8');
}

function readWholeFile(source: TextSource, file: string): Buffer {
  try {
    const fd = fs.openSync(file, 'r');
    try {
      const stat = fs.fstatSync(fd);
      if (stat.isDirectory()) throw invalid(`--file ${quote(file)} is a directory`, 'usage');
      if (stat.size > source.maxBytes) throw tooLong(source, `${stat.size}`);
      return readBounded(source, fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw invalid(`--file ${quote(file)} does not exist`, 'usage');
    if (isErrno(error, 'EACCES')) throw invalid(`--file ${quote(file)} may not be read by this user`, 'usage');
    throw error;
  }
}

/** A pipe or a device has no size that could be looked at, and may have no end. */
function readBounded(source: TextSource, fd: number): Buffer {
  const parts: Buffer[] = [];
  for (let bytes = 0; bytes <= source.maxBytes;) {
    const part = Buffer.allocUnsafe(READ_BYTES);
    const read = fs.readSync(fd, part);
    if (read === 0) return Buffer.concat(parts);
    parts.push(part.subarray(0, read));
    bytes += read;
  }
  throw tooLong(source, `more than ${source.maxBytes}`);
}

async function readStream(source: TextSource): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source.stdin()) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > source.maxBytes) throw tooLong(source, `more than ${source.maxBytes}`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLong(source: TextSource, bytes: string): TtyError {
  return invalid(`the ${source.what} has ${bytes} bytes; at most ${source.maxBytes} are allowed`, 'limit');
}

function invalid(message: string, reason: string): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason } });
}
