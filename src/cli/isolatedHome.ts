/** A home of its own for one command: what it does with agent-tty meets nothing of the caller's home, and is gone afterwards. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CliContext } from './context.ts';
import { stopHosts } from './stopHosts.ts';

/** Disposing it ends the sessions and hosts of that home, and removes it. */
export class IsolatedHome implements AsyncDisposable {
  /** Absolute; nobody else has one of that name. */
  readonly directory: string;
  readonly #context: CliContext;

  private constructor(directory: string, context: CliContext) {
    this.directory = directory;
    this.#context = context;
  }

  /** A new, empty one, in which the configuration of the caller's home holds: the providers and their limits. */
  static make(context: CliContext): IsolatedHome {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), `agent-tty-home-${process.pid}-`));
    const config = path.join(context.home, 'config.json');
    // A link, so that a limit that is lowered meanwhile is lowered there too.
    if (fs.existsSync(config)) fs.symlinkSync(fs.realpathSync(config), path.join(directory, 'config.json'));
    return new IsolatedHome(directory, context);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await stopHosts({ ...this.#context, home: this.directory }, { all: true, force: true });
    } finally {
      fs.rmSync(this.directory, { recursive: true, force: true });
    }
  }
}
