import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FramePacer } from '../../../../src/artifacts/film/framePacer.ts';
import { longestPause, TimeLine } from '../../../../src/artifacts/film/timing.ts';

const FRAME_US = 1_000;

/** What a film of changes at these times shows: when each frame stands, and how many of the changes it shows. */
function filmOf(times: readonly number[], endUs: number): { frames: { at: number; shown: number }[]; end: number } {
  const pacer = new FramePacer(FRAME_US);
  const frames: { at: number; shown: number }[] = [];
  for (const [made, at] of times.entries()) {
    const due = pacer.change(at);
    if (due !== undefined) frames.push({ at: due, shown: made });
  }
  const { frameUs, endUs: end } = pacer.end(endUs);
  if (frameUs !== undefined) frames.push({ at: frameUs, shown: times.length });
  return { frames, end };
}

const timesOf = fc.array(fc.integer({ min: 0, max: 3 * FRAME_US }), { minLength: 1, maxLength: 40 }).map((gaps) => {
  let at = 0;
  return gaps.map((gap) => (at += gap));
});

describe('the frames of a film', () => {
  it('stand at the moment of a lone change', () => {
    expect(filmOf([0, 5_000, 12_345], 20_000)).toEqual({
      frames: [
        { at: 0, shown: 1 },
        { at: 5_000, shown: 2 },
        { at: 12_345, shown: 3 },
      ],
      end: 20_000,
    });
  });

  it('show all that happened up to their moment, nothing after it, no more than a frame late, and the end', () => {
    fc.assert(
      fc.property(timesOf, fc.integer({ min: 0, max: 5_000 }), (times, rest) => {
        const last = (times.at(-1) ?? 0) + rest;
        const { frames, end } = filmOf(times, last);
        for (const [i, { at, shown }] of frames.entries()) {
          // the last frame may come early, so that the film does not become longer than the session
          const isLast = i === frames.length - 1;
          if (!isLast) expect(shown).toBe(times.filter((time) => time <= at).length);
          const before = frames[i - 1];
          if (before !== undefined) expect(at - before.at).toBeGreaterThanOrEqual(isLast ? 1 : FRAME_US);
          for (const time of times.slice(before?.shown ?? 0, shown)) expect(at - time).toBeLessThanOrEqual(FRAME_US);
        }
        expect(frames.at(-1)?.shown).toBe(times.length);
        expect(end - last).toBeLessThanOrEqual(2 * FRAME_US);
        expect(end).toBeGreaterThan(frames.at(-1)?.at ?? 0);
      }),
    );
  });
});

describe('the times of a recording', () => {
  it('are those of the session, with pauses that are cut to a second or to a frame', () => {
    const times = [100, 1_500_000, 1_500_010, 9_000_000];
    const timed = (timing: Parameters<typeof longestPause>[0]): number[] => {
      const line = new TimeLine(longestPause(timing, 33_334));
      return [...times.map((us) => line.at(us)), line.after(9_500_000)];
    };
    expect(timed('recorded')).toEqual([...times, 9_500_000]);
    expect(timed('accelerated')).toEqual([100, 1_000_100, 1_000_110, 2_000_110, 2_500_110]);
    expect(timed('max-speed')).toEqual([100, 33_434, 33_444, 66_778, 100_112]);
  });

  it('never step back, and keep what is shorter than the longest pause', () => {
    fc.assert(
      fc.property(timesOf, fc.integer({ min: 1, max: 2 * FRAME_US }), (times, longest) => {
        const line = new TimeLine(longest);
        let [before, real] = [0, 0];
        for (const us of times) {
          const at = line.at(us);
          expect(at - before).toBe(Math.min(us - real, longest));
          [before, real] = [at, us];
        }
      }),
    );
  });
});
