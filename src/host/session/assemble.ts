/** Wires the parts of one session together. Who calls whom stands here and nowhere else; the parts do not know the session. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { LogAppender } from '../../eventlog/appender.ts';
import type { SessionPaths } from '../../protocol/homeLayout.ts';
import type { SessionParams } from './sessionParams.ts';
import type { SessionRedaction } from './sessionRedaction.ts';
import type { Screen, ScreenItem, ScreenOptions } from '../../screen/live/liveScreen.ts';
import type { ScreenService } from '../../screen/live/screenService.ts';
import { ModeScanner } from '../pty/modeScanner.ts';
import type { Pty } from '../pty/pty.ts';
import type { RunCompletionCoordinator } from '../run/coordinator.ts';
import { PromptTracker, type ShellReport } from '../run/promptTracker.ts';
import { assembleRuns } from './assembleRuns.ts';
import type { RunCancels } from './cancelRun.ts';
import { Flow } from './flow.ts';
import type { HeldOutput } from './heldOutput.ts';
import { Ingest } from './ingest.ts';
import { InputWatch, type InputWatchParts } from './inputWatch.ts';
import { SessionInput } from './input.ts';
import { Journal } from './journal.ts';
import type { PreparedLaunch } from './launch.ts';
import type { LeasePort } from './leasePort.ts';
import { LogProgress } from './logProgress.ts';
import { openCoordinator, openHeldOutput } from './openCoordinator.ts';
import { PromptGate } from './promptGate.ts';
import { PromptWatch } from './promptWatch.ts';
import { Readers } from './readers.ts';
import { Replies, type RepliesParts } from './replies.ts';
import { replayLog } from './replayLog.ts';
import { RunOrigins } from './runOrigins.ts';
import type { SessionRuns } from './runs.ts';
import { SessionVerbs } from './verbs.ts';
import { Waits } from './waits.ts';

export interface AssemblyOptions {
  readonly id: string;
  readonly params: SessionParams;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly screens: ScreenService;
  readonly paths: SessionPaths;
  readonly launch: PreparedLaunch;
  readonly redaction: SessionRedaction;
  readonly appender: LogAppender;
  readonly pty: Pty;
  readonly leases: LeasePort;
}

/** What the parts need to know of the session's life. */
export interface SessionLife {
  /** Aborts when the program is gone and its last output logged; the reason is `SESSION_NOT_RUNNING`. */
  readonly ended: AbortSignal;
  readonly exitCode: () => number | null;
  /** @throws TtyError `SESSION_NOT_RUNNING` */
  readonly assertLive: () => void;
  /** Called after each turn of output. */
  readonly onTurn: () => void;
  /** Called when the terminal has another size. */
  readonly onResized: (size: { readonly cols: number; readonly rows: number }) => void;
}

export interface SessionParts {
  readonly startedMs: number;
  readonly journal: Journal;
  readonly progress: LogProgress;
  readonly screen: Screen;
  readonly flow: Flow;
  readonly modes: ModeScanner;
  readonly tracker: PromptTracker;
  readonly coordinator: RunCompletionCoordinator;
  readonly gate: PromptGate;
  readonly readers: Readers;
  readonly watch: PromptWatch;
  readonly ingest: Ingest;
  readonly held: HeldOutput;
  readonly runs: SessionRuns;
  readonly cancels: RunCancels;
  readonly input: SessionInput;
  readonly verbs: SessionVerbs;
  readonly replies: Replies;
  readonly waits: Waits;
}

export function assembleSession(options: AssemblyOptions, life: SessionLife): SessionParts {
  const { id, clock, logger, launch, pty, redaction } = options;
  const startedMs = clock.nowMs();
  const flow = new Flow(pty);
  const around = { flow, journal: () => journal };
  const screen: Screen = openScreen(options, around, (answers, skipped) => replies.take(answers, skipped));
  const journal: Journal = openJournal(options, flow, screen);
  const progress = openProgress(journal, clock);
  const tracker = openTracker(launch, startedMs);
  const readers = new Readers({ clock, pty, launch, coordinator: () => coordinator, modes: () => modes.modes });
  const gate = new PromptGate({ clock, pty, tracker, readers });
  const modes = new ModeScanner((on) => {
    tracker.bracketedPasteSwitched(on);
    if (on) replies.editorReads();
  });
  const reported = (what: ShellReport): void => {
    tracker.shellReported(what, clock.nowMs());
    watch.shellReported();
    if (what !== 'command') replies.askersGone();
    if (what === 'prompt') journal.syncSoon();
  };
  const origins = new RunOrigins(pty.identity, (runId) => coordinator.view(runId));
  const told = { shellReported: reported, runEnded: () => replies.askersGone(), origins, gate };
  const coordinator: RunCompletionCoordinator = openCoordinator(options, () => ingest, told);
  const turn = { commit: () => journal.flush(), readOutput: outputReader(pty, () => ingest) };
  const watch = new PromptWatch({ clock, logger, sessionId: id, tracker, gate, readers, coordinator, launch, ...turn });
  const ingest: Ingest = new Ingest({
    clock,
    journal,
    screen,
    scanModes: (chunk) => {
      tracker.outputSeen(clock.nowMs(), chunk);
      readers.outputSeen(chunk);
      modes.feed(chunk);
    },
    feedRuns: (chunk) => coordinator.feed(chunk),
    onTurn: () => {
      watch.turnDone();
      gate.changed();
      held.turnDone();
      for (const watcher of [waits, inputWatch]) watcher.outputSeen();
      life.onTurn();
    },
  });
  const held = openHeldOutput(options, { flow, ingest, coordinator });
  const drainOutput = drainer(ingest, held);
  const shared = { pty, journal, redaction, assertLive: life.assertLive, drainOutput };
  const inputWatch: InputWatch = openInputWatch(options, { ...shared, coordinator, modes, ingest });
  const onInterrupt = (): void => watch.interruptTyped();
  const known = { coordinator, tracker, gate, readers, inputWatch, origins };
  const typing = { ...shared, ...turn, ...known, progress, onInterrupt, onTyped: () => watch.runTyped() };
  const { runs, cancels } = assembleRuns(options, life, typing);
  const onTyped = typedByOthers(known, clock);
  const input = new SessionInput({ ...shared, modes: () => modes.modes, onInterrupt, onTyped });
  const verbs = new SessionVerbs({ ...shared, sessionId: id, screen, onInterrupt, onResized: life.onResized });
  const replies = openReplies(options, modes, shared);
  const waits: Waits = assembleWaits(options, life, { screen, gate, runs, journal, ingest });
  const terminal = { journal, progress, screen, flow, modes, ingest, replies, input, verbs, waits };
  return { startedMs, ...terminal, tracker, coordinator, gate, readers, watch, held, runs, cancels };
}

