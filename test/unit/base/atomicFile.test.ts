import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makePrivateDirectory, readIfPresent, writeFileAtomic } from '../../../src/base/atomicFile.ts';

let directory: string;
let umask: number;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-atomic-'));
  umask = process.umask(0);
});
afterEach(() => {
  process.umask(umask);
  fs.rmSync(directory, { recursive: true });
});

function mode(file: string): string {
  return (fs.statSync(file).mode & 0o777).toString(8);
}

describe('files of a home', () => {
  it('are private whatever the umask', () => {
    makePrivateDirectory(path.join(directory, 'a/b'));
    writeFileAtomic(path.join(directory, 'a/b/f'), 'text', { durable: true });
    expect([
      mode(path.join(directory, 'a')),
      mode(path.join(directory, 'a/b')),
      mode(path.join(directory, 'a/b/f')),
    ]).toEqual(['700', '700', '600']);
  });

  it('are replaced whole, and a failed replacement leaves the old one and no temporary file', () => {
    const file = path.join(directory, 'f');
    writeFileAtomic(file, 'old');
    expect(() => writeFileAtomic(path.join(directory, 'missing/f'), 'new')).toThrow('ENOENT');
    fs.mkdirSync(path.join(directory, 'd'));
    expect(() => writeFileAtomic(path.join(directory, 'd'), 'new')).toThrow();
    expect(readIfPresent(file)).toBe('old');
    expect(fs.readdirSync(directory).toSorted()).toEqual(['d', 'f']);
  });

  it('leave the mode of directories that were there alone', () => {
    fs.mkdirSync(path.join(directory, 'open'), { mode: 0o755 });
    makePrivateDirectory(path.join(directory, 'open/inner'));
    expect([mode(path.join(directory, 'open')), mode(path.join(directory, 'open/inner'))]).toEqual(['755', '700']);
  });
});
