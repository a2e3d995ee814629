import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { connectHost } from '../../src/client/connect.ts';
import type { HostClient } from '../../src/client/hostClient.ts';
import { TestHome } from '../support/cli.ts';

/** What a bomb may add to the delay of a request that needs no screen, and of one that needs another screen. */
const MAX_PLAIN_MS = 100;
const MAX_SNAPSHOT_MS = 300;
/** One call in a hundred may meet another interruption of a loaded machine, up to so many times the promise. */
const RARE_FACTOR = 2.5;
/** Rounds before the bomb, to see what this machine does to calls without one. */
const CALM_ROUNDS = 20;

const BASH = ['--shell', '/bin/bash'];
/** A program that takes input and shows nothing. */
const SINK = ['--', 'sh', '-c', 'stty raw -echo; exec cat > /dev/null'];

interface Delays {
  readonly plainMs: number[];
  readonly snapshotMs: number[];
}

/** Asks for this and that, one after the other, as long as `isOver` does not hold. */
async function probe(client: HostClient, session: string, isOver: () => boolean): Promise<Delays> {
  const delays: Delays = { plainMs: [], snapshotMs: [] };
  const timed = async (call: () => Promise<unknown>): Promise<number> => {
    const startMs = systemClock.nowMs();
    await call();
    return systemClock.nowMs() - startMs;
  };
  do {
    for (const call of [
      () => client.call('host.status', {}),
      () => client.call('session.inspect', { session }),
      () => client.call('run.list', { session }),
      () => client.call('input.type', { session, text: 'x' }),
    ])
      delays.plainMs.push(await timed(call));
    delays.snapshotMs.push(await timed(() => client.call('screen.snapshot', { session })));
  } while (!isOver());
  return delays;
}

/** The same calls while all is calm. */
function probeCalm(client: HostClient, session: string): Promise<Delays> {
  let rounds = 0;
  return probe(client, session, () => ++rounds === CALM_ROUNDS);
}

/** The delay that all but one in a hundred stay below; of a few calls all. */
function usual(delaysMs: readonly number[]): number {
  return delaysMs.toSorted((a, b) => a - b)[Math.ceil(delaysMs.length * 0.99) - 1] ?? Infinity;
}

/** Holds the delays to the promise, and tells the figures. */
function hold(what: string, delays: Delays, calm: Delays): void {
  const figure = (ms: readonly number[]): string => `${Math.round(usual(ms))} (max ${Math.round(Math.max(...ms))})`;
  process.stdout.write(
    `${what}: plain ${figure(delays.plainMs)} ms, calm ${figure(calm.plainMs)}; snapshot ${figure(delays.snapshotMs)} ms, calm ${figure(calm.snapshotMs)}; ${delays.snapshotMs.length} rounds\n`,
  );
  for (const [name, maxMs] of [
    ['plainMs', MAX_PLAIN_MS],
    ['snapshotMs', MAX_SNAPSHOT_MS],
  ] as const) {
    const calmMs = Math.max(...calm[name]);
    expect(usual(delays[name]) - calmMs, name).toBeLessThan(maxMs);
    expect(Math.max(...delays[name]) - calmMs, `${name}, the longest`).toBeLessThan(RARE_FACTOR * maxMs);
  }
}

const PATTERNS = ['^(a|a)*$X', '^(.*)(.*)(.*)(.*)(.*)(.*)(.*)X$', '^(\\w|\\d)+!'];
const BOMBED_MS = 1_500;

