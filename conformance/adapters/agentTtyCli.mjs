// agent-tty through nothing but its command line: every step is a call of dist/cli.js, as a script would make it.
import fs from 'node:fs';
import path from 'node:path';
import { Cli, distFor, logText, OWN_TRACES, ownMark } from './agentTtyParts.mjs';

/** Exit statuses by which the command line says that nothing was typed: a line it does not understand, a state that does not fit. */
const REFUSED = new Set([2, 4]);

function toResult({ ok, result, error, status }) {
  if (ok) {
    const { outputTruncated: truncated, ...rest } = result;
    return { ...rest, truncated, status };
  }
  const outcome = REFUSED.has(status) ? 'refused' : error.code === 'HOST_UNREACHABLE' ? 'lost' : 'error';
  return { outcome, error: error.code, exitCode: null, completed: false, timedOut: false, truncated: false };
}

const FLAGS = { untilInput: () => ['--until-input'], whenBusy: (value) => ['--when-busy', value] };

class CliSession {
  #id;
  #cli;

  constructor(id, cli) {
    this.#id = id;
    this.#cli = cli;
  }

  async run(text, { timeoutMs, ...options }) {
    const flags = Object.entries(options).flatMap(([name, value]) => FLAGS[name](value));
    const words = ['run', this.#id, '-', '--timeout', String(timeoutMs), '--propagate-exit', ...flags];
    return toResult(await this.#cli.json(words, { input: text }));
  }

  async waitRun(id, { timeoutMs }) {
    return toResult(await this.#cli.json(['run', 'wait', id, '--timeout', String(timeoutMs), '--propagate-exit']));
  }

  cancel(id) {
    return this.#cli.result(['run', 'cancel', id]);
  }

  keys(chords) {
    return this.#cli.result(['send-keys', this.#id, ...chords]);
  }

  type(text) {
    return this.#cli.result(['type', this.#id, '-'], { input: text });
  }

  async see(text, timeoutMs) {
    const { matched } = await this.#cli.result([
      'wait',
      this.#id,
      '--text',
      text,
      '--timeout',
      String(Math.round(timeoutMs)),
    ]);
    return matched;
  }

  resize(cols, rows) {
    return this.#cli.result(['resize', this.#id, '--cols', String(cols), '--rows', String(rows)]);
  }

  signal(name) {
    return this.#cli.result(['signal', this.#id, name]);
  }

  destroy() {
    return this.#cli.result(['destroy', this.#id]);
  }

  async snapshot() {
    return (await this.#cli.result(['snapshot', this.#id, '--include-scrollback'])).text;
  }

  async #events(type) {
    const { stdout } = await this.#cli.call(['events', this.#id, '--types', type]);
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  }

  async log() {
    return logText(await this.#events('output'));
  }

  async foreignRuns() {
    return (await this.#events('foreign_run')).map(({ payload }) => payload.exitCode);
  }

  async recording() {
    const out = path.join(path.dirname(this.#cli.home), `${this.#id}.cast`);
    await this.#cli.result(['record', 'export', this.#id, '--out', out]);
    const text = fs.readFileSync(out, 'utf8');
    fs.rmSync(out);
    return text;
  }

  runInClient(text) {
    return this.#cli.runInClient(this.#id, text);
  }

  /** One that has ended already is no failure. */
  async close() {
    await this.#cli.call(['destroy', this.#id, '--force']);
  }
}

export const adapter = {
  name: 'agent-tty-cli',
  async open({ scratch, torture }) {
    const dist = await distFor(torture);
    const directory = fs.mkdtempSync(path.join(scratch, 'tool-'));
    const cli = new Cli({ dist: dist.directory, directory });
    const { stdout } = await cli.call(['version']);
    return {
      about: `agent-tty by its command line (${stdout.trim().split('\n', 1)[0]})`,
      abilities: new Set(['waitRun', 'killHost', 'killClient', 'ownMark', 'foreignRuns']),
      traces: OWN_TRACES,
      ownMark,
      async start({ shell, cols, rows, env, cwd }) {
        const pairs = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
        const size = ['--cols', String(cols), '--rows', String(rows)];
        const { sessionId } = await cli.result(['create', '--shell', shell, ...size, ...pairs], { cwd });
        return new CliSession(sessionId, cli);
      },
      killHost: () => cli.killHost(),
      async close() {
        await cli.stopHost();
        dist.remove();
      },
    };
  },
};
