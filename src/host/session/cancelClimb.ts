/** One climb of the ladder that ends a run: looks at its processes, does what the ladder says, waits for what comes of it. */
import { type Clock, delay } from '../../base/clock.ts';
import {
  bootId,
  liveness,
  nowTicks,
  type ProcessIdentity,
  type ProcessStat,
  signalIdentity,
} from '../../base/processIdentity.ts';
import type { NewEvent } from '../../protocol/events.ts';
import type { RunView } from '../../protocol/methods/common.ts';
import type { MethodResult } from '../../protocol/methods/table.ts';
import type { Pty } from '../pty/pty.ts';
import { type CancelState, type CancelView, climb, firstRung } from '../run/cancelLadder.ts';
import type { RunCompletionCoordinator } from '../run/coordinator.ts';
import { processesOfRun, processName, type ProcessTable } from '../run/runProcesses.ts';
import { isForkOf, wasForkOf } from './forks.ts';
import type { Journal } from './journal.ts';
import { findTree } from './processTree.ts';
import { type KnownOrigin, programOf, readProcessTable, type RunOrigins } from './runOrigins.ts';
import { signalGroup } from './signalTarget.ts';

export interface ClimbParts {
  readonly sessionId: string;
  readonly clock: Clock;
  readonly pty: Pick<Pty, 'pid' | 'identity' | 'foregroundGroup' | 'readNow' | 'interruptByte' | 'write' | 'dropInput'>;
  readonly journal: Pick<Journal, 'commit'>;
  readonly coordinator: Pick<RunCompletionCoordinator, 'runInFlight' | 'view' | 'wait'>;
  readonly origins: Pick<RunOrigins, 'get'>;
  /** Handles output that has come and is not logged yet: it may tell the run's end. */
  drainOutput(): void;
  /** Tells that an interrupt goes to what runs. */
  onInterrupt(): void;
  /** @throws TtyError `SESSION_NOT_RUNNING` when the program is gone or being ended */
  assertLive(): void;
}

/** What a climb has to know of the run. */
export type CancelledRun = Pick<RunView, 'runId' | 'source' | 'outcome'>;

/** What a climb did. */
export type ClimbEnd = Pick<MethodResult<'run.cancel'>, 'step' | 'signalled' | 'survivors' | 'unclear'>;

/** A process of the run as it was seen last. */
interface Member {
  readonly identity: ProcessIdentity;
  readonly group: number;
}

/** The default INTR character (termios(3)). */
const CTRL_C = 0x03;
/** Pause between two looks at the process table, and how much longer than a look it is at least. */
const LOOK_MS = 30;
const PAUSE_PER_LOOK = 10;
/** Longest that a fork of the shell takes to become a program, in clock ticks; an older one is a subshell. */
const FORK_TICKS = 20;
/** A session that is being destroyed is over in less. */
const DESTROYED_MS = 6_000;

export class CancelClimb {
  readonly #parts: ClimbParts;
  readonly #runId: string;
  readonly #isProcessRun: boolean;
  readonly #known = new Map<string, Member>();
  readonly #groups = new Set<number>();
  /** Groups that got an interrupt. */
  readonly #interrupted = new Set<number>();
  readonly #signalled = new Set<string>();
  #state: CancelState;
  #alive: readonly string[] = [];
  #unclear = 0;
  #pauseMs = LOOK_MS;
  #isFirstLook = true;

  constructor(parts: ClimbParts, { runId, source, outcome }: CancelledRun, graceMs: number) {
    this.#parts = parts;
    this.#runId = runId;
    this.#isProcessRun = source === 'process';
    this.#state = firstRung({ graceMs, isStopped: outcome === 'stopped' });
  }

