/**
 * One session: a program on a terminal, its log, its live screen and its runs. Owns their life; how they work together stands
 * in `assemble.ts`. The rule: append the intention, act, append the fact.
 */
import fs from 'node:fs';
import type { Clock, Timer } from '../../base/clock.ts';
import { errorFields, type Logger } from '../../base/logger.ts';
import { signalIdentity } from '../../base/processIdentity.ts';
import { TtyError } from '../../protocol/errors.ts';
import { sessionPaths } from '../../protocol/homeLayout.ts';
import type { FollowNote, FollowResult } from '../../protocol/methods/events.ts';
import type { CallContext } from '../../protocol/methods/handlers.ts';
import type { CreateResult, DestroyResult, InspectResult } from '../../protocol/methods/session.ts';
import type { SessionParams } from './sessionParams.ts';
import type { ScreenService } from '../../screen/live/screenService.ts';
import type { PtyExit } from '../pty/pty.ts';
import { type AssemblyOptions, assembleSession, type SessionParts } from './assemble.ts';
import type { SessionInput } from './input.ts';
import { ScreenEnd } from './keepScreen.ts';
import { prepareLaunch, spawnLaunch } from './launch.ts';
import { type LeasePort, markedWork, type Place } from './leasePort.ts';
import { LogGuard } from './logGuard.ts';
import { endTree } from './processTree.ts';
import type { RunCancels } from './cancelRun.ts';
import type { SessionRuns } from './runs.ts';
import { SessionScreen } from './sessionScreen.ts';
import { describe, describeCreated } from './sessionView.ts';
import { exitReported } from './exitReported.ts';
import { followLog } from './followLog.ts';
import { createSessionFile, type SessionFile } from './sessionFile.ts';
import { createSessionLog } from './sessionLog.ts';
import type { SessionRedaction } from './sessionRedaction.ts';
import {
  INITIAL_SESSION_STATE,
  isLive,
  nextSessionState,
  type SessionState,
  type SessionTransition,
} from './sessionState.ts';
import type { SessionVerbs } from './verbs.ts';

export interface SessionOptions {
  readonly id: string;
  readonly params: SessionParams;
  readonly home: string;
  readonly hostId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly screens: ScreenService;
  readonly redaction: SessionRedaction;
  /** The configured shell. */
  readonly shell: string | undefined;
  readonly leases: LeasePort;
  /** Where it is itself a run of a provider: the place that it has. */
  readonly place?: Place | undefined;
  /** Called once, when the session is no longer live. */
  onEnd(): void;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #assembly: AssemblyOptions;
  readonly #parts: SessionParts;
  readonly #file: SessionFile;
  readonly screen: SessionScreen;
  readonly #guard: LogGuard;
  readonly #screenEnd: ScreenEnd;
  readonly #ended = new AbortController();
  readonly #processRunId: string | undefined;
  #state: SessionState = INITIAL_SESSION_STATE;
  #idleTimer: Timer | undefined;
  #destruction: Promise<DestroyResult> | undefined;
  #closed = false;

