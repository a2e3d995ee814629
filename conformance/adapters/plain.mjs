// What many tools do: a shell on a terminal, the command typed with a `printf` behind it, and the output searched for what that prints.
// Here as the shortest example of an adapter, and to show what the cases are about. Needs nothing of the product but node-pty.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long it looks for the prompt at the start: it has no other sign of it than silence. */
const START_MS = 600;
const LOOK_MS = 10;

const KEYS = { Enter: '\r', Escape: '\u001b', Tab: '\t', Space: ' ' };

function bytesOf(chord) {
  const control = /^Ctrl\+(.)$/.exec(chord)?.[1];
  return control === undefined
    ? (KEYS[chord] ?? chord)
    : String.fromCharCode(control.toUpperCase().charCodeAt(0) & 0x1f);
}

/** Escape sequences and carriage returns away; no more is done for the text. */
function plainText(text) {
  return text
    .replaceAll(/\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b./g, '')
    .replaceAll('\r\n', '\n');
}

class PlainSession {
  #terminal;
  #shell;
  #text = '';
  #exit;
  #queue = Promise.resolve();

  constructor(terminal, shell) {
    this.#terminal = terminal;
    this.#shell = shell;
    terminal.onData((text) => (this.#text += text));
    terminal.onExit((exit) => (this.#exit = exit));
  }

  run(text, { timeoutMs }) {
    const turn = this.#queue.then(() => this.#run(text, timeoutMs));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #run(text, timeoutMs) {
    const mark = `__DONE_${randomBytes(4).toString('hex')}`;
    const status = this.#shell === 'fish' ? '$status' : '$?';
    const from = this.#text.length;
    this.#terminal.write(`${text}\nprintf '\\n${mark}:%s\\n' ${status}\n`);
    const end = new RegExp(`\\n${mark}:(\\d+)\\r?\\n`);
    const deadline = performance.now() + timeoutMs;
    const common = { truncated: false, timedOut: false, confidence: 'certain', signal: null };
    while (performance.now() < deadline) {
      const found = end.exec(this.#text.slice(from));
      if (found !== null) {
        const output = plainText(this.#text.slice(from, from + found.index))
          .split('\n')
          .slice(1)
          .join('\n');
        const exitCode = Number(found[1]);
        return { ...common, outcome: 'finished', completed: true, exitCode, output, outputBytes: output.length };
      }
      if (this.#exit !== undefined) {
        const { exitCode } = this.#exit;
        return {
          ...common,
          outcome: 'session_exited',
          completed: false,
          exitCode,
          output: plainText(this.#text.slice(from)),
        };
      }
      await sleep(LOOK_MS);
    }
    return {
      ...common,
      outcome: 'timed_out',
      completed: false,
      timedOut: true,
      exitCode: null,
      output: plainText(this.#text.slice(from)),
    };
  }

  keys(chords) {
    this.#terminal.write(chords.map(bytesOf).join(''));
  }

  type(text) {
    this.#terminal.write(text);
  }

  async see(text, timeoutMs) {
    const wanted = text.trimEnd();
    const deadline = performance.now() + timeoutMs;
    while (!plainText(this.#text).includes(wanted)) {
      if (performance.now() > deadline) return false;
      await sleep(LOOK_MS);
    }
    return true;
  }

  resize(cols, rows) {
    this.#terminal.resize(cols, rows);
  }

  /** To the program in the foreground, as far as a key can do that. */
  signal() {
    this.#terminal.write('\u0003');
  }

  snapshot() {
    return plainText(this.#text);
  }

  log() {
    return this.#text;
  }

  recording() {
    return this.#text;
  }

  destroy() {
    this.close();
  }

  close() {
    if (this.#exit === undefined) this.#terminal.kill('SIGKILL');
  }
}

export const adapter = {
  name: 'plain',
  async open() {
    const { spawn } = await import('node-pty');
    return {
      about: 'a shell with a typed printf',
      abilities: new Set(),
      traces: [/__DONE_/],
      async start({ shell, cols, rows, env, cwd }) {
        const whole = { PATH: process.env.PATH, TERM: 'xterm-256color', ...env };
        const session = new PlainSession(
          spawn(shell, [], { name: 'xterm-256color', cols, rows, cwd, env: whole }),
          shell,
        );
        await sleep(START_MS);
        return session;
      },
      close: () => undefined,
    };
  },
};
