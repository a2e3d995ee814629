import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { OutputStream } from '../../../src/cli/output.ts';
import { ProgressLine } from '../../../src/cli/progressLine.ts';
import { FakeClock } from '../../support/fakeClock.ts';

/** What a terminal's standard error gets of an export whose calls come at these times (ms), each with what is done of 100. */
async function shown(
  calls: readonly (readonly [atMs: number, done: number])[],
  { json = false, isTTY = true } = {},
): Promise<string> {
  const clock = new FakeClock();
  const sink = new PassThrough();
  const stderr = new OutputStream(Object.assign(sink, { isTTY }));
  const line = new ProgressLine({ clock, stderr, json });
  for (const [atMs, doneEvents] of calls) {
    clock.advance(atMs - clock.nowMs());
    line.show({ doneEvents, totalEvents: 100 });
  }
  await line.clear();
  return String(sink.read() ?? '');
}

describe('the progress of an export', () => {
  it('is silent for a second, then a bar with the time that is left, and gone in the end', async () => {
    expect(await shown([[900, 10]])).toBe('');
    expect(
      await shown([
        [500, 10],
        [2_000, 25],
      ]),
    ).toBe('\r\u001b[Kexporting: [######..................] 25 %, 6s left\r\u001b[K');
    expect(await shown([[3_000, 100]])).toBe('\r\u001b[Kexporting: [########################] 100 %\r\u001b[K');
  });

  it('is drawn ten times a second at most, and never for programs', async () => {
    expect(
      (
        await shown([
          [2_000, 1],
          [2_050, 2],
          [2_100, 3],
        ])
      ).match(/exporting/g),
    ).toHaveLength(2);
    expect(await shown([[5_000, 50]], { json: true })).toBe('');
    expect(await shown([[5_000, 50]], { isTTY: false })).toBe('');
  });
});
