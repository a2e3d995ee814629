import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../../../src/base/clock.ts';
import { deferred } from '../../../../src/base/deferred.ts';
import { identify, readProcessStat, signalIdentity } from '../../../../src/base/processIdentity.ts';
import { type InputSight, TerminalProbe } from '../../../../src/host/probe/terminalProbe.ts';
import { spawnPty } from '../../../../src/host/pty/nodePty.ts';

const PATIENCE_MS = 10_000;

/** A program on a terminal of its own. */
class Stage implements AsyncDisposable {
  readonly pty;
  readonly probe: TerminalProbe;
  readonly exited = deferred<void>();
  output = '';

  constructor(file: string, ...args: readonly string[]) {
    const environment = [`PATH=${process.env['PATH'] ?? ''}`, 'TERM=xterm', 'HOME=/nonexistent'];
    this.pty = spawnPty({ file, args, environment, cwd: '/', cols: 80, rows: 24, clock: systemClock });
    this.pty.onData((chunk) => (this.output += chunk.toString()));
    this.pty.onExit(() => this.exited.resolve());
    this.probe = new TerminalProbe(this.pty);
  }

  get sight(): InputSight {
    return this.probe.look(this.pty.foregroundGroup() ?? 0) ?? { waits: [], hidden: false, busy: false };
  }

  /** What waits for the terminal, in short. */
  get waits(): string[] {
    return this.sight.waits.map(
      ({ pid, how, only, alone }) =>
        `${readProcessStat(pid)?.comm ?? '?'}: ${how}${only ? ' only' : ''}${alone ? ' alone' : ''}`,
    );
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    const endMs = systemClock.nowMs() + PATIENCE_MS;
    while (!holds()) {
      if (systemClock.nowMs() > endMs) throw new Error(`in vain for ${what}; ${this.waits.join()} ${this.output}`);
      await delay(systemClock, 5);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [this.pty.pid, ...children(this.pty.pid)].flatMap((pid) => identify(pid) ?? []);
    this.pty.dispose();
    for (const identity of all) signalIdentity(identity, 'SIGKILL');
    await this.exited.promise;
  }
}

describe('a look at the processes before a terminal', () => {
  it.each<[what: string, waits: string[], file: string, ...args: string[]]>([
    ['cat', ['cat: read only alone'], 'cat'],
    ['cat by another descriptor', ['sh: read only alone'], 'sh', '-c', 'exec 7<&0 </dev/null; read x <&7'],
    ['a reader of /dev/tty', ['head: read only alone'], 'head', '-1', '/dev/tty'],
    ['a reader at the head of a pipe', ['cat: read only alone'], 'sh', '-c', 'cat | grep x'],
    ['a child of a program that waits for it', ['cat: read only alone'], 'sh', '-c', 'cat; :'],
    ['one that left the session but not the terminal', ['cat: read only alone'], 'setsid', '-w', 'cat'],
    [
      'who passes input on to a terminal of its own, not its reader',
      ['script: poll alone'],
      'script',
      '-qc',
      'cat',
      '/dev/null',
    ],
    ['the REPL of python', ['python3: poll only alone'], 'python3', '-q'],
    ['the REPL of node', ['node: poll'], process.execPath],
    [
      'a poll for a while',
      ['python3: poll alone'],
      'python3',
      '-c',
      'import select; select.poll().poll; p = select.poll(); p.register(0, 1); p.poll(60000)',
    ],
    [
      'a select on the terminal and a pipe',
      ['python3: poll alone'],
      'python3',
      '-c',
      'import os, select; select.select([0, os.pipe()[0]], [], [])',
    ],
    [
      'a thread beside one that works',
      ['python3: read only'],
      'python3',
      '-c',
      'import threading, time, os; threading.Thread(target=lambda: time.sleep(60), daemon=True).start(); os.read(0, 1)',
    ],
    [
      'a thread beside one that waits for it',
      ['python3: read only alone'],
      'python3',
      '-c',
      'import threading, os; t = threading.Thread(target=lambda: os.read(0, 1)); t.start(); t.join()',
    ],
  ])('sees %s', async (_what, waits, file, ...args) => {
    await using stage = new Stage(file, ...args);
    await stage.until(() => stage.waits.join() === waits.join(), waits.join());
  });

  it.each<[what: string, program: string, script: string]>([
    ['sleep', 'sleep', 'sleep 60; :'],
    ['a reader of a pipe', 'cat', 'sleep 60 | cat'],
    ['a reader of a file', 'tail', 'tail -f /etc/passwd >/dev/null; :'],
    ['a job in the background that would read', 'sleep', 'set -m; cat & sleep 60; :'],
    ['a program that waits for a child', 'sleep', 'sh -c "sleep 60; :"; :'],
    ['a program that writes and is held up', 'yes', 'yes; :'],
    ['a program that works', 'bash', "bash -c 'while :; do :; done'; :"],
  ])('does not take %s for one that waits for input', async (_what, program, script) => {
    await using stage = new Stage('bash', '-c', script);
    if (program === 'yes') stage.pty.pause();
    const runs = (): boolean => children(stage.pty.pid).some((pid) => readProcessStat(pid)?.comm === program);
    await stage.until(runs, program);
    for (let i = 0; i < 20; i++) {
      expect(stage.waits).toEqual([]);
      await delay(systemClock, 5);
    }
  });

  it('sees the same call as long as it waits, and another one afterwards', async () => {
    await using stage = new Stage('sh', '-c', 'read x; cat');
    await stage.until(() => stage.waits.length === 1, 'read');
    const first = stage.sight.waits[0];
    expect(stage.sight.waits).toEqual([first]);
    stage.pty.write(Buffer.from('go\n'));
    await stage.until(() => stage.waits.join() === 'cat: read only alone', 'cat');
    expect(stage.sight.waits[0]?.call).not.toBe(first?.call);
  });

  it('does not take one that was stopped in its read for a reader', async () => {
    await using stage = new Stage('sh', '-c', 'cat; :');
    await stage.until(() => stage.waits.length === 1, 'cat');
    const reader = stage.sight.waits[0]?.pid ?? 0;
    process.kill(reader, 'SIGSTOP');
    await stage.until(() => readProcessStat(reader)?.state === 'T', 'the stop');
    expect(stage.waits).toEqual([]);
  });

  it('sees nothing once the program is gone', async () => {
    const stage = new Stage('true');
    await stage.exited.promise;
    expect(stage.probe.look(stage.pty.pid)).toBeUndefined();
  });
});

function children(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  const own = text === '' ? [] : text.trim().split(' ').map(Number);
  return own.concat(own.flatMap(children));
}

/** A procfs made of files: what kernels do that this one does not. */
describe('a look where the system tells less', () => {
  const made: string[] = [];
  afterEach(() => {
    for (const directory of made.splice(0)) fs.rmSync(directory, { recursive: true });
  });

  interface Told {
    readonly syscall?: string;
    readonly wchan?: string;
    readonly children?: string;
  }

  /** A shell, 100, and its child 101, which has the terminal. */
  function look(told: Told, architecture = 'x64'): InputSight | undefined {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'at-proc-'));
    made.push(root);
    const tty = path.join(root, 'tty');
    fs.writeFileSync(tty, '');
    for (const [pid, ppid] of [
      [100, 1],
      [101, 100],
    ] as const) {
      const task = path.join(root, `${pid}`, 'task', `${pid}`);
      fs.mkdirSync(task, { recursive: true });
      fs.mkdirSync(path.join(root, `${pid}`, 'fd'));
      const stat = `${pid} (a) b) S ${ppid} ${pid} 100 34816 101 0 0 0 0 0 0 0 0 0 20 0 1 0 55 0 0\n`;
      fs.writeFileSync(path.join(root, `${pid}`, 'stat'), stat);
      fs.writeFileSync(path.join(task, 'stat'), stat);
      if (told.syscall !== undefined) fs.writeFileSync(path.join(task, 'syscall'), told.syscall);
      if (told.wchan !== undefined) fs.writeFileSync(path.join(task, 'wchan'), told.wchan);
      if (told.children !== undefined) fs.writeFileSync(path.join(task, 'children'), pid === 100 ? told.children : '');
      fs.symlinkSync(tty, path.join(root, `${pid}`, 'fd', '0'));
    }
    return new TerminalProbe({ pid: 100, ttyName: tty, proc: root, architecture }).look(101);
  }

