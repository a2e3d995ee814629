/**
 * All forms of all secrets as one table (Aho and Corasick 1975): a state is the longest beginning of a form that the text read
 * so far ends with, so that each byte is looked at once however many secrets there are.
 */
import { invariant } from '../base/invariant.ts';
import { leastPart } from './forms.ts';
import type { TokenShape } from './tokenShapes.ts';

/** A text to look for, and the number of the rule it belongs to. */
export interface Form {
  readonly bytes: Buffer;
  readonly rule: number;
}

/** A shape of tokens whose beginning ends in a state. */
export interface Opening {
  readonly shape: TokenShape;
  readonly rule: number;
  readonly prefixBytes: number;
}

export interface SecretTable {
  /** The column of each byte; 0 for those that stand in no form. */
  readonly columnOf: Uint8Array;
  readonly columns: number;
  /** `next[state * columns + column]`. State 0 is "nothing begun". */
  readonly next: Uint16Array;
  /** Bytes of the beginning that each state stands for. */
  readonly depth: Uint16Array;
  /** How many bytes, the last one included, are known to be secret in each state; 0 for none. */
  readonly secretBytes: Uint16Array;
  /** Whose they are. */
  readonly rule: Uint16Array;
  readonly openings: readonly (readonly Opening[] | undefined)[];
  /** 1 for states with secret bytes or openings. */
  readonly isMarked: Uint8Array;
  readonly maxDepth: number;
}

/** Most bytes of all forms together: a table of them takes about 10 MB. */
export const MAX_TABLE_BYTES = 60_000;

/** The table of `forms` and of what `shapes` begin with; `ruleOf` numbers the shapes. Forms have at least one byte. */
export function buildTable(
  forms: readonly Form[],
  shapes: readonly TokenShape[],
  ruleOf: (shape: TokenShape) => number,
): SecretTable {
  const prefixes = shapes.flatMap((shape) =>
    shape.prefixes.map((prefix) => ({ shape, rule: ruleOf(shape), bytes: Buffer.from(prefix) })),
  );
  const texts = [...forms, ...prefixes];
  const size = texts.reduce((sum, { bytes }) => sum + bytes.length, 1);
  invariant(size <= MAX_TABLE_BYTES + 1, 'the caller bounds what is looked for');
  const table = emptyTable(size, columnsFor(texts.map(({ bytes }) => bytes)));
  const states = { used: 1 };
  for (const form of forms) insertForm(table, states, form);
  for (const { shape, rule, bytes } of prefixes) {
    const state = walk(table, states, bytes);
    (table.openings[state] ??= []).push({ shape, rule, prefixBytes: bytes.length });
  }
  return linked(table, states.used);
}

type MutableTable = Omit<SecretTable, 'openings' | 'maxDepth'> & { readonly openings: (Opening[] | undefined)[] };

function columnsFor(texts: readonly Buffer[]): { columnOf: Uint8Array; columns: number } {
  const columnOf = new Uint8Array(256);
  let columns = 1;
  for (const text of texts) {
    for (const byte of text) if (columnOf[byte] === 0) columnOf[byte] = columns++;
  }
  return { columnOf, columns };
}

function emptyTable(size: number, { columnOf, columns }: { columnOf: Uint8Array; columns: number }): MutableTable {
  return {
    columnOf,
    columns,
    next: new Uint16Array(size * columns),
    depth: new Uint16Array(size),
    secretBytes: new Uint16Array(size),
    rule: new Uint16Array(size),
    openings: [],
    isMarked: new Uint8Array(size),
  };
}

function insertForm(table: MutableTable, states: { used: number }, { bytes, rule }: Form): void {
  const least = leastPart(bytes.length);
  walk(table, states, bytes, (state, depth) => {
    // never a part of a character: it is replaced as a whole
    const isInside = ((bytes[depth] ?? 0) & 0xc0) === 0x80;
    if (depth < least || isInside || (table.secretBytes[state] ?? 0) > 0) return;
    table.secretBytes[state] = depth;
    table.rule[state] = rule;
  });
}

/** Goes down the path of `bytes`, making what is missing of it. Returns its last state. */
function walk(
  table: MutableTable,
  states: { used: number },
  bytes: Buffer,
  visit: (state: number, depth: number) => void = () => undefined,
): number {
  let state = 0;
  for (const [index, byte] of bytes.entries()) {
    const cell = state * table.columns + (table.columnOf[byte] ?? 0);
    let child = table.next[cell] ?? 0;
    if (child === 0) {
      child = states.used++;
      table.next[cell] = child;
      table.depth[child] = index + 1;
    }
    state = child;
    visit(state, index + 1);
  }
  return state;
}

/** Fills in where to go on when a text does not: to the longest beginning that what was read still ends with. */
function linked(table: MutableTable, states: number): SecretTable {
  const { next, columns, depth, secretBytes, rule, openings, isMarked } = table;
  const fallback = new Uint16Array(states);
  const order = [0];
  for (const state of order) {
    const back = fallback[state] ?? 0;
    for (let column = 1; column < columns; column++) {
      const cell = state * columns + column;
      const child = next[cell] ?? 0;
      const onward = state === 0 ? 0 : (next[back * columns + column] ?? 0);
      if (child === 0) {
        next[cell] = onward;
        continue;
      }
      fallback[child] = onward;
      order.push(child);
      if ((secretBytes[child] ?? 0) === 0 && (secretBytes[onward] ?? 0) > 0) {
        secretBytes[child] = secretBytes[onward] ?? 0;
        rule[child] = rule[onward] ?? 0;
      }
      const inherited = openings[onward];
      if (inherited !== undefined) openings[child] = [...(openings[child] ?? []), ...inherited];
      isMarked[child] = Number((secretBytes[child] ?? 0) > 0 || openings[child] !== undefined);
    }
  }
  return { ...table, maxDepth: depth.reduce((max, value) => Math.max(max, value), 0) };
}
