import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestHome } from '../support/cli.ts';
import { BAD_REQUESTS } from '../support/badRequests.ts';
import { BROKEN_FRAMES } from '../support/brokenFrames.ts';
import type { AbusivePayload } from '../support/payloads.ts';
import { cpuMs, RawClient, type RawFrame, rssBytes } from '../support/rawClient.ts';

/** Measured 1 to 12 ms; the promise is 50. CPU time, so that a loaded machine does not count. */
const MAX_CPU_MS = 50;
const MAX_REPLY_BYTES = 16 * 1024;
const ROUNDS = 3;

let home: TestHome;
let session: string;
let pid: number;

beforeAll(async () => {
  home = new TestHome();
  session = await home.create();
  pid = home.hostPid ?? 0;
});
afterAll(() => home[Symbol.asyncDispose]());

interface Answer {
  readonly frame: RawFrame | undefined;
  readonly cpu: number;
  readonly bytes: number;
}

/** Says it on a connection of its own, which hello and proof have opened; the host serves others right after. */
async function say(payload: AbusivePayload, closes: boolean): Promise<Answer> {
  using client = await RawClient.known(home.home);
  const before = { cpu: cpuMs(pid), bytes: client.receivedBytes };
  client.send(payload.bytes(session));
  if (payload.what.includes('TLS')) client.socket.end();
  const frame = await client.next();
  const cpu = cpuMs(pid) - before.cpu;
  const bytes = client.receivedBytes - before.bytes;
  if (closes) await client.closed;
  else expect(await client.request('host.status', {})).toMatchObject({ ok: true });
  using other = await RawClient.known(home.home);
  expect(await other.request('session.inspect', { session })).toMatchObject({ ok: true });
  return { frame, cpu, bytes };
}

async function expectRefused(payload: AbusivePayload, closes: boolean): Promise<void> {
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { frame, cpu, bytes } = await say(payload, closes);
    expect(frame).toMatchObject({ id: closes ? 'hello' : 'x', ok: false, error: { code: payload.code } });
    expect(frame?.error?.message).toContain(payload.says);
    expect(bytes).toBeLessThanOrEqual(MAX_REPLY_BYTES);
    costs.push(cpu);
  }
  expect(costs.toSorted((a, b) => a - b)[1], `CPU of the host in ms: ${costs.join(', ')}`).toBeLessThan(MAX_CPU_MS);
  expect(home.hostPid).toBe(pid);
}

describe('a frame that breaks the rules of the wire', () => {
  it.each(BROKEN_FRAMES.map((payload) => [payload.what, payload] as const))(
    '(%s) is refused with its reason, costs little, and the host serves others',
    (_what, payload) => expectRefused(payload, true),
  );
});

describe('a request that breaks the rules of the contract', () => {
  it.each(BAD_REQUESTS.map((payload) => [payload.what, payload] as const))(
    '(%s) is answered with its reason, costs little, and the connection goes on',
    (_what, payload) => expectRefused(payload, false),
  );

  it('names the method or parameter that was probably meant', async () => {
    using client = await RawClient.known(home.home);
    expect(await client.request('host.statsu', {})).toMatchObject({ error: { hint: 'did you mean host.status?' } });
    const create = { cwd: '/', environment: '', colz: 80 };
    expect(await client.request('session.create', create)).toMatchObject({ error: { hint: 'did you mean cols?' } });
  });
});

describe('a connection', () => {
  it('takes CRLF, two requests in a packet and a request in pieces', async () => {
    using client = await RawClient.known(home.home);
    client.send('{"id":"a","method":"host.status","params":{}}\r\n{"id":"b","method":"host.status","params":{}}\n');
    expect([(await client.next())?.id, (await client.next())?.id]).toEqual(['a', 'b']);
    for (const byte of Buffer.from('{"id":"c","method":"host.status","params":{}}\n')) client.send(Buffer.from([byte]));
    expect(await client.next()).toMatchObject({ id: 'c', ok: true });
  });

  it('refuses an id that comes again, and a frame that ends without its LF', async () => {
    using client = await RawClient.known(home.home);
    await client.request('host.status', {}, 'same');
    client.start('host.status', {}, 'same');
    expect(await client.next()).toMatchObject({ id: 'hello', error: { message: 'request id "same" was used before' } });
    using half = await RawClient.known(home.home);
    half.socket.end('{"id":"x","method":"host.status"');
    expect((await half.next())?.error?.message).toContain('its LF is missing');
  });

  it.each([
    ['no proof', undefined],
    ['a wrong one', '0'.repeat(64)],
    ['one of as many characters and more bytes', 'é'.repeat(64)],
    ['a number', 7],
  ])('is refused with %s as proof', async (_what, auth) => {
    using client = await RawClient.connect(home.home);
    await client.hello();
    client.send(`${JSON.stringify({ id: '1', method: 'host.status', params: {}, auth })}\n`);
    expect(await client.next()).toMatchObject({ ok: false, error: { code: 'UNAUTHORIZED' } });
    await client.closed;
    using other = await RawClient.known(home.home);
    expect(await other.request('host.status', {})).toMatchObject({ ok: true, result: { pid } });
  });

  it('has a bound on the requests under way', async () => {
    using client = await RawClient.known(home.home);
    const wait = { session, condition: { kind: 'exit' }, timeoutMs: 0 };
    for (let i = 0; i <= 256; i++) client.start('screen.wait', wait, `w${i}`);
    expect(await client.next()).toMatchObject({ id: 'w256', error: { code: 'RPC_ERROR' } });
  });

  it('costs no memory that stays, whatever was said before', async () => {
    // The collector takes its time, so memory goes up and down: what stays is how far its low points rise.
    const heldMib: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      for (const payload of BROKEN_FRAMES.slice(0, 20)) await say(payload, true);
      heldMib.push(rssBytes(pid) / 1024 / 1024);
    }
    expect(Math.min(...heldMib.slice(4)) - Math.min(...heldMib.slice(0, 4))).toBeLessThan(10);
  });
});
