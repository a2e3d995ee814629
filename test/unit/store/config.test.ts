import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/store/config.ts';
import { findJsonProblem } from '../../../src/store/jsonProblem.ts';
import { newHome } from './support.ts';

function homeWith(content: string): { home: string; file: string } {
  const home = newHome();
  const file = path.join(home, 'config.json');
  fs.writeFileSync(file, content, { mode: 0o600 });
  return { home, file };
}

function problemOf(content: string): string {
  const { home, file } = homeWith(content);
  try {
    readConfig(home);
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_INPUT', details: { reason: 'config' } });
    return String(error).replace('TtyError: ', '').replace(file, 'config.json');
  }
  return 'none';
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('config.json', () => {
  it('is empty when there is none', () => {
    expect(readConfig(newHome())).toEqual({});
  });

  it('holds the idle time, the shell and the size', () => {
    const config = { hostIdleMs: 0, shell: '/bin/sh', cols: 1, rows: 1000 };
    expect(readConfig(homeWith(JSON.stringify(config)).home)).toEqual(config);
    expect(readConfig(homeWith('{}').home)).toEqual({});
  });

  it.each([
    [
      '{"hostIdleMs": -1}',
      'config.json: key hostIdleMs must be a whole number from 0 to 86400000 (milliseconds), found -1',
    ],
    ['{"cols": "80"}', 'config.json: key cols must be a whole number from 1 to 1000, found "80"'],
    ['{"rows": 0}', 'config.json: key rows must be a whole number from 1 to 1000, found 0'],
    ['{"rows": null}', 'config.json: key rows must be a whole number from 1 to 1000, found null'],
    ['{"shell": "bash"}', 'config.json: key shell must be an absolute path, found "bash"'],
    ['{"Color": 1}', 'config.json: unknown key "Color"; allowed are hostIdleMs, shell, cols, rows, leases'],
    ['{"__proto__": 1}', 'config.json: unknown key "__proto__"; allowed are hostIdleMs, shell, cols, rows, leases'],
    ['[]', 'config.json: must be a JSON object, found []'],
    ['', 'config.json:1:1: is not JSON: expected a value, found the end'],
    ['{\n  "cols": 80,\n}', 'config.json:2:13: is not JSON: a comma after the last item is not allowed'],
    ['{\n  // wide\n  "cols": 80}', 'config.json:2:3: is not JSON: comments are not allowed'],
    ['{"cols": 80 "rows": 2}', 'config.json:1:13: is not JSON: expected "," or "}", found "\\""'],
    ["{'cols': 80}", 'config.json:1:2: is not JSON: expected a key in double quotes, found "\'"'],
    ['{"shell": "/bin', 'config.json:1:16: is not JSON: the text ends inside a string'],
    ['{"shell": "/b\\x"}', 'config.json:1:14: is not JSON: an unknown escape in a string'],
    ['\ufeff{}', 'config.json:1:1: is not JSON: expected a value, found "\ufeff"'],
  ])('is refused: %s', (content, problem) => {
    expect(problemOf(content)).toBe(problem);
  });

  it.each([
    ['hostIdleMS', 'hostIdleMs'],
    ['host-idle-ms', 'hostIdleMs'],
    ['col', 'cols'],
    ['shel', 'shell'],
  ])('suggests a key for %s', (key, near) => {
    const { home } = homeWith(JSON.stringify({ [key]: 1 }));
    expect(() => readConfig(home)).toThrow(expect.objectContaining({ hint: `did you mean ${near}?` }));
  });

  it('is refused when others may write it', () => {
    const { home, file } = homeWith('{}');
    fs.chmodSync(file, 0o646);
    expect(() => readConfig(home)).toThrow(
      expect.objectContaining({ code: 'REFUSED_UNSAFE', message: `${file} can be written by others (mode 0646)` }),
    );
    fs.chmodSync(file, 0o644);
    expect(readConfig(home)).toEqual({});
  });

  it('is refused without blocking when it is a directory, a FIFO, a device, a link to itself, or too large', () => {
    const make: ((file: string) => void)[] = [
      (file) => fs.mkdirSync(file),
      (file) => void execFileSync('mkfifo', [file]),
      (file) => fs.symlinkSync('/dev/zero', file),
      (file) => fs.symlinkSync('config.json', file),
      (file) => fs.writeFileSync(file, ' '.repeat(64 * 1024 + 1), { mode: 0o600 }),
    ];
    for (const put of make) {
      const home = newHome();
      put(path.join(home, 'config.json'));
      expect(() => readConfig(home)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    }
  });
});

describe('the place where a text stops being JSON', () => {
  it('is found exactly when JSON.parse refuses the text', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u00e9"',
      '"',
      '1',
      '-0.5e3',
      '01',
      'true',
      'nul',
      ' ',
      '\n',
      '\\',
    );
    const mutated = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, insert]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + insert + text.slice(place + 1);
    });
    const texts = fc.oneof(
      fc.array(token, { maxLength: 8 }).map((parts) => parts.join('')),
      fc.json(),
      mutated,
      fc.string(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(findJsonProblem(text) === undefined).toBe(parses(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('is inside the text and does not go deeper than the stack', () => {
    expect(findJsonProblem('['.repeat(100_000))?.problem).toBe('nested deeper than 100 levels');
  });
});
