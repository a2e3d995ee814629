import { describe, expect, it } from 'vitest';
import { errorExitCode, runExitCode, runFailureExitCode, signalExitCode } from '../../../src/cli/exitCodes.ts';
import { ERRORS, type ErrorCode, isErrorCode, TtyError } from '../../../src/protocol/errors.ts';
import { OUTCOMES } from '../../../src/protocol/outcomes.ts';

function code(name: ErrorCode): number {
  return runFailureExitCode(new TtyError(name, ''));
}

describe('the exit status of a plain run', () => {
  it('is that of the command, or says how it ended', () => {
    const table = OUTCOMES.map((outcome) => [
      outcome,
      runExitCode({ outcome, exitCode: 42, signal: null }),
      runExitCode({ outcome, exitCode: null, signal: null }),
    ]);
    expect(table).toEqual([
      ['finished', 42, 125],
      ['interrupted', 130, 130],
      ['stopped', 148, 148],
      ['rejected', 2, 2],
      ['session_exited', 42, 125],
      ['lost', 125, 125],
      ['blocked_on_input', 123, 123],
      ['timed_out', 124, 124],
      ['accepted', 0, 0],
    ]);
  });

  it('is 128 and the number of the signal that ended the program', () => {
    expect(runExitCode({ outcome: 'session_exited', exitCode: null, signal: 'SIGKILL' })).toBe(137);
    expect([signalExitCode('TERM'), signalExitCode('2'), signalExitCode('SIGNONSENSE'), signalExitCode(null)]).toEqual([
      143,
      130,
      undefined,
      undefined,
    ]);
  });

  it('is 2, 4 or 125 when the command was not typed', () => {
    expect(code('INVALID_DURATION')).toBe(2);
    expect(
      ['SESSION_BUSY', 'NOT_A_SHELL', 'SESSION_NOT_RUNNING', 'CANONICAL_LINE_TOO_LONG'].filter(isErrorCode).map(code),
    ).toEqual([4, 4, 4, 4]);
    expect(
      ['SESSION_NOT_FOUND', 'EXEC_FAILED', 'HOST_UNREACHABLE', 'STORAGE_WRITE_ERROR'].filter(isErrorCode).map(code),
    ).toEqual([125, 125, 125, 125]);
  });
});

describe('the exit status of an error', () => {
  it('is that of its code', () => {
    for (const name of Object.keys(ERRORS).filter(isErrorCode))
      expect(errorExitCode(new TtyError(name, ''))).toBe(ERRORS[name].exitCode);
  });

  it('is that of the signal which ended the wait', () => {
    expect(errorExitCode(new TtyError('CANCELLED', '', { details: { signal: 'SIGINT' } }))).toBe(130);
    expect(runFailureExitCode(new TtyError('CANCELLED', '', { details: { signal: 'SIGTERM' } }))).toBe(143);
  });
});
