import { expect, it } from 'vitest';
import { replaySnapshot } from '../../../src/artifacts/replaySnapshot.ts';
import type { Clock } from '../../../src/base/clock.ts';
import { RunHistory } from '../../../src/eventlog/runHistory.ts';
import { recoverLog } from '../../../src/eventlog/recover.ts';
import { verifyLog } from '../../../src/eventlog/verify.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { create, newLogPath, output, readAll, reopen, SESSION } from './support.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

/** A clock whose wall side somebody sets. */
function steppable(): {
  clock: Clock;
  advance: (ms: number) => void;
  step: (ms: number) => void;
} {
  const fake = new FakeClock();
  let stepMs = 0;
  const clock: Clock = {
    nowMs: () => fake.nowMs(),
    wallMs: () => fake.wallMs() + stepMs,
    after: (delayMs, fn) => fake.after(delayMs, fn),
  };
  return { clock, advance: (ms) => fake.advance(ms), step: (ms) => void (stepMs += ms) };
}

it.each([
  ['an hour back', -HOUR_MS],
  ['a year forward', YEAR_MS],
  ['to before 1970 and back', -60 * YEAR_MS],
])(
  'a wall clock that is set %s changes nothing of the order, of durations or of what can be replayed',
  async (_how, stepMs) => {
    const file = newLogPath();
    const { clock, advance, step } = steppable();
    const log = create(file, { clock });
    const runId = `${SESSION}.1`;
    const marker = '__AT_MARKER_0__';
    advance(1_000);
    log.append([
      output('one\r\n'),
      { type: 'input_run', payload: { command: 'x', noWait: false, marker, runId, source: 'hooks' } },
      { type: 'run_started', payload: { runId, inputRunSeq: 2 } },
    ]);
    step(stepMs);
    advance(500);
    log.append([output('two\r\n')]);
    step(-stepMs / 2);
    advance(500);
    const payload = { marker, inputRunSeq: 2, runId, outcome: 'finished', exitCode: 0 } as const;
    log.append([
      {
        type: 'run_complete',
        payload: { ...payload, evidence: ['hook_mark'], confidence: 'certain', durationMs: 1_000 },
      },
    ]);
    await log.close();
    const again = reopen(file, { clock });
    step(stepMs);
    advance(5);
    again.append([output('three')]);
    await again.close();
    const events = await readAll(file);
    expect(events.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(events.map(({ t }) => t / 1_000)).toEqual([0, 1_000, 1_000, 1_000, 1_500, 2_000, 2_005]);
    expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true });
    expect(recoverLog(file, SESSION)).toMatchObject({ cutBytes: 0, head: { seq: 6 } });
    expect((await replaySnapshot(file)).visibleLines.slice(0, 3).map(({ text }) => text)).toEqual([
      'one',
      'two',
      'three',
    ]);
    const history = new RunHistory(SESSION);
    for (const event of events) history.take(event);
    expect(history.runs).toMatchObject([{ runId, durationMs: 1_000 }]);
  },
);
