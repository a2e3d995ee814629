// What a free place at a provider adds to a run: the same command in the same session with and without one, in turn.
//
// AGENT_TTY_BENCH_LEASES says how many pairs (500).
import fs from 'node:fs';
import path from 'node:path';
import { withHome } from './home.mjs';
import { ms, quantile, times } from './measure.mjs';

const PAIRS = Number(process.env.AGENT_TTY_BENCH_LEASES ?? 500);
/** Pairs before it is measured: the root is tried out, and code compiled, by then. */
const WARM_PAIRS = 20;
/** What a place may add, median. */
const MAX_ADDED_MS = 3;

export const title = `${PAIRS} runs with an uncontended place, against as many without`;

async function timed(session, options) {
  const from = performance.now();
  const { outcome, lease } = await session.run('true', options);
  if (outcome !== 'finished') throw new Error(`a run ended as ${outcome}`);
  if ((lease === undefined) !== (options.provider === undefined))
    throw new Error('a run has a place that it should not have, or none');
  return performance.now() - from;
}

export async function measure() {
  return withHome(async ({ directory, env }) => {
    const config = { leases: { providers: { bench: { kind: 'stateless', limit: 4 } } } };
    fs.writeFileSync(path.join(directory, 'config.json'), JSON.stringify(config), { mode: 0o600 });
    const { connect } = await import('../dist/index.js');
    const environment = { ...env, AGENT_TTY_LEASE_ROOT: path.join(directory, 'leases') };
    const client = await connect({ home: directory, environment });
    try {
      const session = await client.create({ shell: 'bash' });
      const plain = [];
      const leased = [];
      const added = [];
      for (let n = -WARM_PAIRS; n < PAIRS; n++) {
        // Which of the two comes first changes, so that neither profits from the other.
        const isPlainFirst = n % 2 === 0;
        const first = await timed(session, isPlainFirst ? {} : { provider: 'bench' });
        const second = await timed(session, isPlainFirst ? { provider: 'bench' } : {});
        if (n < 0) continue;
        const [without, withPlace] = isPlainFirst ? [first, second] : [second, first];
        plain.push(without);
        leased.push(withPlace);
        added.push(withPlace - without);
      }
      const middle = (values) => quantile(values, 0.5);
      const difference = middle(leased) - middle(plain);
      const row = (name, values) => ({
        name,
        median: ms(middle(values)),
        p99: ms(quantile(values, 0.99)),
        ratio: times(middle(values), middle(plain)),
      });
      return [
        row('without a provider', plain),
        row('with a place', leased),
        {
          name: 'added',
          median: ms(difference) + (difference > MAX_ADDED_MS ? '!' : ''),
          'of pairs': ms(middle(added)),
        },
      ];
    } finally {
      await client[Symbol.asyncDispose]();
    }
  });
}
