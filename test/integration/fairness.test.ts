import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { connectHost } from '../../src/client/connect.ts';
import { environmentBlock } from '../../src/client/environment.ts';
import { LogFollower } from '../../src/eventlog/reader.ts';
import { bytesOf } from '../../src/protocol/events.ts';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { TestHome } from '../support/cli.ts';

const FLOODS = 20;
const ROUNDS = 200;

/** The value that `share` of the others are at most as large as. */
function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Infinity;
}

async function timesOf(rounds: number, one: (round: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const from = systemClock.nowMs();
    await one(round);
    times.push(systemClock.nowMs() - from);
  }
  return times;
}

describe('a quiet session', () => {
  it(`is echoed and seen quickly while ${FLOODS} others flood`, { timeout: 120_000 }, async () => {
    await using home = new TestHome();
    await home.create(['--', 'true']);
    using client = await connectHost({ home: home.home });
    const environment = environmentBlock({ inherited: home.environment });
    const start = async (command: string[]): Promise<string> => {
      const created = await client.call('session.create', { command, cwd: home.work, environment });
      return created.sessionId;
    };
    const quiet = await start(['cat']);
    for (let n = 0; n < FLOODS; n++) await start(['yes', `a line of flood ${n}`]);
    const echo = await timesOf(ROUNDS, async (round) => {
      await client.call('input.type', { session: quiet, text: `\r\n<${round}>` });
      await client.call('screen.wait', { session: quiet, condition: { kind: 'text', text: `<${round}>` } });
    });
    const follower = new LogFollower(sessionPaths(home.home, quiet).log);
    const logged = await timesOf(ROUNDS, async (round) => {
      await client.call('input.type', { session: quiet, text: `\r\n[${round}]` });
      for (;;) {
        for await (const { type, payload } of follower.readAvailable())
          if (type === 'output' && bytesOf(payload).includes(`[${round}]`)) return;
        await delay(systemClock, 1);
      }
    });
    const asked = await timesOf(ROUNDS, () => client.call('session.inspect', { session: quiet }));
    const figure = (times: readonly number[]): string =>
      `p50 ${quantile(times, 0.5).toFixed(1)}, p99 ${quantile(times, 0.99).toFixed(1)}, max ${Math.max(...times).toFixed(1)} ms`;
    process.stderr.write(
      `${FLOODS} floods: echo in the log ${figure(logged)}; on the screen ${figure(echo)}; inspect ${figure(asked)}\n`,
    );
    // on a quiet machine each is a tenth of this; half of the rounds, because what else runs here takes whole slices of time
    expect(quantile(echo, 0.5)).toBeLessThan(500);
    expect(quantile(logged, 0.5)).toBeLessThan(100);
    expect(quantile(asked, 0.5)).toBeLessThan(100);
  });
});
