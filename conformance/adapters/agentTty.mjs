// agent-tty through its public library, as built into dist/. A call of the command line costs a new Node each time; `agentTtyCli.mjs`
// takes that way, for the same cases.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Cli, distFor, logText, OWN_TRACES, ownMark } from './agentTtyParts.mjs';

/** Outcomes that are errors in the library: nothing was typed. */
const REFUSALS = new Set(['NOT_A_SHELL', 'SESSION_BUSY', 'INVALID_INPUT', 'SESSION_NOT_RUNNING', 'INPUT_QUEUE_FULL']);

function toResult(result) {
  const { outputTruncated: truncated, ...rest } = result;
  return { ...rest, truncated };
}

async function settled(promise) {
  try {
    return toResult(await promise);
  } catch (error) {
    if (error.code === undefined) throw error;
    const outcome = REFUSALS.has(error.code) ? 'refused' : error.code === 'HOST_UNREACHABLE' ? 'lost' : 'error';
    return {
      outcome,
      error: error.code,
      message: error.message,
      exitCode: null,
      completed: false,
      timedOut: false,
      truncated: false,
    };
  }
}

class LibrarySession {
  #session;
  #tool;

  constructor(session, tool) {
    this.#session = session;
    this.#tool = tool;
  }

  run(text, options) {
    return settled(this.#session.run(text, options));
  }

  waitRun(id, options) {
    return settled(this.#session.waitRun(id, options));
  }

  cancel(id) {
    return this.#session.cancelRun(id);
  }

  keys(chords) {
    return this.#session.sendKeys(chords);
  }

  type(text) {
    return this.#session.type(text);
  }

  async see(text, timeoutMs) {
    const { matched } = await this.#session.wait({ kind: 'text', text }, { timeoutMs });
    return matched;
  }

  resize(cols, rows) {
    return this.#session.resize({ cols, rows });
  }

  signal(name) {
    return this.#session.signal(name);
  }

  destroy() {
    return this.#session.destroy();
  }

  async snapshot() {
    const { scrollbackLines = [], visibleLines } = await this.#session.snapshot({ includeScrollback: true });
    return [...scrollbackLines, ...visibleLines].map(({ text }) => text).join('\n');
  }

  async log() {
    const events = [];
    for await (const event of this.#session.events({ types: ['output'] })) events.push(event);
    return logText(events);
  }

  async foreignRuns() {
    const found = [];
    for await (const { payload } of this.#session.events({ types: ['foreign_run'] })) found.push(payload.exitCode);
    return found;
  }

  async recording() {
    const out = path.join(this.#tool.directory, `${this.#session.reference}.cast`);
    await this.#session.exportAsciicast({ out });
    const text = fs.readFileSync(out, 'utf8');
    fs.rmSync(out);
    return text;
  }

  runInClient(text) {
    return this.#tool.cli.runInClient(this.#session.reference, text);
  }

  async close() {
    await this.#session.destroy({ force: true }).catch((error) => {
      if (!['SESSION_NOT_RUNNING', 'SESSION_ALREADY_DESTROYED', 'HOST_UNREACHABLE'].includes(error.code)) throw error;
    });
  }
}

export const adapter = {
  name: 'agent-tty',
  async open({ scratch, torture }) {
    const dist = await distFor(torture);
    const { connect, PACKAGE_VERSION } = await import(pathToFileURL(path.join(dist.directory, 'index.js')).href);
    const directory = fs.mkdtempSync(path.join(scratch, 'tool-'));
    const cli = new Cli({ dist: dist.directory, directory });
    const client = await connect({ home: cli.home, environment: cli.environment });
    const tool = {
      about: `agent-tty ${PACKAGE_VERSION}${torture === undefined ? '' : ` under torture, seed ${torture}`}`,
      abilities: new Set(['waitRun', 'killHost', 'killClient', 'ownMark', 'foreignRuns']),
      traces: OWN_TRACES,
      ownMark,
      directory,
      cli,
      async start({ shell, cols, rows, env, cwd }) {
        return new LibrarySession(await client.create({ shell, cols, rows, env, cwd }), tool);
      },
      killHost: () => cli.killHost(),
      memoryBytes: () => cli.memoryBytes(),
      async close() {
        await client[Symbol.asyncDispose]();
        await cli.stopHost();
        dist.remove();
      },
    };
    return tool;
  },
};
