import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeHomeLock } from '../../../src/host/homeLock.ts';

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-lock-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

describe('the home lock', () => {
  it('is held by one, and free again after its release', () => {
    const file = path.join(directory, 'host.lock');
    const first = takeHomeLock(file);
    expect(first).not.toBe('busy');
    expect(takeHomeLock(file)).toBe('busy');
    expect(spawnSync('flock', ['-n', file, 'true']).status).toBe(1);
    if (first !== 'busy') first.release();
    const second = takeHomeLock(file);
    expect(second).not.toBe('busy');
    if (second !== 'busy') second.release();
    expect((fs.statSync(file).mode & 0o777).toString(8)).toBe('600');
  });

  it('is not taken through a link', () => {
    fs.writeFileSync(path.join(directory, 'target'), '');
    fs.symlinkSync(path.join(directory, 'target'), path.join(directory, 'host.lock'));
    expect(() => takeHomeLock(path.join(directory, 'host.lock'))).toThrow('cannot open the home lock');
  });
});
