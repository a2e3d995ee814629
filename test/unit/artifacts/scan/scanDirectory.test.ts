import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scanDirectory } from '../../../../src/artifacts/scan/scanDirectory.ts';

const SECRET = 'hunter2-Tr0ub4dor';
const TOKEN = ['ghp', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6'].join('_');
const never = new AbortController().signal;

let directory: string;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-scan-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const scan = (values: readonly string[] = [SECRET]) =>
  scanDirectory(directory, { variables: [], environment: new Map(), values }, never);

function write(name: string, content: string | Buffer): void {
  const file = path.join(directory, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}

/** A log of these events, each a millisecond after the one before. */
function log(...events: readonly [type: string, payload: object][]): string {
  const all: readonly [string, object][] = [['session_started', { cols: 20, rows: 5 }], ...events];
  const hash = `sk-${'x'.repeat(40)}`;
  return all
    .map(([type, payload], seq) => `${JSON.stringify({ seq, t: seq * 1_000, type, payload, h: hash })}\n`)
    .join('');
}

/** What was found, as short lines. */
async function found(values?: readonly string[]): Promise<string[]> {
  const result = await scan(values);
  return result.found.map(
    ({ file, foundAs, rule, offset, seq }) => `${file} ${foundAs} ${rule} ${offset ?? seq ?? '-'}`,
  );
}

describe('a directory without secrets', () => {
  it('is clean, and counted', async () => {
    write('a/events.jsonl', log(['output', { data: 'hunter2 ****' }], ['input_text', { data: '***' }]));
    write('b.txt', 'nothing');
    write('c.png', 'pixels');
    fs.symlinkSync('/etc/passwd', path.join(directory, 'link'));
    const size = fs.statSync(path.join(directory, 'a/events.jsonl')).size;
    expect(await scan()).toEqual({
      directory,
      clean: true,
      files: 3,
      bytes: size + 13,
      pictures: 1,
      skipped: 1,
      found: [],
      foundCount: 0,
    });
  });

  it('is told from none, and from what cannot be looked for', async () => {
    await expect(
      scanDirectory(path.join(directory, 'x'), { variables: [], environment: new Map(), values: [] }, never),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(scan(['abc'])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(
      scanDirectory(directory, { variables: ['X'], environment: new Map(), values: [] }, never),
    ).rejects.toThrow('"X"');
  });
});

describe('a secret is found', () => {
  it('in the bytes of any file, on the border of two reads, and in a name', async () => {
    write('picture.png', Buffer.concat([Buffer.alloc(256 * 1024 - 5), Buffer.from(SECRET)]));
    write(`${SECRET}.txt`, TOKEN);
    expect(await found()).toEqual([
      `${'*'.repeat(SECRET.length)}.txt name values -`,
      `${'*'.repeat(SECRET.length)}.txt bytes pattern:github-token 0`,
      `${'*'.repeat(SECRET.length)}.txt text pattern:github-token -`,
      `picture.png bytes values ${256 * 1024 - 5}`,
    ]);
  });

  it('as text of JSON and of pages', async () => {
    const coloured = `${SECRET.slice(0, 6)}\u001b[0m${SECRET.slice(6)}`;
    write('state.json', JSON.stringify({ drawing: coloured }));
    write('page.html', `<p>${Array.from(SECRET, (char) => `<i>&#${char.charCodeAt(0)};</i>`).join('')}</p>`);
    expect(await found()).toEqual(['page.html text values -', 'state.json text values -']);
  });

  it('in a log over the borders of events, also in base64, and named by the event in which it begins', async () => {
    const [one, two, three] = [SECRET.slice(0, 5), SECRET.slice(5, 9), SECRET.slice(9)];
    write(
      'events.jsonl',
      log(
        ['output', { data: 'some text\r\n' }],
        ['output', { data: `x${one}` }],
        ['marker', { label: 'between' }],
        ['output', { dataBase64: Buffer.from(`\u001b[1m${two}`).toString('base64') }],
        ['output', { data: `\r\n${three}` }],
        ['input_keys', { keys: Array.from(one) }],
        ['input_text', { data: `${two}${three}` }],
      ),
    );
    expect(await found()).toEqual([
      'events.jsonl event values 2',
      'events.jsonl event values 6',
      'events.jsonl screen values 7',
    ]);
  });

  it('on a screen that was painted in pieces, also when it stands there no more at the end', async () => {
    const painted = `\u001b[1;4H${SECRET.slice(3)}\u001b[1;1H${SECRET.slice(0, 3)}`;
    const later: [string, object][] = Array.from({ length: 20 }, () => ['marker', { label: 'time goes by' }]);
    write('events.jsonl', log(['output', { data: painted }], ...later, ['output', { data: '\u001b[2J' }], ...later));
    expect(await found()).toEqual(['events.jsonl screen values 16']);
  });

  it('in what left the screen at the top', async () => {
    const painted = `\u001b[1;4H${SECRET.slice(3)}\u001b[1;1H${SECRET.slice(0, 3)}\u001b[5;1H${'\r\n'.repeat(9)}`;
    write('events.jsonl', log(['output', { data: painted }]));
    expect(await found()).toEqual(['events.jsonl screen values 1']);
  });

  it('in other members of events, and shapes in their texts but not in their hashes', async () => {
    write('events.jsonl', log(['input_run', { command: `login ${TOKEN}`, deep: [{ text: SECRET }] }]));
    const places = (await found()).map((place) => place.replace(/(?<=bytes values) \d+$/, ''));
    expect(places.toSorted()).toEqual([
      'events.jsonl bytes values',
      'events.jsonl event pattern:github-token 1',
      'events.jsonl event values 1',
    ]);
  });

  it('in a recording over the borders of its events', async () => {
    const header = '{"version":3,"term":{"cols":80,"rows":24}}';
    write('x.cast', `${header}\n[0.1,"o","${SECRET.slice(0, 6)}"]\n[0.2,"m","mark"]\n[0.1,"o","${SECRET.slice(6)}"]\n`);
    expect(await found()).toEqual(['x.cast event values 3']);
  });

  it('in lines that are no events of ours, by their bytes', async () => {
    write('x.jsonl', `no JSON at all ${SECRET}\n${'y'.repeat(5 * 1024 * 1024)}\n`);
    expect(await found()).toEqual(['x.jsonl bytes values 15']);
  });
});
