import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCROLLBACK_LINES } from '../../../../src/protocol/limits.ts';
import { Baselines, MAX_STAMPS } from '../../../../src/screen/worker/baselines.ts';
import type { Baseline } from '../../../../src/screen/worker/probe.ts';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';

/** A screen whose events a test prints, as the worker does it. */
class Printed implements Disposable {
  readonly model: ScreenModel;
  readonly baselines: Baselines;
  #seq = 0;

  constructor(size: { cols: number; rows: number }) {
    this.model = new ScreenModel(size);
    this.baselines = new Baselines(this.model);
  }

  /** Prints an event and gives its number. */
  print(text: string): number {
    const seq = this.#seq++;
    this.baselines.beforeEvent(seq);
    this.model.write(Buffer.from(text), seq);
    return seq;
  }

  resize(cols: number, rows: number): void {
    const seq = this.#seq++;
    this.baselines.beforeEvent(seq);
    this.model.resize(cols, rows, seq);
  }

  /** Stamps the screen; gives the last event that it has seen. */
  stamp(): number {
    this.baselines.stamp(this.model.capturedAtSeq);
    return this.model.capturedAtSeq;
  }

  find(seq: number): Baseline {
    const found = this.baselines.find(seq);
    if (found === undefined) throw new Error(`nothing is kept for ${seq}`);
    return found;
  }

  /** Text of the rows that are new since the event. */
  newSince(seq: number): string[] {
    using baseline = this.find(seq);
    const rows = this.model.rows();
    return [...baseline.newRows(rows)].map((at) => rows[at]?.text.trimEnd() ?? '');
  }

  [Symbol.dispose](): void {
    this.baselines[Symbol.dispose]();
    this.model[Symbol.dispose]();
  }
}

const SIZE = { cols: 20, rows: 4 };

describe('a row', () => {
  it('is old where it stood, and stays old when it scrolls', () => {
    using screen = new Printed(SIZE);
    screen.print('same\r\nsame\r\nlast');
    const seq = screen.stamp();
    expect(screen.newSince(seq)).toEqual([]);
    screen.print('\r\nsame');
    expect(screen.newSince(seq)).toEqual(['same']);
    screen.print('\r\none\r\ntwo');
    expect(screen.newSince(seq)).toEqual(['same', 'one', 'two']);
  });

  it('is new when its text changed, and old again when it changed back', () => {
    using screen = new Printed(SIZE);
    screen.print('50 %');
    const seq = screen.stamp();
    screen.print('\r60 %');
    expect(screen.newSince(seq)).toEqual(['60 %']);
    screen.print('\r50 %');
    expect(screen.newSince(seq)).toEqual([]);
  });

  it('is new after the screen was cleared, even with the same text', () => {
    using screen = new Printed(SIZE);
    screen.print('text');
    const seq = screen.stamp();
    screen.print('\u001b[H\u001b[2Jtext');
    expect(screen.newSince(seq)).toEqual(['text']);
  });

  it('above the cursor stays old when the rest is cleared, as line editors do at each prompt', () => {
    using screen = new Printed(SIZE);
    screen.print('old\r\n');
    const seq = screen.stamp();
    screen.print('\u001b[J$ ');
    expect(screen.newSince(seq)).toEqual(['$']);
  });

  it('is old on from the clearing of the scrollback', () => {
    using screen = new Printed(SIZE);
    screen.print('a\r\nb\r\nc\r\nd');
    const seq = screen.stamp();
    screen.print('\r\ne\u001b[3J');
    expect(screen.newSince(seq)).toEqual(['e']);
  });

  it('that is blank is never new', () => {
    using screen = new Printed(SIZE);
    screen.print('text');
    const seq = screen.stamp();
    screen.print('\u001b[2K');
    expect(screen.newSince(seq)).toEqual([]);
  });

  it('moves with the lines that are put in above it', () => {
    using screen = new Printed(SIZE);
    screen.print('a\r\nb\u001b[H');
    const seq = screen.stamp();
    screen.print('\u001b[Lnew');
    expect(screen.newSince(seq)).toEqual(['new']);
  });

  it('of the alternate screen is old by its place, and only as long as that screen stays', () => {
    using screen = new Printed(SIZE);
    const normal = [screen.print('shell'), screen.stamp()][1] ?? 0;
    screen.print('\u001b[?1049h\u001b[Hmenu\r\nitem');
    const seq = screen.stamp();
    expect(screen.newSince(normal)).toEqual(['menu', 'item']);
    screen.print('\u001b[H\u001b[2Jmenu\r\nother');
    expect(screen.newSince(seq)).toEqual(['other']);
    screen.print('\u001b[?1049l');
    expect(screen.newSince(seq)).toEqual(['shell']);
    expect(screen.newSince(normal)).toEqual([]);
    screen.print('\u001b[?1049h\u001b[Hmenu');
    expect(screen.newSince(seq)).toEqual(['menu']);
  });

  it('is new after a reset of the terminal', () => {
    using screen = new Printed(SIZE);
    screen.print('text');
    const seq = screen.stamp();
    screen.print('\u001bctext');
    expect(screen.newSince(seq)).toEqual(['text']);
  });

  it('is old after a resize that left its line as it was', () => {
    using screen = new Printed(SIZE);
    screen.print('short\r\na longer line\r\n');
    const seq = screen.stamp();
    screen.resize(10, 4);
    expect(screen.newSince(seq)).toEqual(['a longer l', 'ine']);
    screen.resize(20, 8);
    expect(screen.newSince(seq)).toEqual([]);
  });

  it('is followed through a full scrollback', () => {
    using screen = new Printed(SIZE);
    screen.print('x\r\n'.repeat(SCROLLBACK_LINES + 10));
    screen.print('kept');
    const seq = screen.stamp();
    screen.print('\r\nnew');
    expect(screen.newSince(seq)).toEqual(['new']);
    screen.print('\r\nkept'.repeat(SCROLLBACK_LINES + 10));
    expect(screen.newSince(seq)).toEqual(['kept', 'kept', 'kept', 'kept']);
    expect(screen.baselines.trackedRows).toBeLessThanOrEqual(SIZE.rows);
  });

  it('is new exactly when it was printed after the baseline, whatever the lines say', () => {
    const line = fc.stringMatching(/^[a-c]{0,3}$/);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.array(line, { maxLength: 12 }), (before, after) => {
        using screen = new Printed({ cols: 10, rows: 5 });
        screen.print(before.map((text) => `${text}\r\n`).join(''));
        const seq = screen.stamp();
        for (const text of after) screen.print(`${text}\r\n`);
        const isSeen = after.length > 4 ? after.slice(-4) : after;
        expect(screen.newSince(seq)).toEqual(isSeen.filter((text) => text !== ''));
      }),
    );
  });
});

