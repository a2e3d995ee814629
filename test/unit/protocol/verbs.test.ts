import { describe, expect, it } from 'vitest';
import { TtyError } from '../../../src/protocol/errors.ts';
import { checkLabel } from '../../../src/protocol/label.ts';
import { parseSignal, SIGNAL_NAMES } from '../../../src/protocol/signals.ts';

function errorOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('the name of a signal', () => {
  it('is taken with or without SIG and in any case', () => {
    for (const name of SIGNAL_NAMES)
      for (const text of [name, `SIG${name}`, name.toLowerCase(), `sig${name.toLowerCase()}`])
        expect(parseSignal(text)).toBe(`SIG${name}`);
  });

  it.each(['FOO', 'SIGFOO', '0', '9', '99', '', 'SIG', 'STOP', 'SEGV', '-INT', 'INT ', 'SIGSIGINT'])(
    'is refused when it is %j, with those that are allowed',
    (text) => {
      expect(errorOf(() => parseSignal(text))).toMatchObject({
        code: 'INVALID_SIGNAL',
        exitCode: 2,
        details: { allowed: SIGNAL_NAMES },
      });
    },
  );

  it('is guessed when it is mistyped', () => {
    const error = errorOf(() => parseSignal('SIGTREM'));
    expect(error).toBeInstanceOf(TtyError);
    expect(error).toMatchObject({ hint: 'did you mean TERM?', details: { nearest: 'TERM' } });
  });
});

describe('the label of a marker', () => {
  it('has 1 to 256 characters', () => {
    for (const label of ['x', 'two words', '日本', '\u{1f31b}'.repeat(256)])
      expect(() => checkLabel(label)).not.toThrow();
    expect(() => checkLabel('')).toThrow('is empty');
    expect(() => checkLabel('x'.repeat(257))).toThrow('more than 256');
  });

  it.each(['\n', '\t', '\u001b[31m', '\u007f', '\u009b', '\u202e', '\u2028', '\ud800'])('holds no %j', (control) => {
    expect(errorOf(() => checkLabel(`a${control}b`))).toMatchObject({
      code: 'INVALID_INPUT',
      details: { reason: 'label' },
    });
  });
});
