/** The host's socket: accepts clients up to a bound, and goes without waiting for any of them. */
import fs from 'node:fs';
import net from 'node:net';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
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
}

export class HostServer {
  readonly #options: ServerOptions;
  readonly #server = net.createServer();
  readonly #connections = new Set<ServerConnection>();
  readonly #replies: ReplyFiles;
  #nextId = 1;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#replies = new ReplyFiles(options.repliesDirectory, options.clock);
    this.#server.on('connection', (socket) => this.#accept(socket));
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Binds the socket with mode 0600; rejects with the system error. */
  async listen(): Promise<void> {
    const { socketPath } = this.#options;
    fs.rmSync(socketPath, { force: true });
    const umask = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen(socketPath, () => {
          this.#server.removeListener('error', reject);
          resolve();
        });
        process.umask(umask);
      });
    } finally {
      process.umask(umask);
    }
    this.#server.on('error', (error) => {
      this.#options.logger.log('warn', 'server', 'the socket reported an error', { err: error.message });
    });
  }

  /** Stops accepting, lets replies under way leave for at most `graceMs`, cuts the rest off, removes socket and large replies. */
  async close(graceMs: number): Promise<void> {
    this.#server.close();
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
    for (const connection of this.#connections) connection.close();
    this.#replies[Symbol.dispose]();
  }

  #onEmpty: () => void = () => undefined;

  #accept(socket: net.Socket): void {
    const connection = new ServerConnection({
      id: this.#nextId++,
      socket,
      face: this.#options.face,
      dispatch: this.#options.dispatch,
      replies: this.#replies,
      clock: this.#options.clock,
      onClose: () => {
        this.#connections.delete(connection);
        this.#onEmpty();
      },
    });
    this.#connections.add(connection);
    if (this.#connections.size <= MAX_CONNECTIONS) return;
    const message = `the host serves ${MAX_CONNECTIONS} connections and has no room for another`;
    connection.refuse(new TtyError('TOO_MANY_CONNECTIONS', message));
  }
}
