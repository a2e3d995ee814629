/** The library's way to a home: makes sessions, finds them, lists them. Use it through `connect`. */
import path from 'node:path';
import { verifyLog, type Verification } from '../eventlog/verify.ts';
import { systemClock } from '../base/clock.ts';
import { TtyError } from '../protocol/errors.ts';
import { MAIN_HOST_ID, sessionPaths } from '../protocol/homeLayout.ts';
import { checkSessionReference, newUlid } from '../protocol/ids.ts';
import type { CompletionChoice, CreateParams, SessionStatus } from '../protocol/methods/session.ts';
import type { MethodName, MethodParams, MethodResult } from '../protocol/methods/table.ts';
import type { TakeScreenshot } from '../protocol/picture.ts';
import type { ExportAsciicast } from '../protocol/recording.ts';
import type { RenderRun } from '../protocol/runScreen.ts';
import { effectiveStatus, findSession, listSessionRecords, type SessionEntry } from '../store/sessions.ts';
import { collectHome, type GcOptions, type GcResult } from './gc.ts';
import { connectHost, type HostStart } from './connect.ts';
import { HostPool } from './hostPool.ts';
import { hostOf } from './hosts.ts';
import { environmentBlock, fallbackShell, leaseEnvironmentBlock } from './environment.ts';
import { explainLoss } from './explain.ts';
import type { CallOptions, HostClient } from './hostClient.ts';
import type { CallControl } from './options.ts';
import { Session, type SessionParts } from './session.ts';

export type { GcHome, GcOptions, GcResult } from './gc.ts';
export type { Verification } from '../eventlog/verify.ts';

/** What a session is started with; everything may be left out. */
export interface CreateOptions extends CallControl {
  /** Program and arguments; the shell when empty or absent. */
  readonly command?: readonly string[];
  /** The shell, when there is no command; the environment's `SHELL`, else `/bin/sh`. */
  readonly shell?: string;
  /** Unique among the live sessions of the home. */
  readonly name?: string;
  /** Absolute; the working directory of this process by default. */
  readonly cwd?: string;
  /** Variables beside those of the client's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** 1 to 1000; 80 by default. */
  readonly cols?: number;
  /** 1 to 1000; 24 by default. */
  readonly rows?: number;
  readonly term?: string;
  /** Ends the session after so many ms without a byte; 0 or absent: never. */
  readonly idleTimeoutMs?: number;
  /** How the end of a run is learned; `auto` by default. */
  readonly completion?: CompletionChoice;
  /** What is masked before anything is written; what was masked cannot be had back. */
  readonly redact?: RedactOptions;
  /** The provider of its runs, unless they name another. */
  readonly provider?: string;
  /** A host process for this session alone, which ends with it: no other session shares its fate. */
  readonly dedicatedHost?: boolean;
}

/** What a session keeps out of its log, its screen and its results. */
export interface RedactOptions {
  /** Names of variables of the session whose values are masked. */
  readonly env?: readonly string[];
  /** Values to mask, each of at least 4 bytes. */
  readonly values?: readonly string[];
  /** Also mask what has the shape of a well-known token. */
  readonly patterns?: boolean;
}

/** A session as {@link Client.list} tells it. */
export interface SessionSummary {
  readonly sessionId: string;
  readonly name?: string;
  /** A live session whose host is gone counts as `failed`. */
  readonly status: SessionStatus;
  readonly failureReason?: string;
  /** Absent when the session's record cannot be read; `problem` then says why. */
  readonly command?: readonly string[];
  readonly createdAt?: string;
  readonly exitCode?: number | null;
  readonly exitSignal?: string | null;
  readonly problem?: string;
}

function redactParams({ env = [], values = [], patterns = false }: RedactOptions): NonNullable<CreateParams['redact']> {
  return { env: [...env], values: [...values], patterns };
}

function summaryOf(entry: SessionEntry): SessionSummary {
  if ('problem' in entry) {
    const { sessionId, problem } = entry;
    return { sessionId, status: 'failed', failureReason: 'storage-corruption', problem };
  }
  const { status, failureReason } = effectiveStatus(entry);
  const { sessionId, name, command, createdAt, exitCode, exitSignal } = entry;
  return {
    sessionId,
    status,
    command,
    createdAt,
    exitCode,
    exitSignal,
    ...(name === undefined ? {} : { name }),
    ...(failureReason === undefined ? {} : { failureReason }),
  };
}

/** What the library hands in; see `connect`. */
export interface ClientParts {
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The host's program file. */
  readonly hostEntry: string;
  readonly cwd: () => string;
  /** The last screen of an ended session, from its log. */
  readonly replay: SessionParts['replay'];
  /** A recording made from the log of a session. */
  readonly exportAsciicast: ExportAsciicast;
  /** What a run left on the screen, from the log of its session. */
  readonly renderRun: RenderRun;
  /** A picture of a session's screen. */
  readonly screenshot: TakeScreenshot;
}

/** Where the package keeps the fonts that pictures are drawn with: beside the host's program. */
function fontsBeside(hostEntry: string): string {
  return path.join(path.dirname(hostEntry), 'fonts');
}

/** A home. Holds one connection, opened by the first call that needs it. Calls may overlap. Disposing it ends no session. */
export class Client implements AsyncDisposable {
  readonly #parts: ClientParts;
  readonly #hosts: HostPool;

