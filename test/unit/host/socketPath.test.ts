import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseSocketPath } from '../../../src/host/socketPath.ts';

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-sock-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const uid = process.getuid?.() ?? 0;

function choose(preferred: string, runtimeDirectory?: string): string {
  return chooseSocketPath({ preferred, runtimeDirectory, temporaryDirectory: directory });
}

describe('chooseSocketPath', () => {
  it('counts bytes: 103 fit, 104 do not, whatever the characters', () => {
    expect(choose(`/${'a'.repeat(102)}`)).toBe(`/${'a'.repeat(102)}`);
    expect(choose(`/${'a'.repeat(103)}`)).toContain(directory);
    expect(choose(`/${'ä'.repeat(52)}`)).toContain(directory);
  });

  it('takes the runtime directory first, and a private directory in either', () => {
    const runtime = path.join(directory, 'run');
    fs.mkdirSync(runtime);
    const long = `/${'x'.repeat(250)}/host.sock`;
    expect(choose(long, runtime)).toMatch(new RegExp(`^${runtime}/agent-tty-${uid}/[0-9a-f]{24}\\.sock$`));
    expect((fs.statSync(path.join(runtime, `agent-tty-${uid}`)).mode & 0o777).toString(8)).toBe('700');
    expect(choose(long)).toBe(choose(long));
    expect(choose(long)).not.toBe(choose(`${long}2`));
  });

  it.each([
    ['open to others', (place: string) => fs.mkdirSync(place, { mode: 0o755 })],
    ['is not a directory', (place: string) => fs.writeFileSync(place, '')],
    ['is a link', (place: string) => fs.symlinkSync('/tmp', place)],
  ])('refuses a planted place that %s', (why, plant) => {
    plant(path.join(directory, `agent-tty-${uid}`));
    expect(() => choose(`/${'x'.repeat(250)}`)).toThrow(why);
  });
});
