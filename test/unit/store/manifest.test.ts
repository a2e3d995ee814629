import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SESSION_STATUSES } from '../../../src/protocol/methods/session.ts';
import { readSessionRecord, writeSessionRecord } from '../../../src/store/manifest.ts';
import { newHome, putRecord, record } from './support.ts';

describe('session.json', () => {
  it('comes back as it was written, private, with fields that this version does not know', () => {
    const file = path.join(newHome(), 'session.json');
    const written = { ...record(1, { name: 'build', idleTimeoutMs: 5 }), invented: { later: true } };
    writeSessionRecord(file, written);
    expect(readSessionRecord(file)).toEqual(written);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(path.dirname(file))).toEqual(['session.json']);
  });

  it('is undefined when it is not there', () => {
    expect(readSessionRecord(path.join(newHome(), 'no', 'session.json'))).toBeUndefined();
  });

  it('takes every status of the contract', () => {
    const home = newHome();
    for (const status of SESSION_STATUSES)
      expect(readSessionRecord(putRecord(home, 1, record(1, { status })))?.status).toBe(status);
  });

  it.each([
    ['version', 2, 'must be 1 (the version that this program reads), found 2'],
    ['sessionId', undefined, 'must be a text, it is missing'],
    ['status', 'lost', 'must be one of running, exiting, exited, failed, destroying, destroyed, found "lost"'],
    ['command', ['sh', 1], 'must be a list of texts, found ["sh",1]'],
    ['cols', 80.5, 'must be a whole number from 0, found 80.5'],
    ['hostPid', '12', 'must be a whole number from 0 or null, found "12"'],
    ['hostIdentity', { pid: 1 }, 'must be a process identity (pid, startTicks, bootId) or null, found {"pid":1}'],
    ['name', 7, 'must be a text or missing, found 7'],
    ['completionSource', 'magic', 'must be one of hooks, sentinel, osc3008, process, found "magic"'],
  ])('is refused with file and field when %s is %j', (field, value, problem) => {
    const file = putRecord(newHome(), 1, { ...record(1), [field]: value });
    expect(() => readSessionRecord(file)).toThrow(
      expect.objectContaining({
        code: 'MANIFEST_VALIDATION_ERROR',
        message: `${file}: field ${field} ${problem}`,
        details: { path: file, field },
      }),
    );
  });

  it('is refused at every length that it may be torn to', () => {
    const home = newHome();
    const text = JSON.stringify(record(1));
    for (let length = 0; length < text.length; length++) {
      const file = putRecord(home, 1, text.slice(0, length));
      expect(() => readSessionRecord(file)).toThrow(expect.objectContaining({ code: 'MANIFEST_VALIDATION_ERROR' }));
    }
  });

  it('is refused when it is a list, a link or a directory', () => {
    const home = newHome();
    const code = 'MANIFEST_VALIDATION_ERROR';
    expect(() => readSessionRecord(putRecord(home, 1, '[]'))).toThrow(expect.objectContaining({ code }));
    fs.symlinkSync('/dev/zero', path.join(home, 'link'));
    expect(() => readSessionRecord(path.join(home, 'link'))).toThrow(expect.objectContaining({ code }));
    expect(() => readSessionRecord(home)).toThrow(expect.objectContaining({ code }));
  });

  it('keeps the old content and says which file when it cannot be written', () => {
    const file = path.join(newHome(), 'missing', 'session.json');
    expect(() => writeSessionRecord(file, record(1))).toThrow(
      expect.objectContaining({ code: 'STORAGE_WRITE_ERROR', details: { path: file } }),
    );
  });
});
