/** Python and Node read from by a person: as the program of a session, and started in its shell. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestHome } from '../support/cli.ts';

/** Path of another Python to try. */
const OTHER_PYTHON = process.env['TEST_PYTHON'];

type Case = readonly [command: string, outcome: string, exitCode: number | null, output: unknown];

async function expectRuns(home: TestHome, id: string, cases: readonly Case[]): Promise<void> {
  for (const [command, outcome, exitCode, output] of cases) {
    const result = await home.result(['run', id, command, '--timeout', '20s']);
    expect(result, command).toMatchObject({ outcome, exitCode, source: 'sentinel', confidence: 'likely' });
    expect(result['evidence']).toEqual(['sentinel']);
    expect(result['output'], command).toEqual(output);
  }
}

const PYTHON: readonly Case[] = [
  ['print(6*7)', 'finished', 0, '42\n'],
  ['6*7', 'finished', 0, '42\n'],
  ['_ + 1', 'finished', 0, '43\n'],
  ['None', 'finished', 0, ''],
  ['x = 5', 'finished', 0, ''],
  ['_ + x', 'finished', 0, '48\n'],
  ['def f(n):\n    return n + x\n\nfor i in range(2):\n    print(f(i))\n"é😀"', 'finished', 0, "5\n6\n'é😀'\n"],
  [
    '1/0',
    'finished',
    1,
    'Traceback (most recent call last):\n  File "<stdin>", line 1, in <module>\nZeroDivisionError: division by zero\n',
  ],
  ['f(', 'finished', 1, expect.stringContaining('SyntaxError')],
  ['import sys; n = sys.stdout.write("no line end")', 'finished', 0, 'no line end'],
  ['[name for name in dir() if name not in ("f", "i", "n", "x", "sys") and name[0] != "_"]', 'finished', 0, '[]\n'],
  ['raise KeyboardInterrupt', 'interrupted', 130, expect.stringContaining('KeyboardInterrupt')],
];

const NODE: readonly Case[] = [
  ['console.log(6*7)', 'finished', 0, '42\nundefined\n'],
  ['6*7', 'finished', 0, '42\n'],
  ['_ + 1', 'finished', 0, '43\n'],
  ['const x = 5; let y', 'finished', 0, 'undefined\n'],
  ['{a: x}', 'finished', 0, '{ a: 5 }\n'],
  [
    'function f(n) {\n  return n + x }\nfor (const i of [0, 1])\n  console.log(f(i))\n"é😀"',
    'finished',
    0,
    "5\n6\n'é😀'\n",
  ],
  ['nope()', 'finished', 1, 'Uncaught ReferenceError: nope is not defined\n    at REPL:1:1\n'],
  ['f(', 'finished', 1, expect.stringContaining('SyntaxError')],
  ['const z = await new Promise((r) => setTimeout(() => r(9), 200))', 'finished', 0, 'undefined\n'],
  ['z', 'finished', 0, '9\n'],
  ['await Promise.reject(new Error("no"))', 'finished', 1, expect.stringContaining('Uncaught Error: no\n')],
];

describe('python3 as the program of a session', () => {
  it('runs expressions, blocks and what fails, as a person would see it', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'python3', '-q']);
    await expectRuns(home, id, PYTHON);
    expect((await home.result(['inspect', id]))['completion']).toMatchObject({ source: 'sentinel', grade: 'basic' });
    const snapshot = (await home.run(['snapshot', id, '--include-scrollback'])).stdout;
    expect(snapshot).not.toMatch(/exec\(open|scratch/);
    expect(snapshot).toContain('>>> 6*7\n42\n>>> _ + 1\n43\n');
    const log = fs.readFileSync(path.join(home.home, 'sessions', id, 'events.jsonl'), 'utf8');
    expect(log.split('\n').filter((line) => /"type":"output".*(?:exec\(open|29417)/.test(line))).toEqual([]);
    expect(await home.result(['run', id, 'exit(3)', '--timeout', '20s'])).toMatchObject({
      outcome: 'session_exited',
      exitCode: 3,
    });
  });

  it('keeps the command in its history, not what was typed for it', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'python3', '-q']);
    await expectRuns(home, id, [['6*7', 'finished', 0, '42\n']]);
    const { output } = await home.result([
      'run',
      id,
      'import readline; [readline.get_history_item(i + 1) for i in range(readline.get_current_history_length())][-2:]',
    ]);
    expect(output).toMatch(/^\['6\*7', 'import readline; .*'\]\n$/);
    expect(output).not.toContain('exec(open');
  });

  it('lets a command read, and is not typed into while it does', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'python3', '-q']);
    const { runId } = await home.result(['run', id, 'x = input(">>> ")', '--no-wait']);
    expect(await home.error(['run', id, '1', '--timeout', '700ms'])).toMatchObject({ code: 'SESSION_BUSY' });
    await home.result(['type', id, 'bob\n']);
    await home.result(['run', 'wait', String(runId), '--timeout', '20s']);
    await expectRuns(home, id, [['x', 'finished', 0, "'bob'\n"]]);
  });

  it('can be interrupted', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'python3', '-q']);
    const { runId } = await home.result(['run', id, 'import time; print("on"); time.sleep(60)', '--no-wait']);
    await home.result(['wait', id, '--regex', '^on$']);
    await home.result(['send-keys', id, 'Ctrl+C']);
    const end = await home.result(['run', 'wait', String(runId), '--timeout', '20s']);
    expect(end).toMatchObject({ outcome: 'interrupted', exitCode: 130 });
  });

  it('is run by another version too, such as 3.13 with an editor of its own', async ({ skip }) => {
    if (OTHER_PYTHON === undefined) return skip('no other Python is named by TEST_PYTHON');
    await using home = new TestHome();
    const id = await home.create(['--', OTHER_PYTHON, '-q']);
    await expectRuns(home, id, PYTHON);
    expect((await home.run(['snapshot', id, '--include-scrollback'])).stdout).not.toMatch(/exec\(open|scratch/);
  });
});

