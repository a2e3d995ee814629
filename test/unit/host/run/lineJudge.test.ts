import { describe, expect, it } from 'vitest';
import { LineJudge, type LineSight } from '../../../../src/host/run/lineJudge.ts';

const READS: LineSight = { canonical: false, shellInForeground: true, isAsleep: true, quietMs: 60 };

/** Looks until the judge says that the shell reads on; undefined when a hundred do not. */
function looksNeeded(sights: (look: number) => LineSight): number | undefined {
  const judge = new LineJudge();
  for (let look = 1; look <= 100; look++) if (judge.readsOn(sights(look))) return look;
  return undefined;
}

describe('a line that was typed and whose command does not begin', () => {
  it('is read on when the shell sleeps over its editor, three looks in a row', () => {
    expect(looksNeeded(() => READS)).toBe(3);
  });

  it.each<[string, Partial<LineSight>]>([
    ['is awake: it has bytes to read, or waits for a processor', { isAsleep: false }],
    ['has given the terminal back to the kernel: it has the line', { canonical: true }],
    ['has a program in the foreground', { shellInForeground: false }],
    ['is on a terminal that does not tell how it reads', { canonical: undefined }],
    ['prints', { quietMs: 10 }],
  ])('is not while the shell %s', (_, seen) => {
    expect(looksNeeded(() => ({ ...READS, ...seen }))).toBeUndefined();
    // one such look among others begins the count anew
    expect(looksNeeded((look) => (look === 2 ? { ...READS, ...seen } : READS))).toBe(5);
  });

  it('takes a second where the system does not tell whether the shell sleeps', () => {
    expect(looksNeeded(() => ({ ...READS, isAsleep: undefined }))).toBe(20);
  });
});
