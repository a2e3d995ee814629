/** The sessions of one host: makes them, finds them by id or name, ends them all. */
import type { Clock } from '../../base/clock.ts';
import { errorFields, type Logger } from '../../base/logger.ts';
import { quote, TtyError } from '../../protocol/errors.ts';
import { checkSessionName, checkSessionReference, newUlid } from '../../protocol/ids.ts';
import type { CheckedParams } from '../../protocol/methods/table.ts';
import type { ScreenService } from '../../screen/live/screenService.ts';
import type { NameClaims } from './nameClaims.ts';
import { Session } from './session.ts';
import { type LeasePort, type Place, workplaceOf } from './leasePort.ts';
import { type SessionDefaults, type SessionParams, withDefaults } from './sessionParams.ts';
import { SessionRedaction } from './sessionRedaction.ts';

export interface RegistryOptions {
  readonly home: string;
  readonly hostId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly screens: ScreenService;
  /** What the home's configuration says, used where the call does not. */
  readonly defaults: SessionDefaults;
  readonly claims: NameClaims;
  /** The id of the one session of a dedicated host. */
  readonly soleSessionId?: string | undefined;
  /** Gives places to runs of providers. */
  readonly leases: LeasePort;
  /** Puts in order what dead hosts of the home left. */
  recoverDeadHosts(): Promise<void>;
}

/** Ended sessions that stay in memory for late questions; older ones are answered from their files by the client. */
const MAX_ENDED_KEPT = 100;
/** Ended sessions whose screen stays as well. One with a full scrollback costs megabytes; clients replay the log of the others. */
const MAX_ENDED_SCREENS = 16;