  /** @throws TtyError `STORAGE_WRITE_ERROR` when a step cannot be put on record; it is then not taken */
  async run(): Promise<ClimbEnd> {
    const { clock } = this.#parts;
    for (;;) {
      const view = this.#look();
      if (!this.#isLive) {
        // Nothing may be signalled or logged beside whoever ends the session.
        await this.#untilOver(DESTROYED_MS);
        return this.#destroyed();
      }
      const { state, action } = climb(this.#state, view);
      if (action.type === 'interrupt' && !this.#interrupt(view)) continue;
      if (action.type === 'signal' && !this.#signal(action.signal, action.names)) continue;
      this.#state = state;
      if (action.type === 'done') return this.#end();
      if (action.type === 'wait') {
        const pauseMs = Math.max(1, Math.min(action.untilMs - clock.nowMs(), this.#pauseMs));
        await (view.isOver ? delay(clock, pauseMs) : this.#untilOver(pauseMs));
      }
    }
  }

  /** Whoever ends the session ends what is left of the run. */
  async #destroyed(): Promise<ClimbEnd> {
    const { clock } = this.#parts;
    for (const deadline = clock.nowMs() + DESTROYED_MS; clock.nowMs() < deadline;) {
      this.#look();
      if (this.#alive.length === 0) break;
      await delay(clock, this.#pauseMs);
    }
    return this.#end();
  }

  get #isLive(): boolean {
    try {
      this.#parts.assertLive();
      return true;
    } catch {
      return false; // that is the question
    }
  }

  async #untilOver(timeoutMs: number): Promise<void> {
    await this.#parts.coordinator.wait(this.#runId, { timeoutMs });
  }

  #end(): ClimbEnd {
    return {
      step: this.#state.taken ?? 'none',
      signalled: this.#signalled.size,
      survivors: this.#alive.length,
      unclear: this.#unclear,
    };
  }

  /** Looks at the process table. What was found once stays the run's, wherever it goes. */
  #look(): CancelView {
    const { clock, coordinator, pty, sessionId } = this.#parts;
    const beganMs = clock.nowMs();
    let table = readProcessTable(sessionId);
    const wasOver = coordinator.runInFlight !== this.#runId;
    const isOver = wasOver || !this.#isStillInFlight();
    // It ended before the table was read: what the shell has started since for its prompt is not the run's, and what was is gone.
    if (isOver && !wasOver) table = readProcessTable(sessionId);
    const group = isOver ? undefined : pty.foregroundGroup();
    // Behind the end of a run only a stopped one, at the first look, has processes that nobody saw before.
    const adopts = !isOver || (wasOver && this.#isFirstLook);
    this.#isFirstLook = false;
    const members = this.#findMembers(table, { group, isOver, adopts });
    for (const member of members) {
      this.#known.set(processName(member.identity), member);
      this.#groups.add(member.group);
    }
    this.#alive = members.map(({ identity }) => processName(identity));
    const isBegun = coordinator.view(this.#runId)?.state !== 'typed';
    const isShell = !isBegun || (group === pty.pid && !this.#isProcessRun);
    const nowMs = clock.nowMs();
    this.#pauseMs = Math.max(LOOK_MS, (nowMs - beganMs) * PAUSE_PER_LOOK);
    return {
      nowMs,
      isOver,
      alive: this.#alive,
      isInterrupting: members.some((member) => this.#interrupted.has(member.group)),
      isShell,
      isMissed: group !== undefined && !this.#interrupted.has(group),
      losesInterrupts: isShell || (group !== undefined && this.#isForked(group, members)),
    };
  }

  /** Whether the shell has only just forked what is to run: until that is a program it keeps the shell's own handlers. */
  #isForked(group: number, members: readonly Member[]): boolean {
    const since = nowTicks() - FORK_TICKS;
    const shell = this.#parts.pty.pid;
    return members.some(
      ({ identity, group: own }) =>
        own === group && Number(identity.startTicks) > since && isForkOf(identity.pid, shell),
    );
  }

  #findMembers(
    table: ProcessTable,
    { group, isOver, adopts }: { group: number | undefined; isOver: boolean; adopts: boolean },
  ): Member[] {
    const { origins, pty, sessionId } = this.#parts;
    const known = origins.get(this.#runId);
    if (this.#isProcessRun || (!isOver && this.#tookTheShellsPlace(known))) {
      const identities = [...this.#known.values()].map(({ identity }) => identity);
      return findTree({ mark: sessionId, child: pty.identity }, identities).map((identity) => ({
        identity,
        group: table.stats.get(identity.pid)?.pgid ?? 0,
      }));
    }
    if (known === undefined) return [];
    const { own, unclear } = processesOfRun({
      table,
      shellPid: pty.pid,
      hostPid: process.pid,
      origin: known.origin,
      foregroundGroup: group === pty.pid ? undefined : group,
      known: new Set(this.#known.keys()),
      knownGroups: this.#groups,
      adopts,
    });
    if (adopts) this.#unclear = unclear;
    const boot = bootId();
    const certain = own.filter((stat) => !this.#isForPrompt(stat));
    return certain.map(({ pid, startTicks, pgid }) => ({ identity: { pid, startTicks, bootId: boot }, group: pgid }));
  }

  /** Whether it may be what the hooks fork for a moment before they tell the run's end: in the shell's group, and no program. */
  #isForPrompt(stat: ProcessStat): boolean {
    const shell = this.#parts.pty.pid;
    return stat.pgid === shell && Number(stat.startTicks) > nowTicks() - FORK_TICKS && wasForkOf(stat, shell);
  }

  /** `exec`: the session's process is the run's program now, and no shell any more. */
  #tookTheShellsPlace(known: KnownOrigin | undefined): boolean {
    if (known?.program === undefined) return false;
    const program = programOf(this.#parts.pty.pid);
    return program !== undefined && program !== known.program;
  }

  /** Interrupts as the key of a person does. False when that is no longer what `view` was about: the run ended, or its program. */
  #interrupt(view: CancelView): boolean {
    const { journal, pty } = this.#parts;
    if (!this.#isStillInFlight()) return false;
    const group = pty.foregroundGroup() ?? 0;
    if (group === pty.pid && !this.#isProcessRun) {
      if (!view.isShell) return false;
      const byte = pty.interruptByte() ?? CTRL_C;
      journal.commit(keyEvent(byte));
      this.#parts.onInterrupt();
      if (!this.#isStillInFlight()) return false;
      pty.write(Buffer.from([byte]));
    } else {
      // The key would make the terminal drop output that nobody has read yet, the mark of the run's end with it.
      journal.commit({ type: 'signal', payload: { signal: 'SIGINT', runId: this.#runId } });
      this.#parts.onInterrupt();
      signalGroup(group, pty.identity, 'SIGINT');
      pty.dropInput();
    }
    this.#interrupted.add(group);
    for (const name of this.#alive) if (this.#known.get(name)?.group === group) this.#signalled.add(name);
    return true;
  }

  /** Reads all there is first: it may tell of the run's end. */
  #isStillInFlight(): boolean {
    const { coordinator, pty } = this.#parts;
    pty.readNow();
    this.#parts.drainOutput();
    return coordinator.runInFlight === this.#runId;
  }

  /** Signals those of `names` that still are there. False when none is: nothing is on record then. */
  #signal(signal: 'SIGTERM' | 'SIGKILL', names: readonly string[]): boolean {
    const { journal } = this.#parts;
    this.#parts.drainOutput();
    const found = names.flatMap((name) => this.#known.get(name)?.identity ?? []);
    const living = found.filter((identity) => liveness(identity) !== 'gone');
    if (living.length === 0) return false;
    journal.commit({ type: 'signal', payload: { signal, runId: this.#runId } });
    for (const identity of living) {
      if (!signalIdentity(identity, signal)) continue;
      this.#signalled.add(processName(identity));
      // A stopped process acts on TERM only once it goes on.
      if (signal === 'SIGTERM') signalIdentity(identity, 'SIGCONT');
    }
    return true;
  }
}

function keyEvent(byte: number): NewEvent {
  if (byte === CTRL_C) return { type: 'input_keys', payload: { keys: ['Ctrl+C'] } };
  return { type: 'input_text', payload: { data: String.fromCharCode(byte) } };
}
