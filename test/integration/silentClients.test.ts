import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { liveness } from '../../src/base/processIdentity.ts';
import { encodeFrame } from '../../src/protocol/frames.ts';
import { FRAME_DEADLINE_MS, MAX_CONNECTIONS } from '../../src/protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { TestHome } from '../support/cli.ts';
import { hostRecord, RawClient } from '../support/rawClient.ts';

/** On top of the deadline, for a loaded machine. */
const LATE_MS = 4_000;
const HELLO = encodeFrame({ hello: { protocol: PROTOCOL_VERSION, version: 'x', nonce: '0'.repeat(32) } });

/** Ways to keep a host waiting; each returns when the client has begun to. */
const WAYS: readonly (readonly [string, (client: RawClient) => Promise<void> | void])[] = [
  ['says nothing', () => undefined],
  ['sends half a hello', (client) => client.send(HELLO.slice(0, 20))],
  ['sends a hello and no request', (client) => client.send(HELLO)],
  [
    'sends half a request',
    async (client) => {
      await client.hello();
      await client.request('host.status', {});
      client.send('{"id":"1","meth');
    },
  ],
  [
    'sends one byte at a time',
    async (client) => {
      await client.hello();
      await client.request('host.status', {});
      drip(client);
    },
  ],
];

function drip(client: RawClient): void {
  if (client.isClosed) return;
  client.send(' ');
  systemClock.after(200, () => drip(client), { background: true });
}

async function status(client: RawClient): Promise<Record<string, unknown>> {
  return (await client.request('host.status', {})).result ?? {};
}

describe('a client that keeps the host waiting', () => {
  it('is told so and closed within the deadline, and costs nobody else anything', { timeout: 30_000 }, async () => {
    await using home = new TestHome();
    const id = await home.create();
    const start = systemClock.nowMs();
    const clients = await Promise.all(
      WAYS.map(async ([way, begin]) => {
        const client = await RawClient.connect(home.home);
        await begin(client);
        return { way, client };
      }),
    );
    expect(await home.run(['run', id, 'echo fine'])).toMatchObject({ stdout: 'fine\n' });
    for (const { way, client } of clients) {
      await client.closed;
      const ms = systemClock.nowMs() - start;
      expect(ms, way).toBeGreaterThan(FRAME_DEADLINE_MS - 500);
      expect(ms, way).toBeLessThan(FRAME_DEADLINE_MS + LATE_MS);
    }
    const said = await Promise.all(
      clients.map(async ({ client }) => JSON.stringify([await client.next(), await client.next()])),
    );
    for (const text of said) expect(text).toContain(`within ${FRAME_DEADLINE_MS} ms`);
    for (const { client } of clients) client[Symbol.dispose]();
  });

  it('and does not read its replies is cut off; one that only watches may pause', { timeout: 40_000 }, async () => {
    await using home = new TestHome();
    const id = await home.create(['--', 'sh', '-c', 'while :; do echo x; sleep 0.02; done']);
    using observer = await RawClient.known(home.home);
    using deaf = await RawClient.known(home.home);
    deaf.socket.pause();
    // 300 bytes a reply: more than the system keeps for a reader, less than what may wait in the host.
    for (let i = 0; i < 4_000; i++) deaf.start('host.status', {}, `r${i}`);
    using watching = await RawClient.known(home.home);
    watching.start('screen.wait', { session: id, condition: { kind: 'text', text: 'never' }, timeoutMs: 0 });
    watching.socket.pause();
    expect(await status(observer)).toMatchObject({ connections: 3 });
    const start = systemClock.nowMs();
    await expect
      .poll(async () => (await status(observer))['connections'], {
        timeout: FRAME_DEADLINE_MS + LATE_MS,
        interval: 100,
      })
      .toBe(2);
    expect(systemClock.nowMs() - start).toBeGreaterThan(FRAME_DEADLINE_MS - 2_000);
  });

  it('does not keep a host from stopping', async () => {
    await using home = new TestHome();
    await home.create();
    using silent = await RawClient.connect(home.home);
    using known = await RawClient.known(home.home);
    using half = await RawClient.known(home.home);
    half.send('{"id":');
    const start = systemClock.nowMs();
    expect(await home.result(['host', 'stop', '--force'])).toMatchObject({ stopped: true });
    expect(systemClock.nowMs() - start).toBeLessThan(FRAME_DEADLINE_MS);
    await Promise.all([silent.closed, known.closed, half.closed]);
  });

  it('does not keep an idle host alive', async () => {
    await using home = new TestHome();
    fs.mkdirSync(home.home, { mode: 0o700 });
    fs.writeFileSync(path.join(home.home, 'config.json'), '{"hostIdleMs": 1500}', { mode: 0o600 });
    await home.create(['--', 'true']);
    const { identity } = hostRecord(home.home);
    using known = await RawClient.known(home.home);
    await expect.poll(() => liveness(identity), { timeout: 15_000 }).toBe('gone');
    await known.closed;
  });
});

describe('the connections of a host', () => {
  it('are 64; who comes after is told so, and takes no place', async () => {
    await using home = new TestHome();
    const id = await home.create();
    const clients = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, () => RawClient.known(home.home)));
    const refused = await home.error(['run', id, 'true']);
    expect(refused).toMatchObject({ code: 'TOO_MANY_CONNECTIONS', exitCode: 9, retryable: true });
    expect(refused.message).toContain('64');
    expect(refused.details).toEqual({ connections: 64, maxConnections: 64 });
    const crowd = await Promise.all(
      Array.from({ length: 300 }, () => RawClient.connect(home.home).catch(() => undefined)),
    );
    for (const client of clients) expect(await status(client)).toMatchObject({ connections: 64 });
    for (const one of crowd) await one?.closed;
    clients.pop()?.[Symbol.dispose]();
    const first = clients[0];
    await expect.poll(async () => first && (await status(first))['connections']).toBe(63);
    expect(await home.run(['run', id, 'echo room'])).toMatchObject({ stdout: 'room\n' });
    for (const client of [...clients, ...crowd]) client?.[Symbol.dispose]();
  });

  it('free what they waited for as soon as their client is killed', async () => {
    await using home = new TestHome();
    const id = await home.create();
    using observer = await RawClient.known(home.home);
    const waits = [
      home.start(['wait', id, '--text', 'never', '--timeout', '0']),
      home.start(['wait', id, '--regex', 'never', '--timeout', '0']),
      home.start(['wait', id, '--exit', '--timeout', '0']),
      home.start(['run', id, 'sleep 300', '--timeout', '0']),
    ];
    await expect.poll(async () => (await status(observer))['requests'], { timeout: 20_000 }).toBe(5);
    for (const call of waits) call.kill('SIGKILL');
    const start = systemClock.nowMs();
    await Promise.all(waits.map((call) => call.end));
    await expect.poll(async () => (await status(observer))['requests'], { interval: 5 }).toBe(1);
    expect(systemClock.nowMs() - start).toBeLessThan(2_000);
  });
});
