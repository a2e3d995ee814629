import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { identify, type ProcessIdentity } from '../../src/base/processIdentity.ts';
import { encodeFrame } from '../../src/protocol/frames.ts';
import { hostPaths, MAIN_HOST_ID } from '../../src/protocol/homeLayout.ts';
import { PROTOCOL_VERSION } from '../../src/protocol/version.ts';
import { type HostRecord, writeHostRecord } from '../../src/store/hostRecord.ts';
import { TestHome } from '../support/cli.ts';
import { hostRecord, RawClient } from '../support/rawClient.ts';

const TOKEN = 'f'.repeat(64);

/** A home whose record names `socketPath` as its host's socket, and this process (or another) as its host. */
function claimHome(
  home: TestHome,
  options: { socketPath?: string; identity?: ProcessIdentity | undefined } = {},
): HostRecord {
  const paths = hostPaths(home.home, MAIN_HOST_ID);
  fs.mkdirSync(paths.directory, { recursive: true, mode: 0o700 });
  const identity = options.identity ?? identify(process.pid);
  if (identity === undefined) throw new Error('no identity');
  const record: HostRecord = {
    version: 1,
    hostId: MAIN_HOST_ID,
    instanceId: 'impostor',
    pid: identity.pid,
    identity,
    socketPath: options.socketPath ?? paths.socket,
    token: TOKEN,
    packageVersion: '0.0.0',
    protocol: PROTOCOL_VERSION,
    startedAt: new Date(0).toISOString(),
  };
  writeHostRecord(home.home, record);
  return record;
}

/** Takes the claim back, so that the home can be cleared as one without a host. */
function disclaim(home: TestHome): void {
  const { record, socket } = hostPaths(home.home, MAIN_HOST_ID);
  for (const file of [record, socket]) fs.rmSync(file, { force: true });
}

interface Impostor extends AsyncDisposable {
  /** Everything that clients said. */
  heard(): string;
}

/** A server of the same user that answers the first frame of each client with `answer`. */
async function impostor(socketPath: string, answer: (hello: string) => string): Promise<Impostor> {
  let heard = '';
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined); // the client leaves as soon as it knows
    socket.once('data', (chunk) => socket.write(answer(chunk.toString())));
    socket.on('data', (chunk) => (heard += chunk.toString()));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    heard: () => heard,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a socket', () => {
  it('that is removed while its host lives comes back; a run after it works', async () => {
    await using home = new TestHome();
    const id = await home.create();
    const { socketPath, pid } = hostRecord(home.home);
    using before = await RawClient.known(home.home);
    for (let i = 0; i < 2; i++) {
      fs.rmSync(socketPath);
      const start = systemClock.nowMs();
      expect(await home.run(['run', id, 'echo back'])).toMatchObject({ exitCode: 0, stdout: 'back\n' });
      expect(systemClock.nowMs() - start).toBeLessThan(8_000);
    }
    expect((fs.statSync(socketPath).mode & 0o777).toString(8)).toBe('600');
    expect(await before.request('host.status', {})).toMatchObject({ result: { pid } });
  });

  it('that something else replaced comes back too', async () => {
    await using home = new TestHome();
    const id = await home.create();
    const { socketPath } = hostRecord(home.home);
    fs.rmSync(socketPath);
    fs.writeFileSync(socketPath, 'not a socket');
    expect(await home.error(['run', id, 'true'])).toMatchObject({ code: 'REFUSED_UNSAFE', exitCode: 2 });
    await expect.poll(() => fs.statSync(socketPath).isSocket(), { timeout: 8_000 }).toBe(true);
    expect(await home.run(['run', id, 'echo back'])).toMatchObject({ exitCode: 0, stdout: 'back\n' });
  });

  it('that a killed host left is no obstacle', async () => {
    await using home = new TestHome();
    await home.create();
    const { socketPath, pid } = hostRecord(home.home);
    process.kill(pid, 'SIGKILL');
    const id = await home.create();
    expect(hostRecord(home.home)).toMatchObject({ socketPath });
    expect(await home.run(['run', id, 'echo new'])).toMatchObject({ stdout: 'new\n' });
  });

  it('that is gone from a place for temporary files comes back with its directory', async () => {
    await using home = new TestHome(`${'long-'.repeat(30)}/home`);
    const id = await home.create();
    const { socketPath } = hostRecord(home.home);
    expect(socketPath.startsWith(home.home)).toBe(false);
    fs.rmSync(path.dirname(socketPath), { recursive: true });
    expect(await home.run(['run', id, 'echo back'])).toMatchObject({ stdout: 'back\n' });
    expect((fs.statSync(path.dirname(socketPath)).mode & 0o777).toString(8)).toBe('700');
  });

  it.each([90, 100, 103, 104, 105, 108, 109, 120, 150])(
    'whose path would have %i bytes is reached, in many-byte characters too',
    async (bytes) => {
      for (const unit of ['a', 'ü']) {
        const root = new TestHome('x');
        const rest = bytes - Buffer.byteLength(path.join(root.root, 'host', MAIN_HOST_ID, 'host.sock')) - 1;
        fs.rmSync(root.root, { recursive: true });
        const name =
          unit.repeat(Math.floor(rest / Buffer.byteLength(unit))) + 'a'.repeat(rest % Buffer.byteLength(unit));
        await using home = new TestHome(name);
        expect(Buffer.byteLength(hostPaths(home.home, MAIN_HOST_ID).socket)).toBe(bytes);
        await home.create(['--', 'true']);
        const { socketPath } = hostRecord(home.home);
        expect(Buffer.byteLength(socketPath)).toBeLessThanOrEqual(103);
        expect(socketPath.startsWith(`${home.home}/`)).toBe(bytes <= 103);
        expect(await home.result(['host', 'status'])).toMatchObject({ running: true });
      }
    },
  );
});

