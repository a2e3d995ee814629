import fs from 'node:fs';

/** First number: nanoseconds that the thread has had the processor (Linux, Documentation/scheduler/sched-stats.rst). */
const SCHEDSTAT = '/proc/thread-self/schedstat';

/**
 * Milliseconds of processor time that the calling thread has had since it began, exact to a tick of the kernel (4 ms).
 * Undefined where the system does not tell: only Linux does, and not in every sandbox.
 */
export function threadCpuMs(): number | undefined {
  try {
    const [ns] = fs.readFileSync(SCHEDSTAT, 'latin1').split(' ');
    return ns === undefined || !/^\d+$/.test(ns) ? undefined : Number(ns) / 1e6;
  } catch {
    return undefined; // not told here, as promised
  }
}
