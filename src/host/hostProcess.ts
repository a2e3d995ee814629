/** The life of a host in one screen: lock -> recover -> serve -> drain -> stop. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { makePrivateDirectory } from '../base/atomicFile.ts';
import { type Clock, delay, type Timer } from '../base/clock.ts';
import { deferred } from '../base/deferred.ts';
import { errorFields, type Logger } from '../base/logger.ts';
import { whyNotOwn } from '../base/ownDirectory.ts';
import { identify, liveness } from '../base/processIdentity.ts';
import { Scope } from '../base/scope.ts';
import { TtyError } from '../protocol/errors.ts';
import { hostPaths, sessionsDirectory } from '../protocol/homeLayout.ts';
import { isSessionId } from '../protocol/ids.ts';
import { DEFAULT_HOST_IDLE_MS } from '../protocol/limits.ts';
import { PACKAGE_VERSION, PROTOCOL_VERSION } from '../protocol/version.ts';
import { ScreenService } from '../screen/live/screenService.ts';
import { HOST_BUG } from '../protocol/sessionRecord.ts';
import { readConfig } from '../store/config.ts';
import { readHostRecord, writeHostRecord } from '../store/hostRecord.ts';
import { recoverDeadHosts, retireHost } from './deadHosts.ts';
import { type HomeLock, takeHomeLock } from './homeLock.ts';
import { HostLeases } from './leases.ts';
import { createHandlers } from './methods/handlers.ts';
import { CallCounter } from './server/callCounter.ts';
import { createDispatch } from './server/dispatch.ts';
import { HostServer } from './server/server.ts';
import { recoverSessions } from './session/recovery.ts';
import { NameClaims } from './session/nameClaims.ts';
import { SessionRegistry } from './session/registry.ts';
import { loadNativePty } from './pty/nodePtyNative.ts';
import { chooseSocketPath } from './socketPath.ts';

export interface HostOptions {
  readonly home: string;
  readonly hostId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Program file of the screen worker. */
  readonly screenWorker: URL;
  readonly runtimeDirectory: string | undefined;
  readonly temporaryDirectory: string;
  /** Aborts when the process has met a bug: its sessions are then ended at once, as failed, and the host leaves. */
  readonly failed: AbortSignal;
  /** Called once, when this host, or another one of the same home and id, serves. */
  onReady(): void;
}

/** How long another host that holds the lock may take until it serves. */
const OTHER_HOST_MS = 10_000;
const OTHER_HOST_POLL_MS = 20;
/** How long a host for one session waits for the call that makes it. */
const DEDICATED_GRACE_MS = 30_000;
/** How long replies under way may take to leave when the host stops. */
const DRAIN_MS = 1_000;

/** Runs a host until it is told to stop or has been idle long enough. Resolves at once when another host serves the home. */
export async function runHost(options: HostOptions): Promise<void> {
  const { home, hostId, clock, logger } = options;
  const paths = hostPaths(home, hostId);
  loadNativePty();
  for (const directory of [home, path.dirname(paths.directory), paths.directory, sessionsDirectory(home)])
    makeOwnDirectory(directory);
  const lock = await takeLockOrFindHost(options, paths.lock);
  if (lock === 'served') return options.onReady();

  const config = readConfig(home);
  const scope = new Scope('host');
  scope.add('lock', () => lock.release());
  const claims = new NameClaims({ home, clock, takeLock: takeHomeLock });
  const about = { home, hostId, clock, logger, claims };
  const recovered = await recoverSessions(about);
  await recoverDeadHosts(about);
  const screens = scope.use('screens', new ScreenService({ entry: options.screenWorker, clock, logger }));
  const stopping = deferred<string>();
  const stop = (reason: string): void => stopping.resolve(reason);
  const isDedicated = isSessionId(hostId);
  const leases = scope.use('leases', new HostLeases({ home, clock, logger }));
  const registry = new SessionRegistry({
    ...about,
    screens,
    leases,
    defaults: config,
    soleSessionId: isDedicated ? hostId : undefined,
    recoverDeadHosts: () => recoverDeadHosts(about),
  });
  const server = await serve(options, registry, stop);
  scope.add('record', () => fs.rmSync(paths.record, { force: true }));
  scope.add('signals', stopOnSignals(stop));
  options.failed.addEventListener('abort', () => stop(HOST_BUG));
  const idleMs = isDedicated ? DEDICATED_GRACE_MS : (config.hostIdleMs ?? DEFAULT_HOST_IDLE_MS);
  const idle = new IdleTimer(clock, idleMs, () => stop('idle'));
  registry.onLiveCountChange((live) => {
    idle.update(live);
    if (isDedicated && live === 0) stop('its session is over');
  });
  idle.update(registry.liveCount);
  scope.use('idle timer', idle);
  logger.log('info', 'host', 'serving', { pid: process.pid, recovered });
  options.onReady();

  const reason = await stopping.promise;
  logger.log('info', 'host', 'stopping', { reason, liveSessions: registry.liveCount });
  registry.refuseNewWork();
  const survivors = await registry.endAll(reason === HOST_BUG ? HOST_BUG : undefined);
  await server.close(DRAIN_MS);
  if (isDedicated) scope.add('directory', () => retireHost(home, hostId));
  await scope[Symbol.asyncDispose]().catch((error: unknown) => {
    logger.log('error', 'host', 'not everything could be released', errorFields(error));
  });
  logger.log('info', 'host', 'stopped', { reason, survivors });
}