describe('another version', () => {
  const other = PROTOCOL_VERSION + 98;

  it('of the client is refused by the host with both numbers and what to do', async () => {
    await using home = new TestHome();
    await home.create(['--', 'true']);
    using client = await RawClient.connect(home.home);
    client.send(`${JSON.stringify({ hello: { protocol: other, version: '9.9.9', nonce: '0'.repeat(32) } })}\n`);
    const frame = await client.next();
    expect(frame?.error).toMatchObject({ code: 'PROTOCOL_VERSION_MISMATCH' });
    expect(frame?.error?.message).toMatch(new RegExp(`protocol ${PROTOCOL_VERSION} .*${other} .*9\\.9\\.9`));
    expect(frame?.error?.hint).toContain('agent-tty host stop --force');
  });

  it('of the host is refused by the client with exit 9; stopping it by force works', async () => {
    await using home = new TestHome();
    const program = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
    const gone = new Promise((resolve) => program.once('exit', (_code, signal) => resolve(signal)));
    const { socketPath } = claimHome(home, { identity: identify(program.pid ?? 0) });
    await using fake = await impostor(
      socketPath,
      () =>
        `${JSON.stringify({ hello: { protocol: other, version: '9.9.9', hostId: 'main', nonce: 'x', proof: 'x' } })}\n`,
    );
    const refused = await home.error(['run', 'some', 'true']);
    expect(refused).toMatchObject({ code: 'PROTOCOL_VERSION_MISMATCH', exitCode: 9 });
    expect(refused.message).toMatch(new RegExp(`protocol ${PROTOCOL_VERSION} .*${other} .*9\\.9\\.9`));
    expect(refused.hint).toContain('agent-tty host stop --force');
    expect(await home.error(['host', 'stop'])).toMatchObject({ code: 'PROTOCOL_VERSION_MISMATCH', exitCode: 9 });
    expect(await home.result(['host', 'stop', '--force'])).toMatchObject({ stopped: true });
    expect(await gone).toBe('SIGTERM');
    expect(fake.heard()).not.toContain(TOKEN);
    disclaim(home);
  });
});

