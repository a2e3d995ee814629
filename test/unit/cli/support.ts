import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { runCli } from '../../../src/cli/app.ts';
import type { CliContext, Surroundings } from '../../../src/cli/context.ts';
import { OutputStream } from '../../../src/cli/output.ts';
import { FakeClock } from '../../support/fakeClock.ts';

/** A directory that is gone after the test. */
export function newDirectory(): string {
  const directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-cli-')));
  onTestFinished(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Streams of the process that keep what is written, and no host program. */
export function surroundings(
  changes: Partial<Surroundings> = {},
): Surroundings & { text(): { stdout: string; stderr: string } } {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  return {
    argv: [],
    environment: { HOME: '/nowhere' },
    stdin: () => Readable.from([]),
    stdout,
    stderr,
    hostEntry: '/nowhere/host.js',
    clock: new FakeClock(),
    cwd: () => '/',
    umask: () => 0o22,
    onInterrupt: () => ({ [Symbol.dispose]: () => undefined }),
    text: () => ({ stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') }),
    ...changes,
  };
}

/** Runs a command line in this process. */
export async function call(argv: readonly string[], changes: Partial<Surroundings> = {}) {
  const parts = surroundings({ argv, ...changes });
  const exitCode = await runCli(parts);
  return { exitCode, ...parts.text() };
}

/** A handler's context over the same parts. */
export function contextOf(changes: Partial<CliContext> = {}): CliContext {
  const parts = surroundings();
  return {
    ...parts,
    home: '/nowhere/home',
    json: false,
    colour: false,
    rpcTimeoutMs: undefined,
    stdout: new OutputStream(parts.stdout),
    stderr: new OutputStream(parts.stderr),
    ...changes,
  };
}
