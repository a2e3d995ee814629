import { spawnSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { deferred } from '../../../src/base/deferred.ts';
import { identify, type ProcessIdentity } from '../../../src/base/processIdentity.ts';
import { Connection } from '../../../src/client/connection.ts';
import { checkEventTypes, type EventSelection, readSession } from '../../../src/client/eventFeed.ts';
import { EventStream } from '../../../src/client/eventStream.ts';
import { HostClient } from '../../../src/client/hostClient.ts';
import type { Dispatch } from '../../../src/host/server/dispatch.ts';
import { HostServer } from '../../../src/host/server/server.ts';
import { sessionPaths } from '../../../src/protocol/homeLayout.ts';
import type { SessionRecord } from '../../../src/protocol/sessionRecord.ts';
import { writeSessionRecord } from '../../../src/store/manifest.ts';
import { holding } from '../../support/like.ts';
import { newLog, output, SESSION_ID } from './support.ts';

const TOKEN = 'f'.repeat(64);
type Call = Parameters<Dispatch>[2];

/** A session with a real log and a real socket behind which the test plays the host. */
async function bench(host: ProcessIdentity | undefined = identify(process.pid)) {
  const log = newLog();
  const record: SessionRecord = {
    version: 1,
    sessionId: SESSION_ID,
    hostId: 'main',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    status: 'running',
    command: ['bash'],
    cwd: '/',
    shell: null,
    term: 'xterm',
    cols: 20,
    rows: 4,
    creationCols: 20,
    creationRows: 4,
    hostPid: host?.pid ?? 0,
    hostIdentity: host ?? null,
    childPid: null,
    childIdentity: null,
    exitCode: null,
    exitSignal: null,
    completionSource: 'hooks',
  };
  const { manifest } = sessionPaths(log.home, SESSION_ID);
  writeSessionRecord(manifest, record);
  const calls: Call[] = [];
  let arrived = deferred<Call>();
  const end = deferred<void>();
  const dispatch: Dispatch = async (_method, _params, context) => {
    calls.push(context);
    context.note({ toSeq: 0 });
    arrived.resolve(context);
    await end.promise;
    return { result: { sessionId: SESSION_ID } };
  };
  const socketPath = path.join(log.home, 's');
  const repliesDirectory = path.join(log.home, 'replies');
  const face = { hostId: 'main', instanceId: 'x', token: TOKEN };
  const server = new HostServer({
    socketPath,
    repliesDirectory,
    face,
    dispatch,
    clock: systemClock,
    logger: { log: () => undefined },
  });
  await server.listen();
  onTestFinished(() => {
    end.resolve();
    return server.close(0);
  });
  const connect = async (): Promise<HostClient> =>
    new HostClient(await Connection.open(socketPath, TOKEN, repliesDirectory));
  return {
    ...log,
    server,
    calls,
    connect,
    ended: () => {
      writeSessionRecord(manifest, { ...record, status: 'exited', hostPid: null, hostIdentity: null, exitCode: 0 });
      end.resolve();
    },
    nextCall: () => {
      arrived = deferred<Call>();
      return arrived.promise;
    },
    called: () => arrived.promise,
    stream: (selection: EventSelection = {}) =>
      new EventStream({ home: log.home, session: SESSION_ID, connect }, selection),
  };
}

async function seqs(events: AsyncIterable<{ seq: number }>): Promise<number[]> {
  const found: number[] = [];
  for await (const event of events) found.push(event.seq);
  return found;
}

describe('the events of a session', () => {
  it('come from its log, after the seq and of the types that were asked for', async () => {
    const session = await bench();
    session.append(output('a'), { type: 'marker', payload: { label: 'here' } }, output('b'));
    expect(await seqs(session.stream())).toEqual([0, 1, 2, 3]);
    expect(await seqs(session.stream({ since: 1 }))).toEqual([2, 3]);
    expect(await seqs(session.stream({ types: ['output'] }))).toEqual([1, 3]);
    expect(session.calls).toEqual([]);
  });

  it('are followed as the log grows, until the session has ended, each once and in order', async () => {
    const session = await bench();
    const all = seqs(session.stream({ follow: true }));
    const call = await session.called();
    for (let i = 1; i <= 50; i++) {
      session.append(output(`${i}`));
      call.note({ toSeq: i });
    }
    session.append({ type: 'exit', payload: { exitCode: 0, exitSignal: null } });
    session.ended();
    expect(await all).toEqual(Array.from({ length: 52 }, (_, i) => i));
  });

  it('are not given out while their line is half written', async () => {
    const session = await bench();
    session.append(output('whole'));
    const whole = fs.readFileSync(session.file);
    fs.writeFileSync(session.file, whole.subarray(0, whole.length - 10));
    const stream = session.stream({ follow: true });
    expect((await stream.next()).value).toMatchObject({ seq: 0 });
    const next = stream.next();
    const call = await session.called();
    call.note({ toSeq: 0 });
    fs.appendFileSync(session.file, whole.subarray(whole.length - 10));
    call.note({ toSeq: 1 });
    expect((await next).value).toMatchObject({ seq: 1, payload: { data: 'whole' } });
    await stream.return();
  });

  it('go on over a connection that broke while the session lives, without gap or repeat', async () => {
    const session = await bench();
    session.append(output('1'));
    const sockets: net.Socket[] = [];
    const proxy = net.createServer((socket) => {
      const host = net.connect(path.join(session.home, 's'));
      socket.on('error', () => undefined).pipe(host.on('error', () => undefined));
      host.pipe(socket);
      sockets.push(socket, host);
    });
    const proxyPath = path.join(session.home, 'p');
    proxy.listen(proxyPath);
    onTestFinished(() => void proxy.close());
    const connect = async (): Promise<HostClient> =>
      new HostClient(await Connection.open(proxyPath, TOKEN, session.home));
    const all = seqs(readSession({ home: session.home, session: SESSION_ID, connect, follow: true }));
    const first = await session.called();
    session.append(output('2'));
    first.note({ toSeq: 2 });
    const second = session.nextCall();
    for (const socket of sockets) socket.destroy();
    session.append(output('3'));
    await second;
    session.append({ type: 'exit', payload: { exitCode: 0, exitSignal: null } });
    session.ended();
    expect(await all).toEqual([0, 1, 2, 3, 4]);
  });

  it('end with an error when the host is dead, after all that is in the log', async () => {
    const dead = spawnSync('true').pid;
    const session = await bench({ pid: dead, startTicks: '1', bootId: 'gone' });
    session.append(output('1'));
    const found: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const event of session.stream({ follow: true })) found.push(event.seq);
    };
    await expect(reading()).rejects.toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: holding('died'),
    });
    expect(found).toEqual([0, 1]);
  });

  it('of an ended session need no host, followed or not', async () => {
    const session = await bench();
    session.append({ type: 'exit', payload: { exitCode: 0, exitSignal: null } });
    session.ended();
    expect(await seqs(session.stream({ follow: true }))).toEqual([0, 1]);
    expect(session.calls).toEqual([]);
  });
});

