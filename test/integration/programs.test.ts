import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEvents } from '../../src/eventlog/reader.ts';
import type { LogEvent } from '../../src/protocol/events.ts';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { TestHome } from '../support/cli.ts';

async function screen(home: TestHome, id: string): Promise<string> {
  return String((await home.result(['snapshot', id]))['text']);
}

describe('a full-screen program', () => {
  it('vim is written with and left', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'vim', '-u', 'NONE', 'note.txt']);
    await home.result(['wait', id, '--text', 'note.txt']);
    await home.result(['send-keys', id, 'i']);
    await home.result(['type', id, 'first line']);
    await home.result(['wait', id, '--text', 'first line']);
    await home.result(['send-keys', id, 'Escape', ':', 'w', 'q', 'Enter']);
    expect(await home.result(['wait', id, '--exit'])).toMatchObject({ exitCode: 0, timedOut: false });
    expect(fs.readFileSync(path.join(home.work, 'note.txt'), 'utf8')).toBe('first line\n');
  });

  it('less is scrolled and searched', async () => {
    await using home = new TestHome();
    fs.writeFileSync(path.join(home.work, 'lines'), Array.from({ length: 500 }, (_, i) => `line ${i + 1}\n`).join(''));
    const id = await home.create(['--rows', '10', '--', 'less', 'lines']);
    await home.result(['wait', id, '--text', 'line 1']);
    await home.result(['send-keys', id, 'G']);
    await home.result(['wait', id, '--text', 'line 500']);
    await home.result(['type', id, '/line 77$\r']);
    await home.result(['send-keys', id, 'g']);
    await home.result(['wait', id, '--regex', 'line 1$|line 1\\n']);
    expect(await screen(home, id)).toContain('line 2');
    await home.result(['send-keys', id, 'q']);
    expect(await home.result(['wait', id, '--exit'])).toMatchObject({ exitCode: 0 });
  });

  it('htop is watched and quit', async () => {
    await using home = new TestHome();
    const id = await home.create(['--cols', '100', '--', 'htop']);
    await home.result(['wait', id, '--text', 'F10Quit']);
    const { isAltScreen } = await home.result(['snapshot', id, '--format', 'structured']);
    expect(isAltScreen).toBe(true);
    await home.result(['send-keys', id, 'F10']);
    expect(await home.result(['wait', id, '--exit'])).toMatchObject({ exitCode: 0 });
  });

  it('python answers', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'python3', '-q']);
    await home.result(['wait', id, '--text', '>>>']);
    await home.result(['type', id, '6 * 7\r']);
    await home.result(['wait', id, '--regex', '^42$']);
    await home.result(['send-keys', id, 'Ctrl+D']);
    expect(await home.result(['wait', id, '--exit'])).toMatchObject({ exitCode: 0 });
  });
});

describe('run', () => {
  it.each([
    ['as the program of the session', ['--', 'vim', '-u', 'NONE']],
    ['started from its shell', ['--shell', '/bin/bash']],
  ])('is refused by a program that is no shell, %s, and types nothing', async (_how, args) => {
    await using home = new TestHome();
    const id = await home.create(args);
    if (args[0] !== '--') await home.result(['type', id, 'vim -u NONE\r']);
    await home.result(['wait', id, '--text', 'VIM - Vi IMproved']);
    expect(await home.error(['run', id, 'iHELLO'])).toMatchObject({ code: 'NOT_A_SHELL', exitCode: 4 });
    expect(await screen(home, id)).not.toContain('HELLO');
    const log = fs.readFileSync(path.join(home.home, 'sessions', id, 'events.jsonl'), 'utf8');
    expect(log).not.toContain('input_run');
  });
});

const SHELLS: [shell: string, args: string[]][] = [
  ['bash', ['bash']],
  ['bash without hooks', ['bash', '--norc']],
  ['zsh', ['zsh']],
  ['zsh without hooks', ['zsh', '-f']],
  ['fish', ['fish', '--no-config']],
  ['fish without hooks', ['fish', '--no-config', '-P']],
  ['dash', ['dash']],
  ['dash without hooks', ['dash', '-E']],
];

describe.each(SHELLS)('a run in %s', (shell, argv) => {
  it('has output and exit code, in order in the log, and leaves no trace on screen, in output and in children', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', ...argv]);
    const command = shell.startsWith('fish') ? "echo a; sh -c 'exit 42'" : 'echo a; (exit 42)';
    const result = await home.result(['run', id, command]);
    expect(result).toMatchObject({ outcome: 'finished', completed: true, exitCode: 42, output: 'a\n' });
    expect(result['confidence']).toBe(!shell.includes('without') ? 'certain' : 'likely');
    const events: LogEvent[] = [];
    for await (const event of readEvents(sessionPaths(home.home, id).log)) events.push(event);
    const own = events.filter(({ type }) => ['input_run', 'run_started', 'run_complete'].includes(type));
    expect(own.map(({ type }) => type)).toEqual(['input_run', 'run_started', 'run_complete']);
    expect(own[2]?.payload['inputRunSeq']).toBe(own[0]?.seq);
    const child = await home.result(['run', id, 'env']);
    const printed = events.filter(({ type }) => type === 'output').map(({ payload }) => String(payload['data']));
    for (const text of [printed.join(''), await screen(home, id), String(child['output'])]) {
      expect(text).not.toMatch(/29417|__AT_MARKER|__at_|builtin|eval/);
    }
    expect(await screen(home, id)).toContain(command);
  });

  it('takes a command of 100 kB whole', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', ...argv]);
    const word = `${'0123456789'.repeat(10_000)}end`;
    const file = path.join(home.work, 'long');
    fs.writeFileSync(file, `echo ${word} | wc -c`);
    expect(await home.result(['run', id, '--file', file])).toMatchObject({ exitCode: 0, output: '100004\n' });
  });
});

describe('the history of bash', () => {
  it('is left to the user', async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'bash']);
    await home.result(['run', id, 'echo one']);
    const { output } = await home.result(['run', id, 'history']);
    expect(String(output).replaceAll(/ +/g, ' ')).toBe(' 1 echo one\n 2 history\n');
  });
});
