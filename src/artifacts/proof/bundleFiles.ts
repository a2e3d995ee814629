/** The files of a bundle that is being made: the log is copied, and the parts are made of it as it goes by. */
import fs from 'node:fs';
import path from 'node:path';
import { openForReading } from '../../eventlog/logFile.ts';
import { faultError } from '../../eventlog/scanner.ts';
import { readLastEvents } from '../../eventlog/tail.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { AbsentProofFile, CreateProofOptions, ProofFile } from '../../protocol/proof.ts';
import type { ScreenModel } from '../../screen/emulator/screenModel.ts';
import { OutputFile } from '../outputFile.ts';
import { hashFile } from './bundleDirectory.ts';
import { LOG_FILE, MAX_LOG_BYTES, MAX_RUNS } from './layout.ts';
import type { Derived } from './manifest.ts';
import type { BundleSource, HashedPart, PartPlace, PartWork, RemadePart } from './part.ts';
import { PARTS } from './parts.ts';
import { Projection } from './projection.ts';

/** What is written, and what it is made of. */
export interface FilesWanted extends Pick<CreateProofOptions, 'without' | 'onProgress'>, Omit<BundleSource, 'toSeq'> {
  readonly log: string;
}

/** What was written. */
export interface FilesWritten {
  readonly derived: Derived;
  readonly files: readonly ProofFile[];
  readonly absent: readonly AbsentProofFile[];
}

/**
 * Writes the log and all parts of it into `directory`.
 *
 * @throws TtyError `EXPORT_ERROR` for a session that is too large, `LOG_CORRUPT`, `REPLAY_ERROR`, `STORAGE_READ_ERROR`, `CANCELLED`
 */
export async function writeBundleFiles(directory: string, wanted: FilesWanted): Promise<FilesWritten> {
  const { log, without = [] } = wanted;
  const logBytes = endOf(log);
  const files: ProofFile[] = [];
  const absent: AbsentProofFile[] = [];
  using making = new PartsMaking(directory, wanted, logBytes);
  using projection = new Projection(log, making.works);
  files.push(await copyLog(directory, projection, { ...wanted, logBytes }));
  const screen = await projection.screen();
  const source = { ...wanted, toSeq: projection.scanner.head.seq };
  for (const { name } of PARTS) {
    const made = without.includes(name) ? LEFT_OUT : await making.finish(name, screen, source);
    if (typeof made === 'string') absent.push({ name, reason: made });
    else files.push(made);
  }
  return { derived: projection.derived(screen), files, absent };
}

/** The error for a session that makes no bundle. */
export function tooLarge(what: string): TtyError {
  return new TtyError('EXPORT_ERROR', `the session is too large for a bundle: ${what}`, {
    details: { reason: 'too_large' },
  });
}

const LEFT_OUT = 'it was to be left out';

/** The parts under way. Dispose it: what was not finished leaves nothing. */
class PartsMaking implements Disposable {
  readonly #directory: string;
  readonly #remade = new Map<string, { readonly file: OutputFile; readonly work: PartWork }>();
  readonly #hashed = new Map<string, HashedPart>();

  constructor(directory: string, { without = [], assets }: FilesWanted, logBytes: number) {
    this.#directory = directory;
    for (const part of PARTS) {
      if (without.includes(part.name)) continue;
      if (part.check === 'hash') this.#hashed.set(part.name, part);
      else this.#begin(part, { logBytes, assets });
    }
  }

  get works(): PartWork[] {
    return [...this.#remade.values()].map(({ work }) => work);
  }

  /** The file of a part, or why there is none. */
  async finish(name: string, screen: ScreenModel, source: BundleSource): Promise<ProofFile | string> {
    const out = path.join(this.#directory, name);
    const hashed = this.#hashed.get(name);
    if (hashed !== undefined) return (await hashed.make(source, out)) ?? describeFile(name, out);
    const remade = this.#remade.get(name);
    const notMade = await remade?.work.end(screen);
    if (remade === undefined || notMade !== undefined) return notMade?.reason ?? LEFT_OUT;
    return { name, ...remade.file.commit({ force: false }) };
  }

  [Symbol.dispose](): void {
    for (const { file } of this.#remade.values()) file[Symbol.dispose]();
  }

  #begin(part: RemadePart, place: Omit<PartPlace, 'sink'>): void {
    const file = new OutputFile(path.join(this.#directory, part.name));
    this.#remade.set(part.name, { file, work: part.begin({ ...place, sink: file }) });
  }
}

async function describeFile(name: string, file: string): Promise<ProofFile> {
  const fd = fs.openSync(file, 'r');
  try {
    return { name, bytes: fs.fstatSync(fd).size, sha256: await hashFile(fd) };
  } finally {
    fs.closeSync(fd);
  }
}

async function copyLog(
  directory: string,
  projection: Projection,
  { log, logBytes, signal, onProgress }: FilesWanted & { readonly logBytes: number },
): Promise<ProofFile> {
  const fd = openForReading(log);
  try {
    using copy = new OutputFile(path.join(directory, LOG_FILE));
    const onBytes = (bytes: Buffer): void => copy.writeBytes(bytes);
    await projection.read(fd, { toOffset: logBytes, signal, onProgress, onBytes });
    const { fault, offset, head } = projection.scanner;
    if (fault !== undefined) throw faultError(log, fault);
    if (projection.facts.hasTooManyRuns) throw tooLarge(`it has more than ${MAX_RUNS} runs`);
    if (offset !== logBytes) {
      const reason = `it ended with event ${head.seq} while it was read`;
      throw faultError(log, { kind: 'shorter', seq: head.seq + 1, offset, reason });
    }
    return { name: LOG_FILE, ...copy.commit({ force: false }) };
  } finally {
    fs.closeSync(fd);
  }
}

/** Where the last whole event of the log ends. */
function endOf(log: string): number {
  const { events, endOffset } = readLastEvents(log);
  if (events.length === 0)
    throw new TtyError('EXPORT_ERROR', `${log} holds no events`, { details: { reason: 'range' } });
  if (endOffset > MAX_LOG_BYTES) throw tooLarge(`its log has ${endOffset} bytes, more than ${MAX_LOG_BYTES}`);
  return endOffset;
}