describe('the stamps', () => {
  it('are found by any event between their last one and the next that changed the screen', () => {
    using screen = new Printed(SIZE);
    screen.print('a'); // 0
    screen.stamp();
    screen.baselines.beforeEvent(5);
    screen.model.write(Buffer.from('b'), 5);
    expect([0, 1, 4].map((seq) => screen.newSince(seq))).toEqual([['ab'], ['ab'], ['ab']]);
    expect(screen.baselines.find(5)).toBeUndefined();
    screen.stamp();
    expect(screen.newSince(5)).toEqual([]);
    expect(screen.newSince(99)).toEqual([]);
    expect(screen.baselines.spans).toEqual([
      { fromSeq: 0, toSeq: -1 },
      { fromSeq: 0, toSeq: 4 },
      { fromSeq: 5, toSeq: undefined },
    ]);
  });

  it('begin with the blank screen, which always stays', () => {
    using screen = new Printed(SIZE);
    screen.baselines.beforeEvent(3);
    screen.model.write(Buffer.from('first'), 3);
    for (let i = 4; i < 4 + 2 * MAX_STAMPS; i += 1) {
      screen.stamp();
      screen.baselines.beforeEvent(i);
      screen.model.write(Buffer.from(`\r\n${i}`), i);
    }
    expect(screen.newSince(2)).toHaveLength(4);
    expect(screen.baselines.find(4)).toBeUndefined();
    expect(screen.baselines.spans).toHaveLength(MAX_STAMPS);
  });

  it('that only a part of an event was seen for stand for what was seen', () => {
    using screen = new Printed(SIZE);
    screen.print('a');
    screen.baselines.beforeEvent(1);
    screen.model.write(Buffer.from('\r\nb'));
    screen.baselines.stamp(0, 1);
    screen.model.write(Buffer.from('\r\nc'), 1);
    expect(screen.newSince(0)).toEqual(['c']);
    expect(screen.baselines.find(1)).toBeUndefined();
  });

  it('share the rows that did not change, and let go of them with the last that holds them', () => {
    using screen = new Printed(SIZE);
    screen.print('a\r\nb\r\nc\r\n');
    for (let i = 0; i < MAX_STAMPS; i += 1) {
      screen.stamp();
      screen.print('.');
    }
    screen.stamp();
    expect(screen.baselines.trackedRows).toBe(3 + MAX_STAMPS - 1);
  });

  it('hold a thousand rows at most, however large the screen', () => {
    using screen = new Printed({ cols: 10, rows: 300 });
    for (let i = 0; i < 20; i += 1) {
      screen.print(`${i}\r\n`.repeat(300));
      screen.stamp();
    }
    expect(screen.baselines.trackedRows).toBeLessThanOrEqual(1_024);
    expect(screen.newSince(19)).toEqual([]);
  });

  it('stay for a wait that counts from them, and go with it', () => {
    using screen = new Printed(SIZE);
    screen.print('kept');
    const baseline = screen.find(screen.stamp());
    for (let i = 0; i < 3 * MAX_STAMPS; i += 1) {
      screen.print(`\u001b[2;1H${i}`);
      screen.stamp();
    }
    const rows = screen.model.rows();
    expect([...baseline.newRows(rows)]).toEqual([1]);
    const held = screen.baselines.trackedRows;
    baseline[Symbol.dispose]();
    baseline[Symbol.dispose]();
    expect([held, screen.baselines.trackedRows]).toEqual([MAX_STAMPS, MAX_STAMPS]);
  });
});