describe('node as the program of a session', () => {
  it('runs expressions, blocks, promises and what fails, as a person would see it', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'node']);
    await expectRuns(home, id, NODE);
    const snapshot = (await home.run(['snapshot', id, '--include-scrollback'])).stdout;
    expect(snapshot).not.toMatch(/readFileSync|scratch/);
    expect(snapshot).toContain('> 6*7\n42\n> _ + 1\n43\n');
    expect(await home.result(['run', id, 'process.exit(6)', '--timeout', '20s'])).toMatchObject({
      outcome: 'session_exited',
      exitCode: 6,
    });
  });

  it('can be interrupted, in a loop and in a promise', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'node']);
    for (const command of [
      'console.log("loop"); while (true);',
      'console.log("promise"); await new Promise(() => {})',
    ]) {
      const { runId } = await home.result(['run', id, command, '--no-wait']);
      await home.result(['wait', id, '--regex', command.includes('loop') ? '^loop$' : '^promise$']);
      await home.result(['send-keys', id, 'Ctrl+C']);
      const end = await home.result(['run', 'wait', String(runId), '--timeout', '20s']);
      expect(end, command).toMatchObject({ outcome: 'interrupted', exitCode: 130 });
      await expectRuns(home, id, [['1+1', 'finished', 0, '2\n']]);
    }
  });
});

describe('an interpreter in the shell of a session', () => {
  it.each([
    ['python3', '6*7', 'exit(5)'],
    ['node', '6*7', 'process.exit(5)'],
  ])('%s takes the next commands in its own language', async (program, command, exit) => {
    await using home = new TestHome();
    const id = await home.create(['--shell', 'bash']);
    const { runId } = await home.result(['run', id, program, '--no-wait']);
    await expectRuns(home, id, [[command, 'finished', 0, '42\n']]);
    expect(await home.result(['run', id, exit, '--timeout', '20s'])).toMatchObject({
      outcome: 'finished',
      exitCode: 5,
    });
    const outer = await home.result(['run', 'wait', String(runId), '--timeout', '20s']);
    expect(outer).toMatchObject({ outcome: 'finished', exitCode: 5, confidence: 'certain' });
  });

  it('is not typed into when it is not at its prompt, nor is a program that nobody knows', async () => {
    await using home = new TestHome();
    const id = await home.create(['--shell', 'bash']);
    await home.result(['run', id, 'python3 -q', '--no-wait']);
    await expectRuns(home, id, [['1', 'finished', 0, '1\n']]);
    await home.result(['type', id, 'def half():\n']);
    await home.result(['wait', id, '--text', '...']);
    expect(await home.error(['run', id, '2', '--timeout', '700ms'])).toMatchObject({ code: 'SESSION_BUSY' });
    await home.result(['send-keys', id, 'Ctrl+C']);
    await expectRuns(home, id, [['3', 'finished', 0, '3\n']]);
    const plain = await home.create(['--', 'cat']);
    expect(await home.error(['run', plain, '1', '--timeout', '20s'])).toMatchObject({ code: 'NOT_A_SHELL' });
    expect((await home.run(['events', plain, '--types', 'input_run'])).stdout).toBe('');
  });
});
