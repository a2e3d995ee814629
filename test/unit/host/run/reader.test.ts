import { describe, expect, it } from 'vitest';
import { type ForegroundProgram, type TerminalSight, waitsForCommand } from '../../../../src/host/run/reader.ts';
import { commandProgram } from '../../../../src/host/run/sources/programs.ts';

function program(name: string, change: Partial<ForegroundProgram> = {}): ForegroundProgram {
  const speaks = commandProgram([name]);
  const image = { pid: 7, key: 'x' };
  return {
    image,
    name,
    speaks,
    isFork: false,
    isOnOwnTerminal: true,
    isOthers: false,
    startedBy: 1,
    isAsleep: true,
    ...change,
  };
}

const RAW: TerminalSight = {
  canonical: false,
  bracketedPaste: false,
  alternateScreen: false,
  isQuiet: true,
  lastLine: '$ ',
};
const EDITOR = { ...RAW, bracketedPaste: true, lastLine: '' };
const LINES = { ...RAW, canonical: true };
const PYTHON = { ...RAW, lastLine: '>>> ' };

describe('a program waits for a command', () => {
  it.each([
    ['a shell whose editor reads', program('bash'), EDITOR],
    ['a shell whose editor does not switch paste on, at its prompt', program('zsh'), RAW],
    ['a shell behind a relay that has the terminal raw', program('dash', { isOnOwnTerminal: false }), RAW],
    ['a plain shell at its prompt', program('dash'), LINES],
    ['an interpreter at its prompt', program('python3'), PYTHON],
    ['an interpreter that leaves the line to the kernel', program('python3'), { ...PYTHON, canonical: true }],
  ])('%s', (_, reader, sight) => {
    expect(waitsForCommand(reader, sight)).toBe(true);
  });

  it.each([
    ['a program that is not known', program('vim'), EDITOR],
    ['a subshell that reads a line with the editor', program('bash', { isFork: true }), EDITOR],
    ['a shell while a full-screen program has the screen', program('bash'), { ...EDITOR, alternateScreen: true }],
    ['a shell that reads a line through the kernel', program('bash'), { ...EDITOR, canonical: true }],
    ['a shell that shows no prompt', program('bash'), { ...RAW, lastLine: 'Password: ' }],
    ['a plain shell that has just printed', program('dash'), { ...LINES, isQuiet: false }],
    ['a plain shell that asks', program('dash'), { ...LINES, lastLine: 'name? ' }],
    ['a plain shell that works', program('dash', { isAsleep: false }), LINES],
    ['an interpreter that asks', program('python3'), { ...PYTHON, lastLine: 'name? ' }],
    ['an interpreter in the middle of a block', program('python3'), { ...PYTHON, lastLine: '... ' }],
    ['an interpreter that computes', program('node', { isAsleep: false }), { ...RAW, lastLine: '> ' }],
  ])('but not %s', (_, reader, sight) => {
    expect(waitsForCommand(reader, sight)).toBe(false);
  });
});
