/** The shape of node-pty's native half, checked where it is loaded: it is not public API and may change with a release. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { TtyError, quote } from '../../protocol/errors.ts';

/** A forked child with its terminal: the master's descriptor (non-blocking, the caller's to close), and the slave's path. */
export interface NativeProcess {
  readonly fd: number;
  readonly pid: number;
  readonly pty: string;
}

/** `src/unix/pty.cc` of node-pty 1.2. */
export interface NativePty {
  fork(
    file: string,
    args: string[],
    environment: string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    isUtf8: boolean,
    /** Program that forks in the host's stead; macOS only. */
    helperPath: string,
    /** Called once from the event loop when the child was reaped; `signal` is 0 unless one ended it. */
    onExit: (code: number, signal: number) => void,
  ): NativeProcess;
  resize(fd: number, cols: number, rows: number, widthPixels: number, heightPixels: number): void;
}

let loaded: NativePty | undefined;

/**
 * Loads node-pty; once, at the start of a host, so that one which cannot give terminals says so instead of serving.
 *
 * @throws TtyError `HOST_START_FAILED` that says what is missing and how to get it
 */
export function loadNativePty(): NativePty {
  if (loaded !== undefined) return loaded;
  const system = `${process.platform}-${process.arch}`;
  try {
    assertLibc();
    // oxlint-disable-next-line typescript/no-unsafe-assignment -- require gives any; our declaration names what is used
    const nodePty: typeof import('node-pty') = createRequire(import.meta.url)('node-pty');
    loaded = nativeOf(nodePty);
    return loaded;
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new TtyError(
      'HOST_START_FAILED',
      `no terminal can be opened: node-pty does not load on ${system}: ${reason}`,
      {
        details: { reason: 'pty', system },
        hint: 'install the package again on this very machine, optional dependencies included: npm install --include=optional',
        cause,
      },
    );
  }
}

/** The prebuilt library loads under musl's loader as well, and then crashes the process. */
function assertLibc(): void {
  if (process.platform !== 'linux') return;
  if (fs.readFileSync('/proc/self/maps', 'latin1').includes('/ld-musl-')) {
    throw new Error('this Node runs on musl, and the prebuilt library needs glibc');
  }
}

/**
 * The native half of the loaded node-pty.
 *
 * @throws Error when it is not there or has changed
 */
export function nativeOf(nodePty: { readonly native?: unknown }): NativePty {
  if (isNativePty(nodePty.native)) return nodePty.native;
  throw new Error(
    `node-pty on ${process.platform}-${process.arch} has no native functions "fork" and "resize" of the expected form; ` +
      'the exact version in package.json is needed',
  );
}

/** Parameters that node-pty's own caller gives; a wrong count makes the native function throw a usage error. */
function isNativePty(value: unknown): value is NativePty {
  if (typeof value !== 'object' || value === null) return false;
  return typeof Reflect.get(value, 'fork') === 'function' && typeof Reflect.get(value, 'resize') === 'function';
}

/**
 * The helper that macOS needs to start a child on a terminal; an empty text elsewhere.
 *
 * @throws TtyError SPAWN_FAILED when it may not be executed
 */
export function spawnHelperPath(): string {
  if (process.platform !== 'darwin') return '';
  const fromNodePty = createRequire(createRequire(import.meta.url).resolve('node-pty'));
  const platform = `${process.platform}-${process.arch}`;
  const library = path.dirname(fromNodePty.resolve(`@lydell/node-pty-${platform}`));
  const helper = path.resolve(library, '..', 'prebuilds', platform, 'spawn-helper');
  try {
    fs.accessSync(helper, fs.constants.X_OK);
  } catch (cause) {
    throw new TtyError('SPAWN_FAILED', `node-pty's helper ${quote(helper)} may not be executed`, {
      hint: `Run: chmod +x ${helper}`,
      cause,
    });
  }
  return helper;
}
