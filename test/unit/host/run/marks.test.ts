import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markIntroducer, newToken, parseMarkBody } from '../../../../src/host/run/marks.ts';
import { MarkScanner, type Piece } from '../../../../src/host/run/markScanner.ts';
import { splitAt } from '../../../support/splits.ts';

const NONCE = '0123456789abcdef'.repeat(2);
const TOKEN = 'f'.repeat(32);
const INTRODUCER = markIntroducer(NONCE);

describe('parseMarkBody', () => {
  it.each([
    ['C;12', { kind: 'command_start', prompt: 12 }],
    ['D;0;0', { kind: 'prompt_end', prompt: 0, status: 0, stopped: false }],
    ['M', { kind: 'more' }],
    ['R', { kind: 'refused' }],
    ['B', { kind: 'builtin_reads' }],
    ['O;4', { kind: 'output_end', prompt: 4 }],
    ['D;3;', { kind: 'prompt_end', prompt: 3, status: null, stopped: false }],
    ['D;7;148;T', { kind: 'prompt_end', prompt: 7, status: 148, stopped: true }],
    [`S;${TOKEN}`, { kind: 'frame_start', token: TOKEN }],
    [`E;${TOKEN};42`, { kind: 'frame_end', token: TOKEN, status: 42 }],
  ])('reads %s', (body, mark) => {
    expect(parseMarkBody(body)).toEqual(mark);
  });

  it.each([
    '',
    'C',
    'C;',
    'C;01',
    'C;1;2',
    'D;1',
    'D;1;;',
    'D;1;;T',
    'D;1;1234',
    'D;1;2;X',
    'D;1;2;T;3',
    'S;ff',
    `S;${TOKEN};0`,
    `E;${TOKEN}`,
    `E;${TOKEN};0;T`,
    'X;1',
    'C;9999999999999999',
  ])('refuses %j', (body) => {
    expect(parseMarkBody(body)).toBeUndefined();
  });

  it('makes tokens of 128 bits', () => {
    expect(newToken()).toMatch(/^[0-9a-f]{32}$/);
    expect(newToken()).not.toBe(newToken());
  });
});

/** Pieces with adjacent outputs joined, bytes as text. */
function joined(pieces: readonly Piece[]): unknown[] {
  const result: { output?: string; mark?: unknown }[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (piece.kind === 'mark') result.push({ mark: piece.mark });
    else if (last?.output === undefined) result.push({ output: piece.bytes.toString('latin1') });
    else last.output += piece.bytes.toString('latin1');
  }
  return result;
}

function scan(chunks: readonly Buffer[]): Piece[] {
  const scanner = new MarkScanner(NONCE);
  const pieces = chunks.flatMap((chunk) => scanner.feed(chunk));
  const rest = scanner.flush();
  return rest.length === 0 ? pieces : [...pieces, { kind: 'output', bytes: rest }];
}

const parts = fc.constantFrom(
  `${INTRODUCER}C;3\u0007`,
  `${INTRODUCER}D;3;0\u0007`,
  `${INTRODUCER}E;${TOKEN};1\u0007`,
  INTRODUCER,
  INTRODUCER.slice(0, 20),
  `${INTRODUCER}C;3`,
  `${INTRODUCER}C;3\u001b\\`,
  `${INTRODUCER}${'a'.repeat(200)}`,
  `${markIntroducer('0'.repeat(32))}C;3\u0007`,
  '\u001b',
  '\u001b[31mred\u001b[0m\r\n',
  'plain text\n',
  '\u0007',
  '\u00ff\u00e2',
);
const streams = fc.array(parts, { maxLength: 12 }).map((texts) => Buffer.from(texts.join(''), 'latin1'));

describe('MarkScanner', () => {
  it('cuts marks out and leaves everything else in order', () => {
    const pieces = scan([Buffer.from(`a${INTRODUCER}C;1\u0007b\u001b[0m${INTRODUCER}D;1;42\u0007`)]);
    expect(joined(pieces)).toEqual([
      { output: 'a' },
      { mark: { kind: 'command_start', prompt: 1 } },
      { output: 'b\u001b[0m' },
      { mark: { kind: 'prompt_end', prompt: 1, status: 42, stopped: false } },
    ]);
  });

  it('takes a mark of another nonce for output', () => {
    const forged = `${markIntroducer('0'.repeat(32))}D;1;0\u0007`;
    expect(joined(scan([Buffer.from(forged)]))).toEqual([{ output: forged }]);
  });

  it('finds a mark right after a broken one', () => {
    const broken = `${INTRODUCER}C;${INTRODUCER}C;1\u0007`;
    expect(joined(scan([Buffer.from(broken)]))).toEqual([
      { output: `${INTRODUCER}C;` },
      { mark: { kind: 'command_start', prompt: 1 } },
    ]);
  });

  it('gives the same pieces for any split, and loses no byte', () => {
    fc.assert(
      fc.property(streams, fc.array(fc.nat(), { maxLength: 20 }), (bytes, cuts) => {
        const pieces = scan(splitAt(bytes, cuts));
        expect(joined(pieces)).toEqual(joined(scan([bytes])));
        const all = pieces.map((piece) => (piece.kind === 'mark' ? piece.raw : piece.bytes));
        expect(Buffer.concat(all)).toEqual(bytes);
      }),
    );
  });

  it('holds back nothing but what may become a mark', () => {
    const scanner = new MarkScanner(NONCE);
    expect(joined(scanner.feed(Buffer.from('text\u001b[')))).toEqual([{ output: 'text\u001b[' }]);
    expect(joined(scanner.feed(Buffer.from('more\u001b]29')))).toEqual([{ output: 'more' }]);
    expect(scanner.flush().toString()).toBe('\u001b]29');
    expect(scanner.flush()).toHaveLength(0);
  });
});
