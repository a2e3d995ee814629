/** Wires the parts of one session together. Who calls whom stands here and nowhere else; the parts do not know the session. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { LogAppender } from '../../eventlog/appender.ts';
import type { SessionPaths } from '../../protocol/homeLayout.ts';
import type { CheckedParams } from '../../protocol/methods/table.ts';
import type { Screen } from '../../screen/liveScreen.ts';
import type { ScreenService } from '../../screen/screenService.ts';
import { ModeScanner } from '../pty/modeScanner.ts';
import type { Pty } from '../pty/pty.ts';
import { RunCompletionCoordinator } from '../run/coordinator.ts';
import { PromptTracker } from '../run/promptTracker.ts';
import type { CoordinatorSink } from '../run/runInFlight.ts';
import { Flow } from './flow.ts';
import { Ingest } from './ingest.ts';
import { SessionInput } from './input.ts';
import { Journal } from './journal.ts';
import type { PreparedLaunch } from './launch.ts';
import { PromptGate } from './promptGate.ts';
import { PromptWatch } from './promptWatch.ts';
import { replayLog } from './replayLog.ts';
import { SessionRuns } from './runs.ts';
import { Waits } from './waits.ts';

export interface AssemblyOptions {
  readonly id: string;
  readonly params: CheckedParams<'session.create'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly screens: ScreenService;
  readonly paths: SessionPaths;
  readonly launch: PreparedLaunch;
  readonly appender: LogAppender;
  readonly pty: Pty;
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
}

export interface SessionParts {
  readonly startedMs: number;
  readonly journal: Journal;
  readonly screen: Screen;
  readonly flow: Flow;
  readonly modes: ModeScanner;
  readonly tracker: PromptTracker;
  readonly coordinator: RunCompletionCoordinator;
  readonly gate: PromptGate;
  readonly watch: PromptWatch;
  readonly ingest: Ingest;
  readonly runs: SessionRuns;
  readonly input: SessionInput;
  readonly waits: Waits;
}

const INTR = Buffer.from([0x03]);

export function assembleSession(options: AssemblyOptions, life: SessionLife): SessionParts {
  const { id, clock, logger, launch, pty, paths } = options;
  const startedMs = clock.nowMs();
  const flow = new Flow(pty);
  const journal = openJournal(options, flow);
  const screen = openScreen(options, flow);
  const tracker = new PromptTracker(launch.promptKind, startedMs);
  const gate = new PromptGate({ clock, pty, tracker });
  const modes = new ModeScanner((on) => tracker.bracketedPasteSwitched(on));
  const reported = (what: 'prompt' | 'command'): void => {
    tracker.shellReported(what, clock.nowMs());
    watch.shellReported();
    if (what === 'prompt') journal.syncSoon();
  };
  const sink = coordinatorSink(() => ingest, pty, reported);
  const coordinator = new RunCompletionCoordinator({
    sessionId: id,
    clock,
    nonce: launch.nonce,
    source: launch.source,
    sink,
  });
  const commit = (): void => journal.flush();
  const watch = new PromptWatch({ clock, logger, sessionId: id, tracker, gate, coordinator, launch, commit });
  const ingest: Ingest = new Ingest({
    clock,
    journal,
    screen,
    scanModes: (chunk) => {
      tracker.outputSeen(clock.nowMs());
      modes.feed(chunk);
    },
    feedRuns: (chunk) => coordinator.feed(chunk),
    onTurn: () => {
      runs.logGrew();
      watch.turnDone();
      gate.changed();
      life.onTurn();
    },
  });
  const shared = { pty, journal, assertLive: life.assertLive, drainOutput: () => ingest.drain() };
  const runs = new SessionRuns({
    ...shared,
    clock,
    coordinator,
    tracker,
    gate,
    scratch: paths.scratch,
    ended: life.ended,
    onTyped: () => watch.runTyped(),
  });
  const input = new SessionInput({ ...shared, keyModes: () => modes.modes, onInterrupt: () => watch.interruptTyped() });
  const ended = (): { exitCode: number | null } | undefined =>
    life.ended.aborted ? { exitCode: life.exitCode() } : undefined;
  const waits = new Waits({ clock, screen, ended, lastOutputMs: () => ingest.lastOutputMs });
  return { startedMs, journal, screen, flow, modes, tracker, coordinator, gate, watch, ingest, runs, input, waits };
}

/** What the coordinator finds goes into the log by way of the ingest; an interrupt of its own is logged before it is typed. */
function coordinatorSink(
  ingest: () => Ingest,
  pty: Pty,
  shellReported: CoordinatorSink['shellReported'],
): CoordinatorSink {
  return {
    append: (event) => ingest().append(event),
    appendOutput: (bytes) => ingest().appendOutput(bytes),
    flushOutput: () => ingest().flushOutput(),
    requestInterrupt: () => {
      ingest().append({ type: 'input_keys', payload: { keys: ['Ctrl+C'] } });
      pty.write(INTR);
    },
    shellReported,
  };
}

function openJournal({ id, appender, clock, logger }: AssemblyOptions, flow: Flow): Journal {
  return new Journal(appender, clock, (reason) => {
    logger.log('warn', 'log', reason === null ? 'the log takes events again' : 'the log takes no events', {
      sessionId: id,
      reason,
    });
    if (reason === null) flow.release('log');
    else flow.hold('log', `the log cannot be written: ${reason}`);
  });
}

function openScreen({ id, params, screens, paths }: AssemblyOptions, flow: Flow): Screen {
  const screen = screens.open(id, { cols: params.cols, rows: params.rows, replay: () => replayLog(paths.log) });
  screen.onLagChange((lagBytes) => flow.screenLag(lagBytes));
  return screen;
}