describe('leaving the events of a session', () => {
  it.each(['break', 'throw', 'return', 'abort', 'dispose'] as const)('by %s leaves nothing behind', async (how) => {
    const session = await bench();
    const before = process.getActiveResourcesInfo().toSorted();
    const stop = new AbortController();
    const stream = session.stream({ follow: true, signal: stop.signal });
    const reading = async (): Promise<void> => {
      for await (const event of stream) {
        if (how === 'break' && event.seq === 0) break;
        if (how === 'throw' && event.seq === 0) throw new Error('enough');
      }
    };
    const done = reading().catch((error: unknown) => error);
    if (how === 'return' || how === 'abort' || how === 'dispose') {
      await session.called(); // it waits now, with nothing to give out
      if (how === 'return') await stream.return();
      if (how === 'dispose') await stream[Symbol.asyncDispose]();
      if (how === 'abort') stop.abort();
    }
    const outcome = await done;
    if (how === 'abort') expect(outcome).toMatchObject({ code: 'CANCELLED' });
    else expect(outcome).toEqual(how === 'throw' ? new Error('enough') : undefined);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    for (const call of session.calls) if (!call.signal.aborted) await aborted(call.signal);
    await expect.poll(() => session.server.connectionCount).toBe(0);
    await expect.poll(() => handles(process.getActiveResourcesInfo())).toEqual(handles(before));
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });
});

/** Sockets and pipes among the names of what keeps a process alive. */
function handles(names: readonly string[]): string[] {
  return names.filter((name) => /Pipe|TCP|Timeout/.test(name)).toSorted();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

describe('types of events', () => {
  it('that nobody knows are refused with the known ones', () => {
    expect(checkEventTypes(['output', 'exit'])).toEqual(['output', 'exit']);
    expect(() => checkEventTypes(['output', 'ouput'])).toThrow(
      /no event type "ouput"; there are session_started, output, /,
    );
  });
});
