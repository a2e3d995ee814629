/**
 * Commands that are called now and then, in one piece to load. Each piece of its own would cut the code that it shares with the others into
 * more files, and every call of the program would load more of those: 17 with a piece for the lease commands alone, 10 like this.
 */
export { doctor } from './doctor.ts';
export { gc } from './gc.ts';
export { leaseDoctor } from './leaseDoctor.ts';
export { leaseList } from './leaseList.ts';
export { leaseMetrics } from './leaseMetrics.ts';
export { leaseRelease } from './leaseRelease.ts';
export { leaseRun } from './leaseRun.ts';
export { leaseWait } from './leaseWait.ts';
