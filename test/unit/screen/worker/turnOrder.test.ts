import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TURN_MS, TurnOrder, type TurnTaker } from '../../../../src/screen/worker/turnOrder.ts';

interface Taker extends TurnTaker {
  readonly name: string;
  /** How long its turns are. */
  readonly ms: number;
  /** Turns that it still needs. */
  left: number;
}

function taker(name: string, options: Partial<Taker> = {}): Taker {
  return { name, ms: TURN_MS, left: Infinity, mayBeSlow: false, ...options };
}

/** An order, and the turns that were taken. */
class Turns {
  readonly order = new TurnOrder<Taker>();
  readonly names: string[] = [];
  nowMs = 0;

  add(...takers: readonly Taker[]): void {
    for (const each of takers) this.order.add(each, this.nowMs);
  }

  take(count: number): void {
    for (let i = 0; i < count; i += 1) {
      const next = this.order.next(this.nowMs);
      if (next === undefined) return;
      this.names.push(next.name);
      this.nowMs += next.ms;
      next.left -= 1;
      this.order.ended(next, { tookMs: next.ms, nowMs: this.nowMs, hasWork: next.left > 0 });
    }
  }
}

describe('the order of turns', () => {
  it('goes round among those that are busy', () => {
    const turns = new Turns();
    turns.add(taker('a'), taker('b'), taker('c'));
    turns.take(20);
    const round = turns.names.slice(-3);
    expect(round.toSorted()).toEqual(['a', 'b', 'c']);
    expect(turns.names.slice(-6, -3)).toEqual(round);
  });

  it('lets one that was idle go before all that are busy', () => {
    const turns = new Turns();
    turns.add(...Array.from({ length: 20 }, (_, n) => taker(`flood ${n}`)));
    turns.take(60);
    turns.add(taker('quiet', { ms: 0.2, left: 1 }));
    turns.take(1);
    expect(turns.names.at(-1)).toBe('quiet');
  });

  it('gives the busy ones half of the time when others come again and again', () => {
    const turns = new Turns();
    turns.add(taker('flood'));
    turns.take(1);
    for (let i = 0; i < 100; i += 1) {
      turns.add(taker('new', { left: 1 }));
      turns.take(1);
    }
    expect(turns.names.filter((name) => name === 'flood')).toHaveLength(51);
  });

  it('lets no two turns that may be long follow one another while somebody waits', () => {
    const turns = new Turns();
    const bombs = ['x', 'y', 'z'].map((name) => taker(name, { ms: 100, mayBeSlow: true }));
    turns.add(...bombs);
    turns.take(1);
    turns.add(taker('quiet', { ms: 0.2, left: 1 }));
    turns.take(2);
    expect(turns.names).toEqual(['x', 'quiet', 'y']);
  });

  it('makes those that had long turns wait as long while others have work', () => {
    const turns = new Turns();
    turns.add(taker('slow', { ms: 100, mayBeSlow: true }), taker('flood'));
    turns.take(200);
    const slow = turns.names.filter((name) => name === 'slow').length;
    expect(slow).toBeGreaterThan(1);
    expect((slow * 100) / turns.nowMs).toBeLessThan(0.6);
  });

  it('treats a pattern that is quick as if it were none', () => {
    const turns = new Turns();
    turns.add(taker('flood'), taker('pattern', { mayBeSlow: true }));
    turns.take(100);
    expect(turns.names.filter((name) => name === 'pattern')).toHaveLength(50);
  });

  it('leaves out those that were removed', () => {
    const turns = new Turns();
    const gone = taker('gone');
    turns.add(gone, taker('stays'));
    turns.order.remove(gone);
    turns.take(2);
    expect(turns.names).toEqual(['stays', 'stays']);
  });

  it('forgets nobody', () => {
    const some = fc.record({
      ms: fc.constantFrom(0.1, 2, TURN_MS, 30, 100),
      left: fc.integer({ min: 1, max: 4 }),
      mayBeSlow: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), (all) => {
        const turns = new Turns();
        turns.add(...all.map((options, n) => taker(String(n), options)));
        turns.take(1_000);
        expect(turns.names).toHaveLength(all.reduce((sum, { left }) => sum + left, 0));
        expect(turns.order.isEmpty).toBe(true);
      }),
    );
  });
});
