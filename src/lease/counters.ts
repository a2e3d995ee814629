/** Counters of a key, for metrics. Kept in the gate's file, so that they cost no write of their own; nothing is decided by them. */

/** Upper bounds of the buckets of a histogram, in seconds; one more is for the rest. */
export const BUCKET_BOUNDS_S = [0.1, 1, 10, 60, 600, 3_600] as const;

/** Durations, counted by size. */
export interface Histogram {
  readonly count: number;
  readonly sumMs: number;
  /** Not cumulative; one more than {@link BUCKET_BOUNDS_S}. */
  readonly buckets: readonly number[];
}

/** What happened at a key, counted. */
export const TALLY_NAMES = [
  'acquired',
  'at_capacity',
  'queue_full',
  'queue_timeout',
  'aborted',
  'reclaimed',
  'lost',
] as const;
export type TallyName = (typeof TALLY_NAMES)[number];

export interface Counters {
  readonly happened: Readonly<Record<TallyName, number>>;
  readonly wait: Histogram;
  readonly hold: Histogram;
}

/** What is to be added. */
export interface Tally {
  readonly happened?: TallyName;
  readonly times?: number;
  readonly waitedMs?: number;
  readonly heldMs?: number;
}

const NO_DURATIONS: Histogram = {
  count: 0,
  sumMs: 0,
  buckets: Array.from({ length: BUCKET_BOUNDS_S.length + 1 }, () => 0),
};

export const NO_COUNTERS: Counters = {
  happened: { acquired: 0, at_capacity: 0, queue_full: 0, queue_timeout: 0, aborted: 0, reclaimed: 0, lost: 0 },
  wait: NO_DURATIONS,
  hold: NO_DURATIONS,
};

/** `counters` with `tally` added. */
export function addTally(counters: Counters, { happened, times = 1, waitedMs, heldMs }: Tally): Counters {
  return {
    happened:
      happened === undefined
        ? counters.happened
        : { ...counters.happened, [happened]: counters.happened[happened] + times },
    wait: waitedMs === undefined ? counters.wait : addDuration(counters.wait, waitedMs),
    hold: heldMs === undefined ? counters.hold : addDuration(counters.hold, heldMs),
  };
}

function addDuration(histogram: Histogram, ms: number): Histogram {
  const at = BUCKET_BOUNDS_S.findIndex((bound) => ms <= bound * 1_000);
  const index = at === -1 ? BUCKET_BOUNDS_S.length : at;
  return {
    count: histogram.count + 1,
    sumMs: histogram.sumMs + Math.round(ms),
    buckets: histogram.buckets.map((n, i) => (i === index ? n + 1 : n)),
  };
}

/** Counters from JSON; what is damaged counts from 0 again. */
export function readCounters(value: unknown): Counters {
  const fields = objectOf(value);
  const happened = objectOf(fields['happened']);
  const entries = TALLY_NAMES.map((name) => [name, countOf(happened[name])] as const);
  return {
    happened: { ...NO_COUNTERS.happened, ...Object.fromEntries(entries) },
    wait: readHistogram(fields['wait']),
    hold: readHistogram(fields['hold']),
  };
}

function readHistogram(value: unknown): Histogram {
  const fields = objectOf(value);
  const buckets: unknown = fields['buckets'];
  if (!Array.isArray(buckets)) return NO_DURATIONS;
  return {
    count: countOf(fields['count']),
    sumMs: countOf(fields['sumMs']),
    buckets: NO_DURATIONS.buckets.map((_, i) => countOf(buckets[i])),
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function countOf(value: unknown): number {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : 0;
}
