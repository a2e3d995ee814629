import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTally, NO_COUNTERS, readCounters } from '../../../src/lease/counters.ts';
import { formatGate, parseGate } from '../../../src/lease/gate.ts';
import { formatTicketName, parseTicketName, type TicketName } from '../../../src/lease/names.ts';
import { formatRecord, type HolderRecord, parseRecord } from '../../../src/lease/record.ts';
import { inOrder, isLimit, mayPromote } from '../../../src/lease/rules.ts';

const SRC = path.join(import.meta.dirname, '../../../src');

const ticket: fc.Arbitrary<TicketName> = fc.record({
  class: fc.integer({ min: 0, max: 9 }),
  seq: fc.integer({ min: 1, max: 999_999_999_999 }),
  limit: fc.integer({ min: 1, max: 100_000 }),
  sinceMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  nonce: fc.stringMatching(/^[0-9a-f]{32}$/),
});

describe('the name of a ticket', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(ticket, (name) => {
        expect(parseTicketName(formatTicketName(name))).toEqual(name);
      }),
    );
  });

  it('is not found in anything else', () => {
    const name = formatTicketName({ class: 0, seq: 1, limit: 1, sinceMs: 0, nonce: 'a'.repeat(32) });
    const others = ['', 'a', `${name}.tmp`, `.${name}`, name.slice(1), name.replace('.1.', '.0.'), name.toUpperCase()];
    expect(others.filter((text) => parseTicketName(text) !== undefined)).toEqual([]);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseTicketName(text)).toBeUndefined();
      }),
    );
  });
});

describe('the rule of admission', () => {
  it('lets in as long as both limits leave room', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 20 }), (live, own, other) => {
        expect(mayPromote(live, own, other)).toBe(live < own && live < other);
      }),
    );
  });

  it('takes nothing for a limit but a whole number from 1', () => {
    const values: unknown[] = [1, 4, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '2', null, undefined, 2n];
    expect(values.filter(isLimit)).toEqual([1, 4]);
  });
});

describe('the order of tickets', () => {
  it('is by class, then by number', () => {
    fc.assert(
      fc.property(fc.array(ticket), (tickets) => {
        const now = Math.max(0, ...tickets.map(({ sinceMs }) => sinceMs));
        const ordered = inOrder(
          tickets.map((one) => ({ ...one, sinceMs: now })),
          now,
          60_000,
        );
        const ranks = ordered.map(({ class: kind, seq }) => kind * 1e12 + seq);
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      }),
    );
  });

  it('lifts whoever waits: after enough time the last class goes before a new first one', () => {
    const old = { class: 9, seq: 1, limit: 1, sinceMs: 0, nonce: 'a' };
    const fresh = { class: 0, seq: 2, limit: 1, sinceMs: 540_000, nonce: 'b' };
    expect(inOrder([fresh, old], 540_000, 60_000)).toEqual([old, fresh]);
    expect(inOrder([fresh, old], 539_999, 60_000)).toEqual([fresh, old]);
  });

  it('does not go wrong when a clock went back', () => {
    const future = { class: 1, seq: 1, limit: 1, sinceMs: 9e12, nonce: 'a' };
    expect(inOrder([future], 0, 60_000)).toEqual([future]);
  });
});

describe('what is written', () => {
  const record: HolderRecord = {
    v: 1,
    label: 'demo',
    session: null,
    holder: { pid: 1, startTicks: null, bootId: 'b', pidNs: 'p', timeNs: 't', host: 'h' },
    heldSinceMs: null,
    work: null,
  };

  it('has one length, so that a change needs no room', () => {
    const work = { kind: 'group', id: 4_194_304, startTicks: '9'.repeat(20), mark: 'f'.repeat(32) } as const;
    const holder = { ...record.holder, host: '\u{1f600}"'.repeat(100) };
    const full = { ...record, holder, session: '"'.repeat(200), label: '\u0001'.repeat(200), heldSinceMs: 4e12, work };
    expect(new Set([record, full].map((one) => Buffer.byteLength(formatRecord(one)))).size).toBe(1);
    expect(new Set([0, 999_999_999_999].map((seq) => formatGate({ seq, counters: NO_COUNTERS }).length)).size).toBe(1);
  });

  it('is read back, and anything else is no record', () => {
    expect(parseRecord(formatRecord(record))).toEqual(record);
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseRecord(text)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseRecord(text)).toBeUndefined();
      }),
    );
  });

  it('as counters survives damage as counters', () => {
    const some = addTally(addTally(NO_COUNTERS, { happened: 'acquired' }), { waitedMs: 50, heldMs: 5e6 });
    expect(parseGate(formatGate({ seq: 7, counters: some }))).toEqual({ seq: 7, counters: some });
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(Object.values(readCounters(value).happened).every((n) => Number.isSafeInteger(n))).toBe(true);
      }),
    );
  });
});

describe('the sources', () => {
  const read = (file: string): string => fs.readFileSync(path.join(SRC, file), 'utf8');
  const files = fs.readdirSync(path.join(SRC, 'lease')).map((name) => path.join('lease', name));

  it('keep the engine apart from providers: it is told a key, a limit and a root', () => {
    const engine = ['engine', 'ticketOffice', 'waiting', 'heldLease', 'gate', 'holders', 'fileDisk', 'rules'];
    for (const name of engine) expect(read(`lease/${name}.ts`)).not.toMatch(/from '\.\/(admission|facts)\.ts'/);
  });

  it('lock raw descriptors only: a handle that is collected would take its lock along', () => {
    for (const file of files) expect(read(file)).not.toMatch(/fs\.promises|fs\/promises|fsPromises/);
  });

  it('make a limit in one place', () => {
    const makers = files.filter((file) => read(file).includes('fact.limit'));
    expect(makers).toEqual([path.join('lease', 'admission.ts')]);
  });
});
