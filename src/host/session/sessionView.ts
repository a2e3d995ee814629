/** A session as `inspect` tells it: what its parts know at this moment. */
import type { CreateResult, InspectResult } from '../../protocol/methods/session.ts';
import type { AssemblyOptions, SessionParts } from './assemble.ts';

/** Runs that `inspect` lists, the youngest ones. */
const LISTED_RUNS = 100;

export function describe(
  parts: SessionParts,
  { clock, pty, redaction }: AssemblyOptions,
  isLive: boolean,
): Omit<InspectResult, 'sessionId'> {
  const { flow, gate, journal, modes, runs } = parts;
  return {
    foreground: isLive ? gate.foreground() : null,
    completion: describeCompletion(parts, isLive),
    runs: runs.views().slice(-LISTED_RUNS),
    head: journal.head,
    flow: {
      paused: flow.reason !== null,
      pauses: flow.pauses,
      reason: flow.reason,
      inputQueuedBytes: pty.queuedBytes,
    },
    bracketedPaste: modes.modes.bracketedPaste,
    isAltScreen: modes.modes.alternateScreen,
    uptimeMs: Math.round(clock.nowMs() - parts.startedMs),
    ...(redaction.facts === undefined ? {} : { redact: [...redaction.facts], redacted: redaction.counts }),
  };
}

/** How the next command's end will be learned, by the program that would take it. */
function describeCompletion(parts: SessionParts, isLive: boolean): InspectResult['completion'] {
  const { coordinator, gate, readers, tracker, watch } = parts;
  const reader = isLive ? readers.now() : undefined;
  const { inFlight } = coordinator;
  const nested = inFlight?.place.isNested === true ? inFlight.record.identity.source : undefined;
  const own = coordinator.source?.name ?? 'process';
  // A shell in whose place another program stands has taken its hooks along.
  const source = reader?.source.name ?? nested ?? (own === 'hooks' && watch.hooksLost ? 'sentinel' : own);
  const hooks = watch.hooksState;
  return {
    source,
    grade: source === 'hooks' && hooks === 'working' ? 'rich' : source === 'process' ? 'none' : 'basic',
    hooks,
    reader: reader === undefined ? null : { pid: reader.image.pid, name: reader.name },
    atPrompt: isLive && (reader !== undefined || (own !== 'process' && gate.atPrompt)),
    startupMs: tracker.startupMs === undefined ? null : Math.round(tracker.startupMs),
  };
}

/** A session as `create` tells it; `processRunId` when its program is a run. */
export function describeCreated(
  { params, launch, pty, redaction }: AssemblyOptions,
  createdAt: string,
  processRunId: string | undefined,
): Omit<CreateResult, 'sessionId'> {
  return {
    ...(params.name === undefined ? {} : { name: params.name }),
    createdAt,
    cols: params.cols,
    rows: params.rows,
    shell: launch.shellPath === null ? null : redaction.shown(launch.shellPath),
    command: launch.plan.argv.map((word) => redaction.shown(word)),
    childPid: pty.pid,
    ...(processRunId === undefined ? {} : { runId: processRunId }),
    ...(params.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: params.idleTimeoutMs }),
    ...(params.provider === undefined ? {} : { provider: params.provider }),
  };
}
