import { expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { threadCpuMs } from '../../../src/base/threadCpu.ts';

it.runIf(process.platform === 'linux')(
  'the processor time of a thread grows while it works, and no faster than time',
  () => {
    const beganMs = systemClock.nowMs();
    const first = threadCpuMs() ?? NaN;
    let last = first;
    for (let worked = 0; last < first + 20; worked += 1) last = worked % 1_000 === 0 ? (threadCpuMs() ?? NaN) : last;
    // the kernel counts in ticks
    expect(systemClock.nowMs() - beganMs).toBeGreaterThan(last - first - 10);
  },
);
