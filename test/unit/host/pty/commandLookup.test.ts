import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveProgram } from '../../../../src/host/pty/commandLookup.ts';

let directory: string;
const at = (name: string): string => path.join(directory, name);
const resolve = (argv: string[], options: { cwd?: string; environment?: string[] } = {}): string =>
  resolveProgram({ argv, cwd: directory, environment: [`PATH=${at('first')}:${at('second')}`], ...options });

function file(name: string, text: string, mode: number): void {
  fs.mkdirSync(path.dirname(at(name)), { recursive: true });
  fs.writeFileSync(at(name), text);
  fs.chmodSync(at(name), mode);
}

beforeAll(() => {
  directory = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-lookup-')));
  file('first/plain.txt', 'text', 0o644);
  file('first/both', 'text', 0o644);
  file('second/both', '#!/bin/sh\n', 0o755);
  file('second/tool', '#! /bin/sh -e\n', 0o755);
  file('second/no-shebang', 'echo hello\n', 0o755);
  file('second/bad', '#!/bin/zsh9 -f\n', 0o755);
  file('second/crlf', '#!/bin/sh\r\necho\r\n', 0o755);
  file('second/locked-interpreter', `#!${at('first/plain.txt')}\n`, 0o755);
  fs.mkdirSync(at('first/folder'));
});
afterAll(() => fs.rmSync(directory, { recursive: true }));

describe('resolveProgram', () => {
  it.each([
    ['a name by PATH', ['tool'], 'second/tool'],
    ['a name whose first place has a file that is not executable', ['both'], 'second/both'],
    ['a path from the working directory', ['./second/tool', 'x'], 'second/tool'],
    ['a script without an interpreter, which the shell runs', ['no-shebang'], 'second/no-shebang'],
  ])('finds %s', (_what, argv, found) => {
    expect(resolve(argv)).toBe(at(found));
  });

  it('takes an empty entry of PATH for the working directory, and a relative one from there', () => {
    expect(resolve(['tool'], { cwd: at('second'), environment: ['PATH=/nowhere::'] })).toBe(at('second/tool'));
    expect(resolve(['tool'], { environment: ['PATH=second', 'PATH=/bin'] })).toBe(at('second/tool'));
  });

  it('looks where the system does when there is no PATH', () => {
    expect(resolve(['sh'], { environment: [] })).toBe('/bin/sh');
  });

  it.each([
    ['no-such-program', 'not found in PATH ('],
    ['./nothing', 'no such file'],
    ['./first/plain.txt/tool', 'no such file'],
    ['plain.txt', 'is not executable (mode 0644, owner'],
    ['folder', 'is a directory'],
    ['./first', 'is a directory'],
    ['/dev/null', 'is not a regular file'],
    ['bad', 'its interpreter "/bin/zsh9" is missing'],
    ['crlf', 'its interpreter "/bin/sh\\r" is missing'],
    ['locked-interpreter', 'is not executable'],
  ])('refuses %s', (name, why) => {
    expect(() => resolve([name])).toThrow(expect.objectContaining({ code: 'EXEC_FAILED' }));
    expect(() => resolve([name])).toThrow(`cannot run "${name}": `);
    expect(() => resolve([name])).toThrow(why);
  });

  it.each([
    ['/no/such/place', 'does not exist'],
    ['relative', 'is not an absolute path'],
    ['/etc/passwd', 'is not a directory'],
    ['/etc/passwd/x', 'is not a directory'],
    ['/tmp\u0000', 'contains a NUL byte'],
  ])('refuses the working directory %j', (cwd, why) => {
    expect(() => resolve(['tool'], { cwd })).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', details: { reason: 'cwd', cwd } }),
    );
    expect(() => resolve(['tool'], { cwd })).toThrow(why);
  });

  it.each([
    [[], 'argument', 'the command is empty'],
    [[''], 'argument', 'the command is empty'],
    [['tool', 'a', 'b\u0000c'], 'argument', 'argument 2 contains a NUL byte'],
    [['tool', 'x'.repeat(131_072)], 'limit', 'argument 1 has 131072 bytes; the system takes at most 131071'],
  ])('refuses arguments that no program can be given (%#)', (argv, reason, why) => {
    expect(() => resolve(argv)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', details: { reason } }));
    expect(() => resolve(argv)).toThrow(why);
  });

  it('finds the longest argument that the system takes', () => {
    expect(resolve(['tool', 'x'.repeat(131_071)])).toBe(at('second/tool'));
  });

  it('names mode and owner of a directory that may not be entered', async () => {
    fs.mkdirSync(at('locked'), { mode: 0o700 });
    fs.chmodSync(at('locked'), 0o600);
    fs.chmodSync(directory, 0o755);
    // root may enter everything, so another user has to try
    const bundle = at('lookup.mjs');
    const source = path.resolve(import.meta.dirname, '../../../../src/host/pty/commandLookup.ts');
    await build({
      entryPoints: [source],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: bundle,
      logLevel: 'error',
    });
    const script = `
      import { resolveProgram } from ${JSON.stringify(bundle)};
      try { resolveProgram({ argv: ['sh'], cwd: ${JSON.stringify(at('locked'))}, environment: [] }); }
      catch (error) { console.log(error.message); }`;
    const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      ...other,
      encoding: 'utf8',
      cwd: '/',
    });
    expect(run.stdout).toBe(
      `working directory ${JSON.stringify(at('locked'))} is not permitted (mode 0600, owner ${process.getuid?.()})\n`,
    );
  });
});