export class SessionRegistry {
  readonly #options: RegistryOptions;
  readonly #sessions = new Map<string, Session>();
  /** Ids of sessions that are not live any more, in the order in which they ended. */
  #ended: string[] = [];
  readonly #names = new Set<string>();
  readonly #listeners: ((live: number) => void)[] = [];
  readonly #releases = new Set<Promise<void>>();
  /** Aborts when no new sessions are taken any more. */
  readonly #closing = new AbortController();
  /** Sessions that wait for a place before they begin. */
  #waiting = 0;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#sessions.size;
  }

  get liveCount(): number {
    let live = 0;
    for (const session of this.#sessions.values()) if (session.isLive) live++;
    return live;
  }

  get refusesWork(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Tells how many sessions live or wait for a place, whenever that changes. */
  onLiveCountChange(listener: (live: number) => void): void {
    this.#listeners.push(listener);
  }

  /** From now on `create` is refused; what runs goes on. */
  refuseNewWork(): void {
    this.#closing.abort(stopping());
  }

  /** Starts a session; see the method's contract for the errors. `signal` takes back one that waits for a place. */
  async create(params: CheckedParams<'session.create'>, signal: AbortSignal): Promise<Session> {
    if (this.refusesWork) throw stopping();
    const { name } = params;
    const redaction = new SessionRedaction(params);
    if (name !== undefined) {
      checkSessionName(name);
      const holder = this.#find(name);
      if (this.#names.has(name) || holder?.isLive === true) {
        const by = holder === undefined ? '' : ` by session ${holder.id}`;
        throw new TtyError('SESSION_NAME_TAKEN', `the name ${quote(name)} is used${by}`);
      }
      this.#names.add(name);
    }
    try {
      return await this.#start(params, redaction, signal);
    } finally {
      if (name !== undefined) this.#names.delete(name);
      this.#changed();
    }
  }

  async #start(
    given: CheckedParams<'session.create'>,
    redaction: SessionRedaction,
    signal: AbortSignal,
  ): Promise<Session> {
    const { claims, clock, defaults, soleSessionId } = this.#options;
    const { name } = given;
    const params = withDefaults(given, defaults);
    if (soleSessionId !== undefined && this.count > 0) {
      throw new TtyError('HOST_STOPPING', `this host is there for session ${soleSessionId} alone`);
    }
    await this.#options.recoverDeadHosts();
    const id = soleSessionId ?? newUlid(clock.wallMs());
    const place = await this.#placeFor(id, params, signal);
    try {
      if (name !== undefined) await claims.claim(name, id);
    } catch (error) {
      void place?.release('failed_before_send');
      throw error;
    }
    const onEnd = (): void => {
      if (name !== undefined) this.#release(name, id);
      this.#sessionEnded(id);
    };
    try {
      // The host may have begun to go down in the meantime, and would not know of a session that starts now.
      if (this.refusesWork) throw stopping();
      // Nobody would wait for what is started for a caller that is gone.
      if (place !== undefined && signal.aborted) throw takenBack();
      const session = await Session.start({
        ...this.#options,
        shell: defaults.shell,
        redaction,
        id,
        params,
        place,
        onEnd,
      });
      this.#sessions.set(id, session);
      return session;
    } catch (error) {
      void place?.release('failed_before_send');
      if (name !== undefined) await claims.release(name, id);
      throw error;
    }
  }

  /** Checks the provider of a session, and takes the place of one that is itself a run. */
  async #placeFor(sessionId: string, params: SessionParams, signal: AbortSignal): Promise<Place | undefined> {
    const { provider, leaseWaitMs, asRun } = params;
    const { leases } = this.#options;
    if (leaseWaitMs !== undefined && !(asRun && provider !== undefined)) {
      throw new TtyError('INVALID_INPUT', 'leaseWaitMs is for a session that is itself a run of a provider');
    }
    if (provider === undefined) return undefined;
    const workplace = workplaceOf(params);
    if (!asRun) {
      await leases.look(provider, workplace);
      return undefined;
    }
    const stop = new AbortController();
    const leave = (): void => stop.abort(this.refusesWork ? stopping() : takenBack());
    const signals = [signal, this.#closing.signal];
    for (const one of signals) one.addEventListener('abort', leave, { once: true });
    if (signals.some(({ aborted }) => aborted)) leave();
    this.#waiting++;
    this.#changed();
    try {
      return await leases.take({ provider, waitMs: leaseWaitMs ?? 0, signal: stop.signal, sessionId, workplace });
    } finally {
      this.#waiting--;
      for (const one of signals) one.removeEventListener('abort', leave);
    }
  }

  /** @throws TtyError `SESSION_NOT_FOUND`, `INVALID_SESSION_ID` */
  get(reference: string): Session {
    checkSessionReference(reference);
    const session = this.#find(reference);
    if (session !== undefined) return session;
    throw new TtyError('SESSION_NOT_FOUND', `this host has no session ${quote(reference)}`, {
      hint: 'agent-tty list --all shows every session of the home',
    });
  }

  /**
   * Closes a session that has ended and drops it, so that its files may be removed.
   *
   * @throws TtyError `INVALID_SESSION_ID`
   */
  async forget(sessionId: string): Promise<'forgotten' | 'unknown' | 'live'> {
    checkSessionReference(sessionId);
    const session = this.#sessions.get(sessionId);
    if (session === undefined) return 'unknown';
    if (!session.isOver) return 'live';
    this.#sessions.delete(sessionId);
    this.#ended = this.#ended.filter((known) => known !== sessionId);
    await session.close();
    return 'forgotten';
  }

  /**
   * Ends every session and closes its files: in order, or with `failure` at once, as failed for that reason. Returns how
   * many processes survived.
   */
  async endAll(failure?: string): Promise<number> {
    const ends = [...this.#sessions.values()].map(async (session) => {
      try {
        const survivors = failure === undefined ? await endInOrder(session) : await session.fail(failure);
        await session.close();
        return survivors;
      } catch (error) {
        this.#options.logger.log('error', 'session', 'could not end', { sessionId: session.id, ...errorFields(error) });
        return 0;
      }
    });
    const survivors = (await Promise.all(ends)).reduce((sum, count) => sum + count, 0);
    await Promise.all(this.#releases);
    return survivors;
  }

  /** By id, else by name: a live session first, then the youngest ended one. */
  #find(reference: string): Session | undefined {
    const byId = this.#sessions.get(reference);
    if (byId !== undefined) return byId;
    const named = [...this.#sessions.values()].filter((session) => session.name === reference);
    return named.find((session) => session.isLive) ?? named.at(-1);
  }

  #sessionEnded(id: string): void {
    this.#ended.push(id);
    // One that is still being destroyed keeps all it has, however long ago that began.
    const over = this.#ended.filter((known) => this.#sessions.get(known)?.isOver === true);
    for (const old of over.slice(0, -MAX_ENDED_SCREENS)) this.#sessions.get(old)?.screen.release();
    for (const old of over.slice(0, -MAX_ENDED_KEPT)) this.#forget(old);
    this.#changed();
  }

  #release(name: string, sessionId: string): void {
    const release = this.#options.claims.release(name, sessionId).catch((error: unknown) => {
      this.#options.logger.log('warn', 'session', 'a name could not be given back', {
        sessionId,
        ...errorFields(error),
      });
    });
    this.#releases.add(release);
    void release.then(() => this.#releases.delete(release));
  }

  #forget(id: string): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    this.#ended = this.#ended.filter((known) => known !== id);
    session?.close().catch((error: unknown) => {
      this.#options.logger.log('error', 'session', 'could not close', { sessionId: id, ...errorFields(error) });
    });
  }

  #changed(): void {
    for (const listener of this.#listeners) listener(this.liveCount + this.#waiting);
  }
}

function takenBack(): TtyError {
  return new TtyError('CANCELLED', 'the session was taken back before it began');
}

function stopping(): TtyError {
  return new TtyError('HOST_STOPPING', 'the host is going down and takes no new sessions');
}

async function endInOrder(session: Session): Promise<number> {
  return session.isLive ? (await session.destroy({ force: false })).survivors : 0;
}
