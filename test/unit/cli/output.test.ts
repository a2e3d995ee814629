import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { errorText, fields, OutputStream, table, toTtyError } from '../../../src/cli/output.ts';
import { TtyError } from '../../../src/protocol/errors.ts';

function brokenPipe(): Error {
  return Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
}

function system(syscall: string): Error {
  return Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', syscall });
}

describe('OutputStream', () => {
  it('resolves a write only when the stream passed it on', async () => {
    let pass: (() => void) | undefined;
    const slow = new Writable({ write: (_chunk, _encoding, done) => (pass = done) });
    const output = new OutputStream(slow);
    let isDone = false;
    const written = output.write('text').then(() => (isDone = true));
    await Promise.resolve();
    expect(isDone).toBe(false);
    pass?.();
    await written;
  });

  it('drops what comes after the reader went away, wakes writers and tells once', async () => {
    const stream = new Writable({ highWaterMark: 1, write: () => undefined });
    const output = new OutputStream(stream);
    let told = 0;
    output.onClose(() => told++);
    const waiting = output.write('waits for ever');
    stream.emit('error', brokenPipe());
    stream.emit('error', brokenPipe());
    await waiting;
    await output.write('dropped');
    expect({ told, isClosed: output.isClosed }).toEqual({ told: 1, isClosed: true });
  });

  it('does not take another failure for a reader that went away', async () => {
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    const output = new OutputStream(new Writable({ write: (_chunk, _encoding, done) => done(full) }));
    await output.write('x');
    expect({ isClosed: output.isClosed, failure: output.failure }).toEqual({ isClosed: true, failure: full });
  });
});

describe('errors', () => {
  it('become storage errors when they come from the system, and bugs otherwise', () => {
    expect(toTtyError(system('open')).code).toBe('STORAGE_READ_ERROR');
    expect(toTtyError(system('mkdir')).code).toBe('STORAGE_WRITE_ERROR');
    expect(toTtyError(new TypeError('x is undefined'))).toMatchObject({
      code: 'INTERNAL_ERROR',
      message: 'x is undefined',
    });
    const own = new TtyError('SESSION_NOT_FOUND', 'no');
    expect(toTtyError(own)).toBe(own);
  });

  it('are one line and a hint, controls escaped, a stack only for a bug', () => {
    const error = new TtyError('INVALID_INPUT', 'bad\u001b[31m\nvalue', { hint: 'do better' });
    expect(errorText(error, false)).toBe('agent-tty: bad\\x1b[31m\\nvalue\n  do better\n');
    expect(errorText(toTtyError(new TypeError('oops')), false)).toMatch(/^agent-tty: oops\n.*at /);
  });

  it('are coloured only when asked to', () => {
    expect(errorText(new TtyError('INVALID_INPUT', 'bad'), true)).toBe('\u001b[31magent-tty:\u001b[39m bad\n');
  });
});

describe('tables', () => {
  it('pad every column but the last', () => {
    expect(
      table([
        ['a', 'bb', 'c'],
        ['aaa', 'b', 'cc'],
      ]),
    ).toBe('a    bb  c\naaa  b   cc\n');
  });

  it('leave out fields without a value', () => {
    expect(
      fields([
        ['a', 1],
        ['long', undefined],
        ['bcd', 'x'],
      ]),
    ).toBe('a:    1\nbcd:  x\n');
  });
});
