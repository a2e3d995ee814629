/** What happened at the providers, as text that monitoring reads (OpenMetrics 1.0). Labels are a provider's name and an outcome. */
import type { Capacity } from '../protocol/leaseOutcome.ts';
import { BUCKET_BOUNDS_S, type Counters, type Histogram, TALLY_NAMES } from './counters.ts';

export interface ProviderMetrics {
  readonly provider: string;
  /** Null when it could not be asked. */
  readonly capacity: Capacity | null;
  readonly overdue: number;
  readonly counters: Counters;
}

/** The whole exposition; `isUp`: locks are there and the root can be used. */
export function openMetrics(providers: readonly ProviderMetrics[], isUp: boolean): string {
  const gauge = (name: string, help: string, of: (one: ProviderMetrics) => number | null | undefined): string[] => {
    const samples = providers.flatMap((one) => {
      const value = of(one);
      return value === null || value === undefined ? [] : [`${name}{provider="${one.provider}"} ${value}`];
    });
    return [`# TYPE ${name} gauge`, `# HELP ${name} ${help}`, ...samples];
  };
  const lines = [
    ...gauge('agent_tty_lease_active', 'Places taken.', ({ capacity }) => capacity?.active),
    ...gauge('agent_tty_lease_limit', 'Places there are.', ({ capacity }) => capacity?.limit),
    ...gauge('agent_tty_lease_queued', 'Waiting for a place.', ({ capacity }) => capacity?.queued),
    ...gauge('agent_tty_lease_overdue', 'Places taken for longer than expected.', ({ overdue }) => overdue),
    '# TYPE agent_tty_lease_events counter',
    '# HELP agent_tty_lease_events What became of requests and holders.',
    ...providers.flatMap(({ provider, counters }) =>
      TALLY_NAMES.map(
        (name) => `agent_tty_lease_events_total{provider="${provider}",outcome="${name}"} ${counters.happened[name]}`,
      ),
    ),
    ...histograms('agent_tty_lease_wait_seconds', 'Time until a place was got.', providers, ({ wait }) => wait),
    ...histograms('agent_tty_lease_hold_seconds', 'Time a place was held.', providers, ({ hold }) => hold),
    '# TYPE agent_tty_lease_engine_up gauge',
    '# HELP agent_tty_lease_engine_up Whether places can be given at all.',
    `agent_tty_lease_engine_up ${isUp ? 1 : 0}`,
    '# EOF',
  ];
  return `${lines.join('\n')}\n`;
}

function histograms(
  name: string,
  help: string,
  providers: readonly ProviderMetrics[],
  of: (counters: Counters) => Histogram,
): string[] {
  const samples = providers.flatMap(({ provider, counters }) => {
    const { buckets, count, sumMs } = of(counters);
    let below = 0;
    const cumulative = buckets.map((n) => (below += n));
    const bounds = [...BUCKET_BOUNDS_S.map(String), '+Inf'];
    return [
      ...bounds.map((le, i) => `${name}_bucket{provider="${provider}",le="${le}"} ${cumulative[i] ?? 0}`),
      `${name}_sum{provider="${provider}"} ${sumMs / 1_000}`,
      `${name}_count{provider="${provider}"} ${count}`,
    ];
  });
  return [`# TYPE ${name} histogram`, `# HELP ${name} ${help}`, ...samples];
}
