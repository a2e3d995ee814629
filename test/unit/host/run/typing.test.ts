import { describe, expect, it } from 'vitest';
import { dialectOf } from '../../../../src/host/run/sources/dialects.ts';
import { sentinelSource } from '../../../../src/host/run/sources/sentinel.ts';
import { BASH_HOOKS } from '../../../../src/host/run/sources/bashHooks.ts';
import { planTyping } from '../../../../src/host/run/typeAction.ts';
import { normalizeCommand, typingBytes, typingWay } from '../../../../src/host/run/typing.ts';

const PASTING = { bracketedPaste: true, canonical: false };
const RAW = { bracketedPaste: false, canonical: false };
const KERNEL = { bracketedPaste: false, canonical: true };
const ENTER = { submit: '\r' };
const LIMITS = { maxPasteBytes: 10_000, prefersPaste: false, takesLines: true };
const TOKEN = 'a'.repeat(32);

describe('normalizeCommand', () => {
  it('makes all line ends LF and drops the last ones', () => {
    expect(normalizeCommand('a\r\nb\rc\n\n')).toBe('a\nb\nc');
    expect(normalizeCommand('  a')).toBe('  a');
  });

  it.each(['a\0b', 'a\u001b[200~b', '\u001b[201~', '\u009b201~', '', ' \n\t'])('refuses %j', (command) => {
    expect(() => normalizeCommand(command)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

describe('typingWay', () => {
  it.each([
    ['ls -l', PASTING, 'raw'],
    ['a\nb', PASTING, 'paste'],
    ['a\tb', PASTING, 'paste'],
    ['\u001b[31m', PASTING, 'paste'],
    ['x'.repeat(2000), PASTING, 'paste'],
    ['x'.repeat(20_000), PASTING, 'file'],
    ['a\u0003b', PASTING, 'file'],
    ['ls -l', RAW, 'raw'],
    ['x'.repeat(1024), RAW, 'raw'],
    ['x'.repeat(1025), RAW, 'file'],
    ['a\nb', RAW, 'file'],
    ['a\tb', RAW, 'file'],
    ['a\nb\tc', KERNEL, 'lines'],
    ['x'.repeat(4094), KERNEL, 'lines'],
    ['x'.repeat(4095), KERNEL, 'file'],
    [`${'é'.repeat(2048)}\nx`, KERNEL, 'file'],
    ['a\u007fb', KERNEL, 'file'],
    ['x\n'.repeat(6_000), KERNEL, 'file'],
  ])('types %j to %j as %s', (text, editor, way) => {
    expect(typingWay(text, editor, LIMITS)).toBe(way);
  });

  it('pastes even the shortest text where that is preferred', () => {
    expect(typingWay('ls', PASTING, { ...LIMITS, prefersPaste: true })).toBe('paste');
    expect(typingWay('ls', RAW, { ...LIMITS, prefersPaste: true })).toBe('raw');
  });
});

describe('a line editor that does not take everything as text', () => {
  it('gets a command with what it does not take by file', () => {
    const limits = { ...LIMITS, unpastable: /[\t\u001b]/ };
    expect(typingWay('a\u001b[34~b', PASTING, limits)).toBe('file');
    expect(typingWay('a\tb', PASTING, limits)).toBe('file');
    expect(typingWay('a\nb', PASTING, limits)).toBe('paste');
  });
});

describe('typingBytes', () => {
  it('ends with what the editor takes for Enter', () => {
    expect(typingBytes('a', 'raw', ENTER).toString()).toBe('a\r');
    expect(typingBytes('a\nb', 'paste', ENTER).toString()).toBe('\u001b[200~a\nb\u001b[201~\r');
    expect(typingBytes('a\nb', 'lines', ENTER).toString()).toBe('a\nb\n');
  });

  it('have a key before the text where the editor has one for it', () => {
    const keys = { submit: '<submit>', literal: '<literal>' };
    expect(typingBytes('a', 'raw', keys).toString()).toBe('a<submit>');
    expect(typingBytes('a\nb', 'paste', keys).toString()).toBe('<literal>a\nb<submit>');
    expect(typingBytes('a\nb', 'lines', keys).toString()).toBe('a\nb\n');
  });
});

describe('planTyping', () => {
  it('types a command as it is where hooks tell its end', () => {
    const action = planTyping({ source: BASH_HOOKS, command: 'ls', token: TOKEN, editor: PASTING, scriptPath: '/s' });
    expect(action).toEqual({ source: BASH_HOOKS, bytes: Buffer.from('ls\r'), frameParts: [] });
  });

  it('hands over the path of a script where the command cannot be typed', () => {
    const action = planTyping({ source: BASH_HOOKS, command: 'a\nb', token: TOKEN, editor: RAW, scriptPath: "/it's" });
    expect(action.bytes.toString()).toBe(String.raw` . '/it'\''s'` + '\r');
    expect(action.script).toEqual({ path: "/it's", content: 'a\nb\n' });
  });

  it.each(['zsh', 'sh', 'fish'])('never types a mark itself, nor the command outside the frame, for %s', (shell) => {
    const dialect = dialectOf(`/usr/bin/${shell}`);
    if (dialect === undefined) throw new Error('no dialect');
    const source = sentinelSource(dialect, 'b'.repeat(32));
    const { bytes, frameParts } = planTyping({
      source,
      command: "echo 'x'",
      token: TOKEN,
      editor: PASTING,
      scriptPath: '/s',
    });
    const text = bytes.toString().replace('\u001b[200~', '').replace('\u001b[201~\r', '');
    expect(text).not.toMatch(/[\u0000-\u001f]/);
    expect(text.startsWith(frameParts[0] ?? '-')).toBe(true);
    expect(text.endsWith(frameParts[1] ?? '-')).toBe(true);
    expect(text[0]).toBe(' ');
  });

  it('pastes long text to bash and zsh but not to fish', () => {
    const plan = (shell: string): boolean => {
      const dialect = dialectOf(shell);
      if (dialect === undefined) throw new Error('no dialect');
      const source = sentinelSource(dialect, 'b'.repeat(32));
      const command = 'x\n'.repeat(4_500);
      return planTyping({ source, command, token: TOKEN, editor: PASTING, scriptPath: '/s' }).script !== undefined;
    };
    expect([plan('bash'), plan('zsh'), plan('fish')]).toEqual([false, false, true]);
  });
});

describe('dialectOf', () => {
  it('knows shells by name, login form included, and nothing else', () => {
    expect(['/bin/sh', 'dash', '-zsh', '/usr/local/bin/bash'].map((path) => dialectOf(path)?.name)).toEqual(
      Array(4).fill('posix'),
    );
    expect(dialectOf('/usr/bin/fish')?.name).toBe('fish');
    expect(['python3', 'csh', '', '/'].map((path) => dialectOf(path))).toEqual(Array(4).fill(undefined));
  });
});
