/**
 * Looks for secrets in all files below a directory, a bundle or a home say: in their bytes, in what they stand for, in the
 * events of logs and on the screens that these give. Reads in constant memory, follows no link, changes nothing.
 */
import fs from 'node:fs';
import path from 'node:path';
import { isErrno } from '../../base/atomicFile.ts';
import { quote, TtyError } from '../../protocol/errors.ts';
import { Redaction } from '../../redact/redaction.ts';
import { type Finding, Findings, type FoundAs } from './findings.ts';
import { LineScan } from './lineScan.ts';
import { JsonText, PageText } from './plainText.ts';

/** What is looked for beside the shapes of well-known tokens. */
export interface ScanSecrets {
  /** Names of variables of `environment`. */
  readonly variables: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly values: readonly string[];
}

export interface ScanResult {
  readonly directory: string;
  /** Nothing was found. */
  readonly clean: boolean;
  readonly files: number;
  readonly bytes: number;
  /** Files whose pictures show what is looked for elsewhere only: on the screens of the log that they were made from. */
  readonly pictures: number;
  /** Links, sockets and the like, which are not looked into. */
  readonly skipped: number;
  /** At most 1,000 places. */
  readonly found: readonly Finding[];
  readonly foundCount: number;
}

const CHUNK_BYTES = 256 * 1024;
const PICTURE = /\.(?:png|gif|webm|mp4)$/i;
const PAGE = /\.(?:html?|svg|xml)$/i;
const LINES = /\.(?:jsonl|cast|ndjson)$/i;

interface Wanted {
  /** Named secrets and shapes. */
  readonly all: Redaction;
  /** Named secrets; undefined without any. */
  readonly named: Redaction | undefined;
}

/**
 * Scans `directory`.
 *
 * @throws TtyError `INVALID_INPUT` when it is no directory, or for what cannot be looked for; `STORAGE_READ_ERROR` for a file that
 *   cannot be read: nothing is then said of the rest
 */
export async function scanDirectory(directory: string, secrets: ScanSecrets, signal: AbortSignal): Promise<ScanResult> {
  const all = Redaction.of({ ...secrets, patterns: true });
  const named = Redaction.of({ ...secrets, patterns: false });
  if (all === undefined) throw new TtyError('INTERNAL_ERROR', 'shapes are always looked for');
  const findings = new Findings(all);
  let files = 0;
  let bytes = 0;
  let pictures = 0;
  let skipped = 0;
  for (const { file, isFile } of below(directory)) {
    signal.throwIfAborted();
    const place = path.relative(directory, file);
    all.finder((rule) => findings.add({ file: place, rule, foundAs: 'name' })).feed(Buffer.from(place));
    if (!isFile) {
      skipped++;
      continue;
    }
    files++;
    if (PICTURE.test(file)) pictures++;
    const found = (rule: string, foundAs: FoundAs, at: Pick<Finding, 'offset' | 'seq'>): void =>
      findings.add({ file: place, rule, foundAs, ...at });
    bytes += await scanFile(file, { all, named }, found, signal);
  }
  const { count, list } = findings;
  return { directory, clean: count === 0, files, bytes, pictures, skipped, found: list, foundCount: count };
}

/** Everything below `directory` that is no directory, in the order of the names. */
function* below(directory: string): Generator<{ file: string; isFile: boolean }> {
  for (const entry of entriesOf(directory)) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) yield* below(file);
    else yield { file, isFile: entry.isFile() };
  }
}

function entriesOf(directory: string): fs.Dirent[] {
  try {
    const entries = fs.readdirSync(directory, { withFileTypes: true });
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    if (isErrno(cause, 'ENOENT', 'ENOTDIR')) {
      throw new TtyError('INVALID_INPUT', `${quote(directory)} is no directory`, {
        details: { path: directory },
        cause,
      });
    }
    throw unreadable(directory, cause);
  }
}

type OnFileFound = (rule: string, foundAs: FoundAs, at: Pick<Finding, 'offset' | 'seq'>) => void;

/** Returns how many bytes it has. */
async function scanFile(file: string, wanted: Wanted, found: OnFileFound, signal: AbortSignal): Promise<number> {
  using views = new FileViews(file, wanted, found);
  let fd: number;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return 0; // removed since it was listed, as a host does with replies
    throw unreadable(file, cause);
  }
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let bytes = 0;
    for (;;) {
      signal.throwIfAborted();
      const length = readChunk(file, fd, chunk);
      if (length === 0) break;
      bytes += length;
      await views.feed(chunk.subarray(0, length));
    }
    await views.end();
    return bytes;
  } finally {
    fs.closeSync(fd);
  }
}

function readChunk(file: string, fd: number, chunk: Buffer): number {
  try {
    return fs.readSync(fd, chunk);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** The forms in which one file is looked at. */
class FileViews implements Disposable {
  readonly #feeds: ((chunk: Buffer) => void)[] = [];
  readonly #ends: (() => void)[] = [];
  readonly #lines: LineScan | undefined;

  constructor(file: string, { all, named }: Wanted, found: OnFileFound) {
    const isLines = LINES.test(file);
    // Hashes of a log look like anything once it is long: for shapes its events are looked at, not its bytes.
    const raw = isLines ? named : all;
    const bytes = raw?.finder((rule, offset) => found(rule, 'bytes', { offset }));
    if (bytes !== undefined) this.#feeds.push((chunk) => bytes.feed(chunk));
    if (isLines) this.#lines = new LineScan(all, (rule, foundAs, seq) => found(rule, foundAs, { seq }));
    else if (!PICTURE.test(file))
      this.#addText(PAGE.test(file) ? [new JsonText(), new PageText()] : [new JsonText()], all, found);
  }

  async feed(chunk: Buffer): Promise<void> {
    for (const feed of this.#feeds) feed(chunk);
    await this.#lines?.feed(chunk);
  }

  async end(): Promise<void> {
    for (const end of this.#ends) end();
    await this.#lines?.end();
  }

  [Symbol.dispose](): void {
    this.#lines?.[Symbol.dispose]();
  }

  #addText(forms: readonly (JsonText | PageText)[], all: Redaction, found: OnFileFound): void {
    for (const form of forms) {
      const text = all.finder((rule) => found(rule, 'text', {}));
      this.#feeds.push((chunk) => text.feed(form.feed(chunk)));
      this.#ends.push(() => text.feed(form.flush()));
    }
  }
}

function unreadable(file: string, cause: unknown): TtyError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new TtyError('STORAGE_READ_ERROR', `cannot read ${quote(file)}: ${message}`, {
    details: { path: file },
    cause,
  });
}