  const READS = '0 0x0 0x7f 0x400 0x0 0x0 0x0 0x7ffe 0x7f8d\n';

  it('goes through all processes when the kernel lists no children', () => {
    const wanted = { pid: 101, tid: 101, how: 'read', call: READS.trim(), only: true, alone: true };
    for (const told of [{ syscall: READS }, { syscall: READS, children: '101 ' }])
      expect(look(told)).toEqual({ waits: [wanted], hidden: false, busy: false });
  });

  it.each([
    ['wait_woken', true],
    ['n_tty_read', true],
    ['poll_schedule_timeout.constprop.0', true],
    ['do_epoll_wait', true],
    ['hrtimer_nanosleep', false],
    ['do_wait', false],
    ['pipe_read', false],
  ])('goes by the place in the kernel, %s, when system calls may not be seen', (wchan, waits) => {
    const wait = { pid: 101, tid: 101, how: 'kernel_wait', call: wchan, only: false, alone: false };
    expect(look({ wchan, children: '101 ' })).toEqual({ waits: waits ? [wait] : [], hidden: false, busy: false });
  });

  it('goes by it on a machine whose system calls it does not know', () => {
    expect(look({ syscall: READS, wchan: 'wait_woken', children: '101 ' }, 's390x')?.waits[0]?.how).toBe('kernel_wait');
  });

  it.each([undefined, '0', ''])('says that a process is hidden when that is not told either (%j)', (wchan) => {
    const told = { children: '101 ', ...(wchan === undefined ? {} : { wchan }) };
    expect(look(told)).toEqual({ waits: [], hidden: true, busy: false });
  });
});
