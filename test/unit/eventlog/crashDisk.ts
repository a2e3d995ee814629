/**
 * What may be on a disk after a power cut: records the file operations of logs, and makes the images that a crash between
 * any two of them may leave. What was synced is there; of the rest any part may be, in any order, torn or as zeros.
 */
import fs from 'node:fs';
import path from 'node:path';
import { openLogFile } from '../../../src/eventlog/logFile.ts';
import type { LogFile, OpenLogFile } from '../../../src/eventlog/logFile.ts';
import { syncPointPath } from '../../../src/eventlog/syncPoint.ts';

type Change =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly sizeBytes: number };

/** One operation, as it ended. `synced` ends a sync that covers the changes of `file` before operation `from`. */
export type Operation =
  | { readonly file: string; readonly kind: 'create' }
  | (Change & { readonly file: string })
  | { readonly file: string; readonly kind: 'synced'; readonly from: number }
  | { readonly file: string; readonly kind: 'entrySynced' }
  /** The hint beside the log, which is never synced. */
  | { readonly file: string; readonly kind: 'point'; readonly text: string };

/** Opens real files and keeps the list of what happened to them. Syncs end when the test lets them; nothing is synced really. */
export class CrashDisk {
  readonly operations: Operation[] = [];
  #points = new Map<string, string>();