describe('what listens instead of the host', () => {
  const wrongProof = (): string =>
    `${JSON.stringify({ hello: { protocol: PROTOCOL_VERSION, version: '0', hostId: 'main', instanceId: 'x', nonce: '0'.repeat(32), proof: '0'.repeat(64) } })}\n`;

  it.each([
    ['proves another token', wrongProof, 'UNAUTHORIZED'],
    ['answers with many-byte characters', () => wrongProof().replace('0'.repeat(64), 'é'.repeat(64)), 'UNAUTHORIZED'],
    ['sends the proof of the client back', (hello: string) => hello, 'UNAUTHORIZED'],
    ['answers without a hello', () => '{"id":"1","ok":true,"result":{}}\n', 'PROTOCOL_ERROR'],
    ['answers no JSON', () => 'HTTP/1.1 400 Bad Request\r\n\r\n', 'PROTOCOL_ERROR'],
    ['floods', () => 'x'.repeat(3 * 1024 * 1024), 'PROTOCOL_ERROR'],
    ['says nothing', () => '', 'HOST_TIMEOUT'],
  ])('and %s learns neither token nor proof', { timeout: 30_000 }, async (_what, answer, code) => {
    await using home = new TestHome();
    const { socketPath } = claimHome(home);
    await using fake = await impostor(socketPath, answer);
    expect(await home.error(['run', 'some', 'echo secret'])).toMatchObject({ code });
    expect(fake.heard()).not.toMatch(/secret|auth/);
    expect(fake.heard()).not.toContain(TOKEN);
    disclaim(home);
  });

  it('and replays the hello of the real host is found out', async () => {
    await using home = new TestHome();
    await home.create();
    const record = hostRecord(home.home);
    const real = net.connect(record.socketPath);
    real.write(encodeFrame({ hello: { protocol: PROTOCOL_VERSION, version: 'x', nonce: '1'.repeat(32) } }));
    const hello = await new Promise<string>((resolve) => real.once('data', (chunk) => resolve(chunk.toString())));
    real.destroy();
    const elsewhere = path.join(home.root, 'f.sock');
    writeHostRecord(home.home, { ...record, socketPath: elsewhere });
    await using fake = await impostor(elsewhere, () => hello);
    expect(await home.error(['run', 'some', 'echo secret'])).toMatchObject({ code: 'UNAUTHORIZED', exitCode: 9 });
    expect(fake.heard()).not.toMatch(/secret|auth/);
    writeHostRecord(home.home, record);
  });

  const isRoot = process.getuid?.() === 0;
  it.each([
    ['a record that others may write', (record: string) => fs.chmodSync(record, 0o660)],
    ['a record that others may read', (record: string) => fs.chmodSync(record, 0o644)],
    [
      'a record that is a link',
      (record: string) => {
        fs.renameSync(record, `${record}.real`);
        fs.symlinkSync(`${record}.real`, record);
      },
    ],
    [
      'a socket that is a file',
      (_record: string, socket: string) => {
        fs.rmSync(socket);
        fs.writeFileSync(socket, '');
      },
    ],
    [
      'a directory of the socket that others may write',
      (_record: string, socket: string) => fs.chmodSync(path.dirname(socket), 0o777),
    ],
    ...(isRoot
      ? ([
          ['a record of another user', (record: string) => fs.chownSync(record, 65534, 65534)],
          ['a socket of another user', (_record: string, socket: string) => fs.chownSync(socket, 65534, 65534)],
        ] as const)
      : []),
  ] as const)('is not spoken to with %s', async (_what, spoil) => {
    await using home = new TestHome();
    const { socketPath } = claimHome(home);
    await using fake = await impostor(socketPath, wrongProof);
    spoil(hostPaths(home.home, MAIN_HOST_ID).record, socketPath);
    const refused = await home.error(['run', 'some', 'echo secret']);
    expect(refused).toMatchObject({ code: 'REFUSED_UNSAFE', exitCode: 2 });
    expect(refused.message).toContain(path.dirname(socketPath));
    expect(fake.heard()).toBe('');
    fs.chmodSync(path.dirname(socketPath), 0o700);
    disclaim(home);
    fs.rmSync(`${hostPaths(home.home, MAIN_HOST_ID).record}.real`, { force: true });
  });

  it('is not looked for at a path that would be cut', async () => {
    await using home = new TestHome();
    claimHome(home, { socketPath: `/${'s'.repeat(103)}` });
    expect(await home.error(['run', 'some', 'true'])).toMatchObject({ code: 'REFUSED_UNSAFE' });
    disclaim(home);
  });
});