describe('patterns that never end', () => {
  it.each([
    ['three sessions', 3],
    ['one session', 1],
  ])('of %s leave the host and the other screens quick', async (_name, sessions) => {
    await using home = new TestHome();
    const victims: string[] = [];
    for (let i = 0; i < sessions; i += 1) {
      const id = await home.create(['--', 'sh', '-c', `printf '${'a'.repeat(40)}\\n${'1'.repeat(40)}'; exec cat`]);
      await home.result(['wait', id, '--text', 'aaaa']);
      victims.push(id);
    }
    const other = await home.create(SINK);
    using client = await connectHost({ home: home.home });
    const calm = await probeCalm(client, other);
    const endMs = systemClock.nowMs() + BOMBED_MS;
    let refused = 0;
    // a pattern is refused by what it took of a processor: on a busy machine that is later
    const isOver = (): boolean => systemClock.nowMs() > endMs && refused > 5;
    const bomb = async (regex: string, victim: string): Promise<void> => {
      while (!isOver()) {
        const wait = client.call('screen.wait', {
          session: victim,
          condition: { kind: 'regex', regex },
          timeoutMs: 5_000,
        });
        await expect(wait).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { reason: 'regex-too-slow' } });
        refused += 1;
      }
    };
    const bombs = PATTERNS.map((pattern, i) => bomb(pattern, victims[i % sessions] ?? ''));
    const delays = await probe(client, other, isOver);
    await Promise.all(bombs);
    hold(`patterns in ${sessions}`, delays, calm);
  });

  it('that wait for a change are as harmless when it comes', async () => {
    await using home = new TestHome();
    const victim = await home.create(['--', 'sh', '-c', 'stty raw -echo; printf ready; exec cat']);
    await home.result(['wait', victim, '--text', 'ready']);
    const other = await home.create(SINK);
    using client = await connectHost({ home: home.home });
    const calm = await probeCalm(client, other);
    let open = 0;
    const waits = PATTERNS.map(async (regex) => {
      open += 1;
      const params = { session: victim, condition: { kind: 'regex', regex }, timeoutMs: 20_000 } as const;
      const wait = client.call('screen.wait', params).finally(() => (open -= 1));
      await expect(wait).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { reason: 'regex-too-slow' } });
    });
    await client.call('screen.snapshot', { session: victim });
    await client.call('input.type', { session: victim, text: `\r\n${'a'.repeat(40)}\r\n${'1'.repeat(40)}` });
    const delays = await probe(client, other, () => open === 0);
    await Promise.all(waits);
    hold('patterns that wake', delays, calm);
  });
});

const CSI = '\u001b[';
const HUGE = '2147483647';
/** Output that holds an emulator for seconds and more, or fills its memory. */
const BOMBS: [string, () => string][] = [
  ['REP', () => `a${CSI}${HUGE}b`],
  ['REP of 10^8, 10^7 and 10^6', () => `a${CSI}100000000b${CSI}10000000b${CSI}1000000b`],
  ['CBT and CHT', () => `${CSI}${HUGE}Z${CSI}${HUGE}I`],
  ['SU and SD', () => `${CSI}${HUGE}S${CSI}${HUGE}T`],
  ['IL and DL', () => `${CSI}${HUGE}L${CSI}${HUGE}M`],
  [
    'CUP, ECH, DCH, CNL, SL and SR',
    () => ['H', 'X', 'P', 'E'].map((final) => `${CSI}${HUGE}${final}`).join('') + `${CSI}${HUGE} @${CSI}${HUGE} A`,
  ],
  ['a million parameters', () => `${CSI}${'1;'.repeat(1_000_000)}m`],
  ['100,000 changes of screen', () => `${CSI}?1049h${CSI}?1049l`.repeat(100_000)],
  ['10,000 resets', () => '\u001bc'.repeat(10_000)],
  ['a title of 9 MB', () => `\u001b]0;${'t'.repeat(9_000_000)}\u0007`],
  ['200,000 marks on one cell', () => `a${'\u0301'.repeat(200_000)}`],
  ['51 MB at once', () => 'x'.repeat(51_000_000)],
  ['a small bomb a thousand times', () => `a${CSI}${HUGE}b${CSI}${HUGE}S${CSI}${HUGE}L`.repeat(1_000)],
];

describe('output that is made to hold an emulator up', () => {
  it.each(BOMBS)('leaves the host and the other screens quick: %s', async (name, bytes) => {
    await using home = new TestHome();
    const file = path.join(home.work, 'bomb');
    fs.writeFileSync(file, bytes());
    const other = await home.create(SINK);
    const victim = await home.create(['--cols', '200', '--rows', '50', ...BASH]);
    using client = await connectHost({ home: home.home });
    const calm = await probeCalm(client, other);
    let isOver = false;
    await client.call('input.type', { session: victim, text: `cat ${file}; printf '\\033cdo''ne'; exec cat\n` });
    const done = client
      .call(
        'screen.wait',
        { session: victim, condition: { kind: 'text', text: 'done' }, timeoutMs: 60_000 },
        { timeoutMs: 0 },
      )
      .finally(() => (isOver = true));
    const delays = await probe(client, other, () => isOver);
    expect((await done).matched).toBe(true);
    hold(name, delays, calm);
  });
});
