import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { deferred } from '../../../../src/base/deferred.ts';
import { Connection } from '../../../../src/client/connection.ts';
import { HostClient } from '../../../../src/client/hostClient.ts';
import type { Dispatch } from '../../../../src/host/server/dispatch.ts';
import { HostServer } from '../../../../src/host/server/server.ts';
import { TtyError } from '../../../../src/protocol/errors.ts';
import { MAX_CONNECTIONS, MAX_FRAME_BYTES } from '../../../../src/protocol/limits.ts';

const TOKEN = 'token of the home';
let directory: string;
let socketPath: string;
let server: HostServer;
let aborted: ReturnType<typeof deferred<void>>;
let late: ReturnType<typeof deferred<void>>;

const dispatch: Dispatch = async (method, params, context) => {
  switch (method) {
    case 'echo':
      context.note({ first: true });
      return { result: params };
    case 'hang':
      return new Promise((resolve) => {
        context.signal.addEventListener('abort', () => {
          aborted.resolve();
          resolve({ error: new TtyError('CANCELLED', 'gone').toBody() });
        });
      });
    case 'big':
      return { result: 'x'.repeat(MAX_FRAME_BYTES) };
    case 'late':
      await late.promise;
      return { result: 'x'.repeat(MAX_FRAME_BYTES) };
    default:
      return {
        error: new TtyError('RPC_ERROR', `unknown ${String(method)}`, {
          details: { dump: 'y'.repeat(100_000) },
        }).toBody(),
      };
  }
};

beforeEach(async () => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-server-'));
  socketPath = path.join(directory, 'host.sock');
  aborted = deferred<void>();
  late = deferred<void>();
  server = new HostServer({
    socketPath,
    face: { hostId: 'main', instanceId: 'i', token: TOKEN },
    repliesDirectory: path.join(directory, 'replies'),
    dispatch,
    clock: systemClock,
    logger: { log: () => undefined },
  });
  await server.listen();
});
afterEach(async () => {
  await server.close(0);
  fs.rmSync(directory, { recursive: true });
});

const open = (): Promise<Connection> => Connection.open(socketPath, TOKEN, path.join(directory, 'replies'));

/** Sends raw text and collects everything until the host closes. */
function exchange(text: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(socketPath, () => socket.write(text));
    let got = '';
    socket.on('data', (chunk) => (got += chunk.toString()));
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
  });
}

describe('HostServer', () => {
  it('binds a socket that only its owner may use, whatever the umask', () => {
    expect((fs.statSync(socketPath).mode & 0o777).toString(8)).toBe('600');
  });

  it('answers with notes before the reply', async () => {
    using connection = await open();
    const notes: unknown[] = [];
    const result = await connection.request('echo', { a: 1 }, { onNote: (note) => notes.push(note) });
    expect([result, notes]).toEqual([{ a: 1 }, [{ first: true }]]);
  });

  it('answers requests that overlap', async () => {
    using connection = await open();
    const hanging = connection.request('hang', {});
    expect(await connection.request('echo', 1)).toBe(1);
    connection[Symbol.dispose]();
    await expect(hanging).rejects.toMatchObject({ code: 'CANCELLED' });
    await aborted.promise;
  });

  it('aborts a call when the client takes it back or goes', async () => {
    using connection = await open();
    const abort = new AbortController();
    const call = connection.request('hang', {}, { signal: abort.signal });
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    await aborted.promise;
    expect(await connection.request('echo', 2)).toBe(2);
  });

  it('times a call out for the client alone', async () => {
    using client = new HostClient(await open());
    // @ts-expect-error -- a method that only this test's dispatch knows
    await expect(client.call('hang', {}, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'HOST_TIMEOUT' });
  });

  it('refuses a client with another token, and is refused by it', async () => {
    await expect(Connection.open(socketPath, 'another', directory)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    const hello = { hello: { protocol: 1, version: 'x', nonce: '0'.repeat(32) } };
    const request = { id: '1', method: 'echo', params: 1, auth: '0'.repeat(64) };
    expect(await exchange(`${JSON.stringify(hello)}\n${JSON.stringify(request)}\n`)).toContain('UNAUTHORIZED');
  });

  it.each([
    ['nothing but spaces', '   \n', 'frame is empty'],
    ['text', 'GET / HTTP/1.1\r\n\r\n', 'frame is not JSON'],
    ['an array', '[]\n', 'a frame is one JSON object'],
    ['a request before the hello', '{"id":"1","method":"echo"}\n', 'hello comes before requests'],
    ['another version', '{"hello":{"protocol":99,"version":"9"}}\n', 'PROTOCOL_VERSION_MISMATCH'],
    ['a bad id', '{"id":7,"method":"echo"}\n', 'request id must be 1 to 64'],
    ['a frame over the bound', `${'x'.repeat(MAX_FRAME_BYTES + 1)}\n`, 'a frame has at most'],
  ])('closes with a reason on %s', async (_what, text, reason) => {
    expect(await exchange(text)).toContain(reason);
  });

  it('keeps errors under their bound', async () => {
    using connection = await open();
    const error = await connection.request('nope', {}).catch((caught: unknown) => caught);
    expect(JSON.stringify(error).length).toBeLessThan(16 * 1024);
  });

  it('sends what does not fit a frame through a file that is gone afterwards', async () => {
    using connection = await open();
    const [big, small] = await Promise.all([connection.request('big', {}), connection.request('echo', 1)]);
    expect([big, small]).toEqual(['x'.repeat(MAX_FRAME_BYTES), 1]);
    expect(fs.readdirSync(path.join(directory, 'replies'))).toEqual([]);
  });

  it('leaves no file for a client that took its request back', async () => {
    using connection = await open();
    const abort = new AbortController();
    const call = connection.request('late', {}, { signal: abort.signal });
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    await connection.request('echo', 1); // by now the host knows
    late.resolve();
    await connection.request('echo', 2);
    expect(fs.existsSync(path.join(directory, 'replies'))).toBe(false);
  });

  it('removes the file of a client that went without taking it', async () => {
    const connection = await open();
    const call = connection.request('late', {});
    connection[Symbol.dispose]();
    await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    late.resolve();
    await server.close(0);
    expect(fs.existsSync(path.join(directory, 'replies'))).toBe(false);
  });

  it('tells the client that is one too many', async () => {
    const connections = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, () => open()));
    await expect(open()).rejects.toMatchObject({ code: 'TOO_MANY_CONNECTIONS' });
    for (const connection of connections) connection[Symbol.dispose]();
  });

  it('closes without waiting for a silent client', async () => {
    const silent = net.connect(socketPath);
    await new Promise((resolve) => silent.once('connect', resolve));
    const start = systemClock.nowMs();
    await server.close(5_000);
    expect(systemClock.nowMs() - start).toBeLessThan(1_000);
    silent.destroy();
  });
});
