import { describe, expect, it } from 'vitest';
import { isPromptBack, promptAnswer, type PromptSight } from '../../../../src/host/run/promptBack.ts';

const SIGHT: PromptSight = {
  hasHooks: true,
  hasStarted: true,
  isOutputOver: false,
  command: 'x',
  kernelEdits: false,
  editorReads: true,
  isInterrupted: false,
  lastLine: 'me@here:/tmp$ ',
  promptLine: 'me@here:~$ ',
};

describe('a prompt without a mark', () => {
  it.each([
    ['that looks like the last one', {}],
    ['of a shell whose prompt was never seen whole', { promptLine: undefined }],
    ['after an interrupt', { isInterrupted: true, lastLine: 'whatever' }],
    ['after the shell said that the output is over', { isOutputOver: true, lastLine: '' }],
    ['after several lines, one of which may be incomplete', { command: 'a\nb', lastLine: '> ' }],
    ['before the command began', { hasStarted: false, lastLine: '' }],
    ['of a plain shell, that looks like the last one', { kernelEdits: true, editorReads: false }],
    ['of a plain shell whose command set it', { kernelEdits: true, command: "PS1='x> '", lastLine: 'x> ' }],
  ] as const)('is believed: one %s', (_, change) => {
    expect(isPromptBack({ ...SIGHT, ...change })).toBe(true);
  });

  it.each([
    ['a built-in that reads with the editor and shows nothing', { lastLine: '' }],
    ['a built-in that reads with the editor and asks', { lastLine: 'Continue? ' }],
    ['a command while no editor reads', { editorReads: false }],
    ['a plain shell that reads a line', { kernelEdits: true, lastLine: 'name: ' }],
    ['a plain shell before the command began', { kernelEdits: true, hasStarted: false }],
    ['a plain shell without hooks', { kernelEdits: true, hasHooks: false }],
    ['an empty prompt', { lastLine: '', promptLine: '  ' }],
  ] as const)('is not believed of %s', (_, change) => {
    expect(isPromptBack({ ...SIGHT, ...change })).toBe(false);
  });
});

describe('what a believed prompt means', () => {
  const run = {
    hasHooks: true,
    hasStarted: true,
    hasSeveralLines: false,
    isInterrupted: false,
    wantsMore: false,
    interrupts: 0,
  };
  it.each([
    ['the end', {}, 'ended'],
    ['an incomplete later line, once', { hasSeveralLines: true }, 'interrupt'],
    ['the end when that did not help', { hasSeveralLines: true, interrupts: 1 }, 'ended'],
    ['an incomplete command', { hasStarted: false, wantsMore: true }, 'interrupt'],
    [
      'the end of a shell without a word, not Ctrl+C for ever',
      { hasStarted: false, wantsMore: true, interrupts: 3 },
      'ended',
    ],
    ['nothing for a frame that was begun', { hasHooks: false }, 'goes_on'],
    ['the end of a frame that was interrupted', { hasHooks: false, isInterrupted: true }, 'ended'],
  ] as const)('%s', (_, change, answer) => {
    expect(promptAnswer({ ...run, ...change })).toBe(answer);
  });
});
