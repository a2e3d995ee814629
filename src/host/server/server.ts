/** The host's socket: accepts clients up to a bound, comes back when it was removed, and goes without waiting for anybody. */
import fs from 'node:fs';
import net from 'node:net';
import type { Clock, Timer } from '../../base/clock.ts';
import { errorFields, type Logger } from '../../base/logger.ts';
import { TtyError } from '../../protocol/errors.ts';
import { MAX_CONNECTIONS } from '../../protocol/limits.ts';
import { type HostFace, ServerConnection } from './connection.ts';
import type { Dispatch } from './dispatch.ts';
import { ReplyFiles } from './replyFiles.ts';

export interface ServerOptions {
  /** Path of the socket; its directory must be private to us. What lies there is replaced: the caller holds the home lock. */
  readonly socketPath: string;
  readonly face: HostFace;
  /** Directory for replies that do not fit a frame; ours alone. */
  readonly repliesDirectory: string;
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called before the socket is bound again: makes its directory if somebody removed it; throws when that is not safe. */
  readonly prepareDirectory?: () => void;
}

/** How often the socket is looked for: a cleaner of temporary files may take it while its host lives. */
const LOOK_MS = 2_000;
/** Clients that are being told that there is no room; more are closed without a word. */
const MAX_REFUSED = 64;

export class HostServer {
  readonly #options: ServerOptions;
  readonly #connections = new Set<ServerConnection>();
  readonly #replies: ReplyFiles;
  readonly #refused = new Set<ServerConnection>();
  #server: net.Server | undefined;
  #inode: bigint | undefined;
  #look: Timer | undefined;
  #nextId = 1;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#replies = new ReplyFiles(options.repliesDirectory, options.clock);
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Binds the socket with mode 0600; rejects with the system error. */
  async listen(): Promise<void> {
    await this.#bind();
    this.#lookLater();
  }

  /** Stops accepting, lets replies under way leave for at most `graceMs`, cuts the rest off, removes socket and large replies. */
  async close(graceMs: number): Promise<void> {
    this.#look?.clear();
    this.#look = undefined;
    this.#server?.close();
    this.#server = undefined;
    fs.rmSync(this.#options.socketPath, { force: true });
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(graceMs, resolve);
      const check = (): void => {
        if (this.#connections.size > 0) return;
        timer.clear();
        resolve();
      };
      this.#onEmpty = check;
      for (const connection of this.#connections) connection.closeWhenIdle();
      check();
    });
    for (const connection of [...this.#connections, ...this.#refused]) connection.close();
    this.#replies[Symbol.dispose]();
  }

  #onEmpty: () => void = () => undefined;

  async #bind(): Promise<void> {
    const { socketPath } = this.#options;
    // Closing the old one first: it removes what lies at its path.
    this.#server?.close();
    fs.rmSync(socketPath, { force: true });
    // Half open, so that a client that ends too early can still be told why that was too early.
    const server = net.createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    this.#server = server;
    const umask = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(socketPath, () => {
          server.removeListener('error', reject);
          resolve();
        });
        process.umask(umask);
      });
    } finally {
      process.umask(umask);
    }
    server.on('error', (error) => {
      this.#options.logger.log('warn', 'server', 'the socket reported an error', { err: error.message });
    });
    this.#inode = inodeOf(socketPath);
  }

  #lookLater(): void {
    this.#look = this.#options.clock.after(LOOK_MS, () => void this.#restore(), { background: true });
  }

  /** Binds again when the socket is not there any more; never rejects. */
  async #restore(): Promise<void> {
    const { socketPath, logger, prepareDirectory } = this.#options;
    try {
      if (this.#inode !== inodeOf(socketPath)) {
        logger.log('warn', 'server', 'the socket was removed; binding again', { socketPath });
        prepareDirectory?.();
        await this.#bind();
      }
    } catch (error) {
      logger.log('error', 'server', 'the socket cannot be bound again', errorFields(error));
    }
    if (this.#look !== undefined) this.#lookLater();
    else this.#server?.close();
  }

  #accept(socket: net.Socket): void {
    const hasRoom = this.#connections.size < MAX_CONNECTIONS;
    if (!hasRoom && this.#refused.size >= MAX_REFUSED) {
      socket.destroy();
      return;
    }
    const among = hasRoom ? this.#connections : this.#refused;
    const { face, dispatch, clock, logger } = this.#options;
    const connection = new ServerConnection({
      id: this.#nextId++,
      socket,
      face,
      dispatch,
      replies: this.#replies,
      clock,
      onClose: () => {
        among.delete(connection);
        this.#onEmpty();
      },
      onBug: (error) => logger.log('error', 'server', 'a frame could not be handled', errorFields(error)),
    });
    among.add(connection);
    if (hasRoom) return;
    const message = `the host serves ${MAX_CONNECTIONS} connections and has no room for another`;
    connection.refuse(
      new TtyError('TOO_MANY_CONNECTIONS', message, {
        details: { connections: this.#connections.size, maxConnections: MAX_CONNECTIONS },
      }),
    );
  }
}

/** Which file lies at `path` now. */
function inodeOf(path: string): bigint | undefined {
  return fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}
