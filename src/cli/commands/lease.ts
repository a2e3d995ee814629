/** All lease commands in one file to load: each further one would cut the program's start-up part into more pieces. */
export { leaseDoctor } from './leaseDoctor.ts';
export { leaseList } from './leaseList.ts';
export { leaseMetrics } from './leaseMetrics.ts';
export { leaseRelease } from './leaseRelease.ts';
export { leaseRun } from './leaseRun.ts';
export { leaseWait } from './leaseWait.ts';
