import { describe, expect, it } from 'vitest';
import { isLoggedCommand } from '../../../src/protocol/commandText.ts';

describe('a command that the log tells', () => {
  it('is the one with the same text, line ends apart', () => {
    expect(isLoggedCommand('a\nb', 'a\r\nb\n', false)).toBe(true);
    expect(isLoggedCommand('ls *', 'ls x', false)).toBe(false);
  });

  it.each([
    ['login *** now', 'login abc now', true],
    ['login *** now', 'login *** now', true],
    ['login *** now', 'login now', false],
    ['login ***', 'login abc', true],
    ['***', 'anything', true],
    ['a ** b ** c', 'a 1 b 2 c', true],
    ['a ** b ** c', 'a 1 c', false],
    ['a ** b ** c', 'a 1 b c', false],
    ['login *** now', 'logout abc now', false],
    ['login *** now', 'login abc later', false],
  ])('with its secrets masked: %s for %s is %s', (logged, command, isSame) => {
    expect(isLoggedCommand(logged, command, true)).toBe(isSame);
  });
});