/** Creates a directory of the home, or checks that nobody else can put anything into the one that is there. */
function makeOwnDirectory(directory: string): void {
  makePrivateDirectory(directory);
  const target = fs.realpathSync(directory); // the home itself may be reached through a link of the user's
  const fault = whyNotOwn(target, 0o002);
  if (fault === undefined) return;
  throw new TtyError('REFUSED_UNSAFE', `the directory ${directory} ${fault}`, {
    details: { reason: 'home', path: directory },
  });
}

/** Opens the socket, then writes the record by which clients find it. */
async function serve(
  options: HostOptions,
  registry: SessionRegistry,
  stop: (reason: string) => void,
): Promise<HostServer> {
  const { home, hostId, clock, logger } = options;
  const face = { hostId, instanceId: randomBytes(8).toString('hex'), token: randomBytes(32).toString('hex') };
  const identity = identify(process.pid);
  if (identity === undefined) throw new TtyError('HOST_START_FAILED', 'the host cannot read its own process identity');
  const startedMs = clock.nowMs();
  const about = { hostId, instanceId: face.instanceId, pid: process.pid, protocol: PROTOCOL_VERSION };
  const startedAt = new Date(clock.wallMs()).toISOString();
  const calls = new CallCounter();
  const handlers = createHandlers({
    registry,
    host: {
      status: () => ({
        ...about,
        version: PACKAGE_VERSION,
        startedAt,
        uptimeMs: clock.nowMs() - startedMs,
        connections: server.connectionCount,
        requests: calls.underWay,
        rssBytes: process.memoryUsage.rss(),
      }),
      stop,
    },
  });
  const { socket: preferred, replies: repliesDirectory } = hostPaths(home, hostId);
  const choosePath = (): string => chooseSocketPath({ preferred, ...options });
  const socketPath = choosePath();
  const dispatch = calls.counted(createDispatch(handlers, logger));
  const prepareDirectory = choosePath;
  const server = new HostServer({ socketPath, face, repliesDirectory, dispatch, clock, logger, prepareDirectory });
  await server.listen();
  const { token } = face;
  const packageVersion = PACKAGE_VERSION;
  writeHostRecord(home, { version: 1, ...about, identity, socketPath, token, packageVersion, startedAt });
  return server;
}

/** The home lock, or `served` when another host of this id holds it and answers. */
async function takeLockOrFindHost(options: HostOptions, file: string): Promise<HomeLock | 'served'> {
  const deadline = options.clock.nowMs() + OTHER_HOST_MS;
  for (;;) {
    const lock = takeHomeLock(file);
    if (lock !== 'busy') return lock;
    const record = readHostRecord(options.home, options.hostId);
    if (record !== undefined && liveness(record.identity) !== 'gone' && fs.existsSync(record.socketPath))
      return 'served';
    if (options.clock.nowMs() > deadline) {
      const message = `another process holds ${path.relative(options.home, file)} but serves nothing`;
      throw new TtyError('HOST_START_FAILED', message, { hint: 'see host.log beside it' });
    }
    await delay(options.clock, OTHER_HOST_POLL_MS);
  }
}

function stopOnSignals(stop: (signal: string) => void): () => void {
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.removeListener(signal, stop);
  };
}

/** Fires when no session has lived for so long. */
class IdleTimer implements Disposable {
  readonly #clock: Clock;
  readonly #idleMs: number;
  readonly #onIdle: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, idleMs: number, onIdle: () => void) {
    this.#clock = clock;
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
  }

  update(liveSessions: number): void {
    this.#timer?.clear();
    this.#timer = liveSessions > 0 ? undefined : this.#clock.after(this.#idleMs, this.#onIdle);
  }

  [Symbol.dispose](): void {
    this.#timer?.clear();
  }
}