  constructor(parts: ClientParts) {
    this.#parts = parts;
    this.#hosts = new HostPool(parts.home);
  }

  /** The home's absolute path. */
  get home(): string {
    return this.#parts.home;
  }

  /**
   * Starts a session, and the host when none runs. Disposing the session destroys it.
   *
   * @throws TtyError `EXEC_FAILED`, `SPAWN_FAILED`, `SESSION_NAME_TAKEN`, `INVALID_INPUT`, `HOST_START_FAILED`,
   *   `PROVIDER_ADMISSION_FAILED`, ...
   */
  async create(options: CreateOptions = {}): Promise<Session> {
    const { signal, env, command = [], dedicatedHost, redact, ...rest } = options;
    const { environment, cwd, hostEntry } = this.#parts;
    const shell = rest.shell ?? (command.length === 0 ? fallbackShell(environment) : undefined);
    const leaseEnvironment = leaseEnvironmentBlock(environment);
    const params: CreateParams = {
      ...rest,
      ...(leaseEnvironment === undefined ? {} : { leaseEnvironment }),
      ...(shell === undefined ? {} : { shell }),
      ...(redact === undefined ? {} : { redact: redactParams(redact) }),
      command: [...command],
      cwd: rest.cwd ?? cwd(),
      environment: environmentBlock({ inherited: environment, added: Object.entries(env ?? {}) }),
      umask: process.umask(),
    };
    const hostId = dedicatedHost === true ? newUlid(systemClock.wallMs()) : MAIN_HOST_ID;
    const start = { entry: hostEntry, environment };
    const created = await this.#call(hostId, 'session.create', params, signal === undefined ? {} : { signal }, start);
    return this.#session(created.sessionId, { isOwned: true });
  }

  /**
   * A session that exists, by id or name; looks nothing up. Disposing it leaves the session as it is.
   *
   * @throws TtyError `INVALID_SESSION_ID`
   */
  session(reference: string): Session {
    checkSessionReference(reference);
    return this.#session(reference, { isOwned: false });
  }

  /** The live sessions of the home, with `all` the ended ones too, oldest first. Needs no host. */
  async list(options: { readonly all?: boolean } = {}): Promise<SessionSummary[]> {
    const summaries = listSessionRecords(this.home).map(summaryOf);
    return options.all === true
      ? summaries
      : summaries.filter(({ status }) => status === 'running' || status === 'exiting' || status === 'destroying');
  }

  /**
   * Checks a session's whole log: every line, its place, its time and the hash chain. Needs no host and reads in constant
   * memory. A log that does not verify is a result, not an error.
   *
   * @throws TtyError `SESSION_NOT_FOUND`, `INVALID_SESSION_ID`, `STORAGE_READ_ERROR`
   */
  async verify(reference: string): Promise<Verification> {
    const { sessionId } = findSession(this.home, reference);
    return verifyLog(sessionPaths(this.home, sessionId).log, sessionId);
  }

  /**
   * Removes sessions that have ended and what dead hosts left. Starts no host, ends no process; what is still used stays and
   * is named with the reason.
   *
   * @throws TtyError `REFUSED_UNSAFE` when the home's directory of sessions is a link, `STORAGE_READ_ERROR`
   */
  gc(options: GcOptions = {}): Promise<GcResult> {
    return collectHome(this.home, options, systemClock.wallMs());
  }

  /** Closes the connection; calls under way fail with `CANCELLED`. Sessions and host go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hosts[Symbol.asyncDispose]();
  }

  #session(reference: string, { isOwned }: { isOwned: boolean }): Session {
    const { home, hostEntry, replay, exportAsciicast, renderRun, screenshot } = this.#parts;
    return new Session({
      reference,
      isOwned,
      home,
      replay,
      exportAsciicast,
      renderRun,
      screenshot: (options) => screenshot(home, reference, { ...options, fonts: fontsBeside(hostEntry) }),
      call: (method, params, options) => this.#callSession(reference, method, params, options),
      connect: () => connectHost({ home, hostId: hostOf(home, reference) }),
      alone: (work) => this.#alone(reference, work),
    });
  }

  async #callSession<M extends MethodName>(
    reference: string,
    method: M,
    params: MethodParams<M>,
    options: CallOptions<M>,
  ): Promise<MethodResult<M>> {
    try {
      return await this.#call(hostOf(this.home, reference), method, params, options);
    } catch (error) {
      throw await explainLoss(this.home, reference, error, systemClock);
    }
  }

  /** The host joins the parts of a text by their connection, so texts that overlap need one each. */
  async #alone<T>(reference: string, work: (client: HostClient) => Promise<T>): Promise<T> {
    try {
      using client = await connectHost({ home: this.home, hostId: hostOf(this.home, reference) });
      return await work(client);
    } catch (error) {
      throw await explainLoss(this.home, reference, error, systemClock);
    }
  }

  async #call<M extends MethodName>(
    hostId: string,
    method: M,
    params: MethodParams<M>,
    options: CallOptions<M>,
    start?: HostStart,
  ): Promise<MethodResult<M>> {
    const host = await this.#hosts.get(hostId, start);
    try {
      return await host.call(method, params, options);
    } catch (error) {
      if (error instanceof TtyError && error.code === 'HOST_UNREACHABLE') this.#hosts.forget(hostId, host);
      throw error;
    }
  }
}
