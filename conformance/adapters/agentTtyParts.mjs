// What both adapters of agent-tty need: the command line, and how its own traces would look.
import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { tornDist } from '../torture/dist.mjs';

const ROOT = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

/** Where the programs are: as built (CONFORMANCE_DIST names another build), or torn by `seed`. `remove` takes away what was made for it. */
export async function distFor(seed) {
  if (seed !== undefined) return tornDist(seed);
  return { directory: process.env.CONFORMANCE_DIST ?? path.join(ROOT, 'dist'), remove: () => undefined };
}

/** The number of agent-tty's private OSC marks, and the names that its shell scripts use: nobody but us prints them. */
export const OWN_TRACES = [/\u001b\]29417;/, /\\u001b\]29417;/, /\]29417;/, '__at_', '__AT_MARKER_', 'unset -f printf'];

/** A mark of our own as a program would print it that has seen an earlier one: `replayed` with the nonce, `forged` without. */
export function ownMark(shell, kind) {
  const nonce = kind === 'replayed' && shell !== 'dash' ? '$__at_m' : '0'.repeat(32);
  const osc = shell === 'dash' && kind === 'replayed' ? '%s' : String.raw`\033]29417;%s;`;
  const first = shell === 'dash' && kind === 'replayed' ? '$__at_m' : nonce;
  const now = '$__at_n';
  const earlier = shell === 'fish' ? '(math $__at_n - 1)' : '$((__at_n - 1))';
  const number = kind === 'replayed' ? earlier : now;
  return String.raw`printf '${osc}D;%s;7\007' "${first}" ${number}; sleep 0.2; echo after; ${shell === 'fish' ? "sh -c 'exit 3'" : '(exit 3)'}`;
}

/** The output that a log keeps, as text. */
export function logText(events) {
  const bytes = events.map(({ payload }) =>
    payload.data === undefined ? Buffer.from(payload.dataBase64, 'base64') : Buffer.from(payload.data),
  );
  return Buffer.concat(bytes).toString('utf8');
}

/** The command line of agent-tty with a home of its own below `directory`. */
export class Cli {
  #dist;

  constructor({ dist, directory }) {
    this.#dist = dist;
    this.home = path.join(directory, 'home');
    this.environment = { PATH: process.env.PATH, TMPDIR: directory, AGENT_TTY_HOME: this.home, SHELL: '/bin/sh' };
  }

  #words(args) {
    return [path.join(this.#dist, 'cli.js'), ...args];
  }

  /** A whole call. Gives {status, stdout, stderr}. */
  call(args, { cwd, input } = {}) {
    return new Promise((resolve, reject) => {
      const options = { cwd, env: this.environment, maxBuffer: 64 * 1024 * 1024 };
      const child = execFile(process.execPath, this.#words(args), options, (error, stdout, stderr) => {
        const status = error === null ? 0 : error.code;
        if (typeof status === 'number') resolve({ status, stdout, stderr });
        else reject(error);
      });
      child.stdin.on('error', () => undefined); // a call that does not read its input may close it
      child.stdin.end(input ?? '');
    });
  }

  /** A call with --json. Gives {status, result, error}. */
  async json(args, options) {
    const at = args.indexOf('--');
    const words = at === -1 ? [...args, '--json'] : [...args.slice(0, at), '--json', ...args.slice(at)];
    const { status, stdout, stderr } = await this.call(words, options);
    try {
      return { status, ...JSON.parse(stdout) };
    } catch (cause) {
      throw new Error(`agent-tty ${args.join(' ')} --json printed ${stdout}${stderr}`, { cause });
    }
  }

  /** The result of a call that has to work. */
  async result(args, options) {
    const { ok, result, error } = await this.json(args, options);
    if (!ok) throw Object.assign(new Error(`agent-tty ${args.join(' ')}: ${error.message}`), { code: error.code });
    return result;
  }

  /** Types a command from a client of its own. `kill` kills that client and gives the id of its run. */
  async runInClient(session, text) {
    const options = { env: this.environment, stdio: 'ignore' };
    const child = spawn(process.execPath, this.#words(['run', session, text]), options);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    return {
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
        const { runs } = await this.result(['run', 'list', session]);
        return runs.at(-1).runId;
      },
    };
  }

  async killHost() {
    const { pid } = await this.result(['host', 'status']);
    process.kill(pid, 'SIGKILL');
  }

  /** What the host's process holds in memory now. */
  async memoryBytes() {
    return (await this.result(['host', 'status'])).rssBytes;
  }

  /** Ends the host and everything in it; a dead one's leftovers are cleared by the next one, which then goes as well. */
  async stopHost() {
    await this.call(['host', 'stop', '--all', '--force']);
  }
}