/** What others type may be commands of theirs, and an answer is awaited to it before the next run is typed. */
function typedByOthers(
  { tracker, coordinator }: Pick<SessionParts, 'tracker' | 'coordinator'>,
  clock: Clock,
): (bytes: Buffer, answers: number) => void {
  return (bytes, answers) => {
    tracker.othersTyped(answers, clock.nowMs());
    coordinator.othersTyped(bytes);
  };
}

/** Handles output that has come, so that it stands before what is done next. */
function drainer(ingest: Ingest, held: HeldOutput): () => void {
  return () => {
    ingest.drain();
    held.settle();
  };
}

function openProgress(journal: Journal, clock: Clock): LogProgress {
  const progress = new LogProgress(clock);
  journal.onGrown(() => progress.grew());
  return progress;
}

function openTracker(launch: PreparedLaunch, startedMs: number): PromptTracker {
  const { source, drawsLate } = launch;
  return new PromptTracker(launch.promptKind, startedMs, {
    reportsPrompts: source?.reportsPrompts === true,
    drawsLate,
  });
}

/** Handles what the terminal has given so far within the call; false when more of it is held back. */
function outputReader(pty: Pty, ingest: () => Ingest): () => boolean {
  return () => {
    const isAll = pty.readNow();
    ingest().drain();
    return isAll;
  };
}

type InputWatchSources = Pick<InputWatchParts, 'pty' | 'journal' | 'drainOutput'> &
  Pick<SessionParts, 'coordinator' | 'modes' | 'ingest'>;

function openInputWatch({ clock, launch }: AssemblyOptions, sources: InputWatchSources): InputWatch {
  const { modes, ingest } = sources;
  return new InputWatch({
    ...sources,
    clock,
    kernelPrompt: launch.promptKind === 'kernel',
    lastOutputMs: () => ingest.lastOutputMs,
    isAlternateScreen: () => modes.modes.alternateScreen,
  });
}

function openReplies(
  { clock, launch }: AssemblyOptions,
  modes: ModeScanner,
  parts: Pick<RepliesParts, 'pty' | 'journal' | 'drainOutput'>,
): Replies {
  return new Replies({
    ...parts,
    clock,
    isLineEditor: launch.promptKind !== 'kernel' && launch.shellPath !== null,
    isRawBeforePrompt: launch.plan.shell === 'fish',
    bracketedPaste: () => modes.modes.bracketedPaste,
  });
}

type WaitParts = Pick<SessionParts, 'screen' | 'gate' | 'runs' | 'journal' | 'ingest'>;

function assembleWaits({ clock, launch }: AssemblyOptions, life: SessionLife, parts: WaitParts): Waits {
  const { screen, gate, runs, journal, ingest } = parts;
  return new Waits({
    clock,
    screen,
    gate,
    notShell: launch.shellPath === null && launch.source === undefined ? launch.argv[0] : undefined,
    hasRun: () => runs.hasRun,
    drainOutput: () => ingest.drain(),
    lastSeq: () => journal.nextSeq - 1,
    lastOutputSeq: () => ingest.lastOutputSeq,
    ended: () => (life.ended.aborted ? { exitCode: life.exitCode() } : undefined),
    lastOutputMs: () => ingest.lastOutputMs,
  });
}

/** What was done to a session is what waits are counted from: the screen is stamped at each such event. */
function openJournal({ id, appender, clock, logger }: AssemblyOptions, flow: Flow, screen: Screen): Journal {
  const blockedChange = (reason: string | null): void => {
    logger.log('warn', 'log', reason === null ? 'the log takes events again' : 'the log takes no events', {
      sessionId: id,
      reason,
    });
    if (reason === null) flow.release('log');
    else flow.hold('log', `the log cannot be written: ${reason}`);
  };
  return new Journal(appender, clock, blockedChange, (seq, events) => {
    // of the host's own answers to the program nobody is told the number
    if (events.some(({ type }) => type !== 'reply')) screen.stamp(seq);
  });
}

function openScreen(
  { id, params, screens, paths }: AssemblyOptions,
  { flow, journal }: { flow: Flow; journal: () => Journal },
  onAnswers: NonNullable<ScreenOptions['onAnswers']>,
): Screen {
  const { cols, rows } = params;
  const replay = (afterSeq: number): AsyncIterable<ScreenItem> =>
    replayLog(paths.log, journal().places.before(afterSeq));
  const screen = screens.open(id, { cols, rows, replay, onAnswers });
  screen.onLagChange((lagBytes) => flow.screenLag(lagBytes));
  return screen;
}