  /** Checks, makes the session's directory and log, starts the program. Leaves nothing behind when it fails, but the caller's place. */
  static async start(options: SessionOptions): Promise<Session> {
    const { id, params, home } = options;
    const paths = sessionPaths(home, id);
    const launch = prepareLaunch({ sessionId: id, params, configuredShell: options.shell, scratch: paths.scratch });
    const file = createSessionFile({ ...options, launch, file: paths.manifest });
    try {
      const appender = createSessionLog(options, paths, launch.plan.argv);
      try {
        // Before there is a process: its mark says what is of it, should this host die right after the start.
        options.place?.bind(markedWork(id));
        const pty = spawnLaunch(launch, params, options.clock);
        try {
          options.place?.bind({ kind: 'session', id: pty.pid, startTicks: pty.identity.startTicks, mark: id });
          return new Session(options, { ...options, paths, launch, appender, pty }, file);
        } catch (error) {
          // Nobody would own the program: it must not outlive the session that could not begin.
          signalIdentity(pty.identity, 'SIGKILL');
          pty.dispose();
          throw error;
        }
      } catch (error) {
        await appender.close();
        throw error;
      }
    } catch (error) {
      fs.rmSync(paths.directory, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(options: SessionOptions, assembly: AssemblyOptions, file: SessionFile) {
    this.#options = options;
    this.#assembly = assembly;
    const { launch, pty, params } = assembly;
    this.#parts = assembleSession(assembly, {
      ended: this.#ended.signal,
      exitCode: () => this.#state.exitCode,
      assertLive: () => this.assertLive(),
      onTurn: () => this.#armIdleTimer(),
      onResized: (size) => this.#file.resized(size, this.#state),
    });
    this.#file = file;
    file.started(pty.identity, this.#parts.journal);
    if (params.asRun) this.#processRunId = this.runs.registerProcess(launch.plan.argv.join(' '), options.place);
    this.#file.write(this.#state);
    pty.onInputLost((bytes) => void this.#parts.ingest.append({ type: 'input_lost', payload: { bytes } }));
    pty.onExit((exit) => this.#exited(exit));
    pty.onData((chunk) => this.#parts.ingest.take(chunk));
    this.#armIdleTimer();
    const { journal, screen } = this.#parts;
    const shared = { ...options, sessionId: options.id, journal };
    this.#guard = new LogGuard({ ...shared, appender: assembly.appender });
    this.#screenEnd = new ScreenEnd({ ...shared, screen, file: assembly.paths.screen });
    this.screen = new SessionScreen({ ...this.#parts, screenEnd: this.#screenEnd }, () => this.#notRunning());
  }

  get runs(): SessionRuns {
    return this.#parts.runs;
  }

  get cancels(): RunCancels {
    return this.#parts.cancels;
  }

  get input(): SessionInput {
    return this.#parts.input;
  }

  get verbs(): SessionVerbs {
    return this.#parts.verbs;
  }

  get id(): string {
    return this.#options.id;
  }

  get name(): string | undefined {
    return this.#options.params.name;
  }

  /** The program runs and the session is not being destroyed. */
  get isLive(): boolean {
    return isLive(this.#state);
  }

  /** The program is gone, and nobody is ending what it left. */
  get isOver(): boolean {
    return this.#state.status !== 'running' && this.#state.status !== 'destroying';
  }

  /** @throws TtyError `SESSION_NOT_RUNNING` */
  assertLive(): void {
    if (!this.isLive) throw this.#notRunning();
  }

  createResult(): CreateResult {
    return { sessionId: this.id, ...describeCreated(this.#assembly, this.#file.createdAt, this.#processRunId) };
  }

  inspect(): InspectResult {
    return { sessionId: this.id, ...describe(this.#parts, this.#assembly, this.isLive) };
  }

  /** Tells of each growth of the log; resolves when the session has ended and its log is whole. */
  async follow(context: CallContext<FollowNote>): Promise<FollowResult> {
    return { sessionId: this.id, ...(await followLog({ ...this.#parts, ended: this.#ended.signal }, context)) };
  }

  /**
   * Ends every process of the session, its log and its screen staying readable. Calls that overlap share one end.
   *
   * @throws TtyError `SESSION_ALREADY_DESTROYED`
   */
  destroy(options: { force: boolean }): Promise<DestroyResult> {
    if (this.#state.status === 'destroyed') {
      return Promise.reject(new TtyError('SESSION_ALREADY_DESTROYED', `session ${this.id} was destroyed before`));
    }
    this.#destruction ??= this.#destroy(options).finally(() => (this.#destruction = undefined));
    return this.#destruction;
  }

  /** Ends the session by KILL because its host has met a bug. Returns how many processes survived. */
  async fail(reason: string): Promise<number> {
    const { status } = this.#state;
    if (status !== 'running' && status !== 'destroying') return 0;
    this.#transition({ type: 'destroyRequested' });
    if (status === 'running') this.#options.onEnd();
    const root = { mark: this.id, child: this.#assembly.pty.identity };
    const { survivors, found } = await endTree(root, this.#options.clock, { force: true });
    if (survivors === 0) await exitReported(this.#ended.signal, this.#options.clock);
    const payload = { hostPid: process.pid, survivorsEnded: found - survivors };
    this.#parts.ingest.append({ type: 'host_lost', payload });
    this.#parts.journal.flush();
    this.#transition({ type: 'failed', reason });
    return survivors;
  }

  /** Writes what is pending and closes log and screen. The program should be gone; what it still says is not recorded. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // A destruction under way has yet to see the exit and put it on record; its failure is its caller's.
    await this.#destruction?.catch(() => undefined);
    this.#idleTimer?.clear();
    this.#parts.watch[Symbol.dispose]();
    this.#parts.held.end();
    this.#assembly.pty.dispose();
    await this.#screenEnd.release();
    await this.#guard[Symbol.asyncDispose]();
    const { lostEvents } = await this.#parts.journal.close();
    if (lostEvents > 0)
      this.#options.logger.log('error', 'log', 'events could not be written', { sessionId: this.id, lostEvents });
  }

  async #destroy({ force }: { force: boolean }): Promise<DestroyResult> {
    const { clock } = this.#options;
    const wasLive = this.isLive;
    this.#transition({ type: 'destroyRequested' });
    if (wasLive) this.#options.onEnd();
    const tree = await endTree({ mark: this.id, child: this.#assembly.pty.identity }, clock, { force });
    if (tree.survivors === 0) {
      await exitReported(this.#ended.signal, this.#options.clock);
      this.#transition({ type: 'treeEnded' });
    }
    return { sessionId: this.id, destroyed: tree.survivors === 0, survivors: tree.survivors, lastStep: tree.lastStep };
  }

  /** The program is gone and its last byte was taken. */
  #exited(exit: PtyExit): void {
    const wasLive = this.isLive;
    this.#parts.ingest.drain();
    this.#idleTimer?.clear();
    this.#parts.watch[Symbol.dispose]();
    this.#parts.replies.end();
    this.#parts.held.end();
    try {
      this.#parts.coordinator.exit(exit);
    } finally {
      this.#parts.journal.flush();
      this.#parts.journal.syncSoon();
      this.#transition({ type: 'exited', ...exit });
      this.#ended.abort(this.#notRunning());
      this.#parts.waits.sessionEnded();
      this.#screenEnd.keep();
      if (wasLive) this.#options.onEnd();
    }
  }

  #armIdleTimer(): void {
    const { idleTimeoutMs } = this.#options.params;
    if (idleTimeoutMs === undefined || idleTimeoutMs === 0 || !this.isLive) return;
    this.#idleTimer?.clear();
    this.#idleTimer = this.#options.clock.after(idleTimeoutMs, () => {
      const { logger } = this.#options;
      logger.log('info', 'session', 'ended after silence', { sessionId: this.id, idleTimeoutMs });
      this.destroy({ force: false }).catch((error: unknown) => {
        logger.log('error', 'session', 'could not end after silence', { sessionId: this.id, ...errorFields(error) });
      });
    });
  }

  #transition(transition: SessionTransition): void {
    const next = nextSessionState(this.#state, transition);
    if (next === this.#state) return;
    this.#state = next;
    this.#file.write(next);
  }

  #notRunning(): TtyError {
    const { exitCode, exitSignal, status } = this.#state;
    const how = exitSignal ?? (exitCode === null ? status : `exit code ${exitCode}`);
    return new TtyError('SESSION_NOT_RUNNING', `session ${this.id} has ended (${how})`, {
      details: { status, exitCode, exitSignal },
    });
  }
}
