import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { systemClock } from '../../src/base/clock.ts';
import { deferred } from '../../src/base/deferred.ts';
import { spawnPty } from '../../src/host/pty/nodePty.ts';
import type { Pty, PtyExit } from '../../src/host/pty/pty.ts';

/** A terminal whose program does what a test says. */
export interface PlayedProgram {
  readonly pty: Pty;
  readonly print: (output: Buffer) => void;
  readonly end: (exit: PtyExit) => void;
  /** Resolves when the program reads no input any more. */
  readonly stopReading: () => Promise<void>;
  /** All input that the program got, once that is at least so many bytes. */
  readonly received: (bytes: number) => Promise<Buffer>;
  readonly close: () => Promise<void>;
}

const APP = path.resolve(import.meta.dirname, '../fixtures/apps/controlledProgram.mjs');

/**
 * A real program on a real terminal, commanded through a socket of its own. `wrap` may put another terminal around it.
 * Resolves when it is ready.
 */
export async function playReal(wrap: (pty: Pty) => Pty = (pty) => pty): Promise<PlayedProgram> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-play-'));
  const server = net.createServer();
  const socketPath = path.join(directory, 's');
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const connected = new Promise<net.Socket>((resolve) => server.once('connection', resolve));
  const environment = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
  const args = [APP, socketPath];
  const real = spawnPty({
    file: process.execPath,
    args,
    environment,
    cwd: directory,
    cols: 80,
    rows: 24,
    clock: systemClock,
  });
  const pty = wrap(real);
  const exited = new Promise<PtyExit>((resolve) => void pty.onExit(resolve));
  const socket = await connected;
  const heard = listen(socket);
  await heard.ready;
  const order = (message: object): void => void socket.write(`${JSON.stringify(message)}\n`);
  return {
    pty,
    print: (output) => order({ print: output.toString('base64') }),
    end: ({ exitCode, exitSignal }) => order(exitSignal === null ? { exit: exitCode } : { kill: exitSignal }),
    stopReading: () => {
      order({ read: false });
      return heard.stopped;
    },
    received: heard.received,
    close: async () => {
      pty.dispose();
      await exited;
      socket.destroy();
      await new Promise((resolve) => void server.close(resolve));
      fs.rmSync(directory, { recursive: true });
    },
  };
}

function listen(socket: net.Socket): {
  ready: Promise<void>;
  stopped: Promise<void>;
  received: (bytes: number) => Promise<Buffer>;
} {
  const ready = deferred<void>();
  const stopped = deferred<void>();
  let input = Buffer.alloc(0);
  const looks = new Set<() => void>();
  const lines = readline.createInterface({ input: socket });
  // a program that ends by a signal resets the connection; its exit is what tells
  lines.on('error', () => lines.close());
  lines.on('line', (line) => {
    const message: unknown = JSON.parse(line);
    if (typeof message !== 'object' || message === null) return;
    if ('ready' in message) ready.resolve();
    if ('read' in message) stopped.resolve();
    if ('input' in message) input = Buffer.concat([input, Buffer.from(String(message.input), 'base64')]);
    for (const look of looks) look();
  });
  const received = (bytes: number): Promise<Buffer> =>
    new Promise((resolve) => {
      const look = (): void => void (input.length >= bytes && looks.delete(look) && resolve(input));
      looks.add(look);
      look();
    });
  return { ready: ready.promise, stopped: stopped.promise, received };
}