  readonly open: OpenLogFile = (file, mode) => {
    const real = openLogFile(file, mode);
    if (mode === 'create') this.operations.push({ file, kind: 'create' });
    return { ...real, ...this.#recorded(file, real) };
  };

  /** Takes note of the hint beside the log `file`, if it changed. */
  lookAtPoint(file: string): void {
    const at = syncPointPath(file);
    const text = fs.existsSync(at) ? fs.readFileSync(at, 'latin1') : '';
    if (text === (this.#points.get(file) ?? '')) return;
    this.#points.set(file, text);
    this.operations.push({ file, kind: 'point', text });
  }

  #recorded(file: string, real: LogFile): Partial<LogFile> {
    const synced = (from: number): void => void this.operations.push({ file, kind: 'synced', from });
    return {
      write: (bytes, from) => {
        const at = real.stat().sizeBytes;
        const count = real.write(bytes, from);
        this.operations.push({ file, kind: 'write', at, bytes: Buffer.from(bytes.subarray(from, from + count)) });
        return count;
      },
      truncate: (sizeBytes) => {
        real.truncate(sizeBytes);
        this.operations.push({ file, kind: 'truncate', sizeBytes });
      },
      sync: async () => {
        const from = this.operations.length;
        await new Promise((resolve) => void setImmediate(resolve));
        synced(from);
      },
      syncDirectory: async () => void this.operations.push({ file, kind: 'entrySynced' }),
      syncNow: () => {
        synced(this.operations.length);
        this.operations.push({ file, kind: 'entrySynced' });
      },
    };
  }
}

/** Whole numbers from 0 to below `bound`, the same ones for the same seed (a linear congruential generator). */
export function randomNumbers(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** What a crash left: each file that is there, and of each the bytes that must be. */
export interface CrashImage {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly durable: ReadonlyMap<string, Buffer>;
  readonly how: string;
}

/** The images of a crash right after the first `count` operations, `base` being on the disk already. */
export function* imagesAfter(
  operations: readonly Operation[],
  count: number,
  random: (bound: number) => number,
  base: ReadonlyMap<string, Buffer> = new Map(),
): Generator<CrashImage> {
  const done = operations.slice(0, count);
  const names = [...new Set([...base.keys(), ...done.map(({ file }) => file)])];
  const states = names.map((file) => stateOf(file, done, base.get(file)));
  const durable = new Map(states.map(({ file, before }) => [file, before]));
  // made when it is asked for: most images of a long list are passed over
  const image = (how: string, pick: (state: FileState) => Buffer | undefined): CrashImage => {
    let made: ReadonlyMap<string, Buffer> | undefined;
    return {
      get files() {
        made ??= filesOf(states, pick, random);
        return made;
      },
      durable,
      how: `${how} after ${count} operations`,
    };
  };
  yield image('all', ({ before, open }) => apply(before, open));
  yield image('only what was synced', ({ before, isEntryDurable }) => (isEntryDurable ? before : undefined));
  for (const cut of cutsOf(states, random)) {
    for (const filled of [false, true])
      yield image(`last write cut at ${cut}${filled ? ', zeros behind' : ''}`, (state) => torn(state, cut, filled));
  }
  const most = Math.max(0, ...states.map(({ open }) => open.length));
  for (let n = 0; n < Math.min(2 ** most, 64); n++)
    yield image('some writes lost', ({ before, open }) =>
      apply(
        before,
        open.filter(() => random(2) === 0),
      ),
    );
}

function filesOf(
  states: readonly FileState[],
  pick: (state: FileState) => Buffer | undefined,
  random: (bound: number) => number,
): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const state of states) {
    const bytes = pick(state);
    if (bytes !== undefined) files.set(state.file, bytes);
    const point = pointOf(state, random);
    if (point !== undefined) files.set(syncPointPath(state.file), point);
  }
  return files;
}

interface FileState {
  readonly file: string;
  readonly before: Buffer;
  readonly isEntryDurable: boolean;
  /** Changes that no sync covers. */
  readonly open: readonly Change[];
  readonly points: readonly string[];
}

function stateOf(file: string, done: readonly Operation[], base: Buffer | undefined): FileState {
  let before = base ?? Buffer.alloc(0);
  let isEntryDurable = base !== undefined;
  let open: { change: Change; at: number }[] = [];
  const points: string[] = [];
  for (const [at, operation] of done.entries()) {
    if (operation.file !== file) continue;
    if (operation.kind === 'write' || operation.kind === 'truncate') open.push({ change: operation, at });
    else if (operation.kind === 'point') points.push(operation.text);
    else if (operation.kind === 'entrySynced') isEntryDurable = true;
    else if (operation.kind === 'synced') {
      before = apply(
        before,
        open.filter((one) => one.at < operation.from).map(({ change }) => change),
      );
      open = open.filter((one) => one.at >= operation.from);
    }
  }
  return { file, before, isEntryDurable, open: open.map(({ change }) => change), points };
}

/** The hint is never synced: any of them may be there, none, or a torn one. */
function pointOf({ points }: FileState, random: (bound: number) => number): Buffer | undefined {
  const text = points[random(points.length + 1)];
  if (text === undefined || text === '') return undefined;
  return Buffer.from(random(4) === 0 ? text.slice(0, random(text.length)) : text, 'latin1');
}

function apply(before: Buffer, changes: readonly Change[]): Buffer {
  let bytes = before;
  for (const change of changes) bytes = applied(bytes, change);
  return bytes;
}

function applied(bytes: Buffer, change: Change): Buffer {
  if (change.kind === 'truncate') return resized(bytes, change.sizeBytes);
  const result = Buffer.from(resized(bytes, Math.max(bytes.length, change.at + change.bytes.length)));
  change.bytes.copy(result, change.at);
  return result;
}

function resized(bytes: Buffer, size: number): Buffer {
  return size <= bytes.length ? bytes.subarray(0, size) : Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
}

function lastWrite({ open }: FileState): Extract<Change, { kind: 'write' }> | undefined {
  const last = open.at(-1);
  return last?.kind === 'write' ? last : undefined;
}

/** Lengths at which the last write of a file is cut: each edge of a sector, and some between. */
function cutsOf(states: readonly FileState[], random: (bound: number) => number): number[] {
  const cuts = new Set<number>();
  for (const state of states) {
    const write = lastWrite(state);
    if (write === undefined) continue;
    for (let edge = 512 - (write.at % 512); edge < write.bytes.length; edge += 512) cuts.add(edge);
    for (let n = 0; n < 20; n++) cuts.add(random(write.bytes.length));
  }
  return [...cuts];
}

function torn(state: FileState, cut: number, filled: boolean): Buffer {
  const write = lastWrite(state);
  const rest = apply(state.before, state.open.slice(0, -1));
  if (write === undefined) return apply(state.before, state.open);
  const part = { ...write, bytes: write.bytes.subarray(0, cut) };
  const bytes = applied(rest, part);
  return filled ? resized(bytes, Math.max(bytes.length, write.at + write.bytes.length)) : bytes;
}

/** Puts an image into `directory`, which is emptied first. */
export function writeImage(directory: string, image: CrashImage): void {
  for (const name of fs.readdirSync(directory)) fs.rmSync(path.join(directory, name));
  for (const [file, bytes] of image.files)
    fs.writeFileSync(path.join(directory, path.basename(file)), bytes, { mode: 0o600 });
}
