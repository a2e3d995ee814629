/** A session as `inspect` tells it: what its parts know at this moment. */
import type { CreateResult, InspectResult } from '../../protocol/methods/session.ts';
import type { AssemblyOptions, SessionParts } from './assemble.ts';

/** Runs that `inspect` lists, the youngest ones. */
const LISTED_RUNS = 100;

export function describe(
  parts: SessionParts,
  { clock, pty }: AssemblyOptions,
  isLive: boolean,
): Omit<InspectResult, 'sessionId'> {
  const { coordinator, flow, gate, journal, modes, runs, tracker } = parts;
  const source = coordinator.source?.name ?? 'process';
  const hooksWork = source === 'hooks' && coordinator.hooksSeen;
  return {
    foreground: isLive ? gate.foreground() : null,
    completion: {
      source,
      grade: hooksWork ? 'rich' : source === 'process' ? 'none' : 'basic',
      atPrompt: isLive && source !== 'process' && gate.atPrompt,
      startupMs: tracker.startupMs ?? null,
    },
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
  };
}

/** A session as `create` tells it; `processRunId` when its program is a run. */
export function describeCreated(
  { params, launch, pty }: AssemblyOptions,
  createdAt: string,
  processRunId: string | undefined,
): Omit<CreateResult, 'sessionId'> {
  return {
    ...(params.name === undefined ? {} : { name: params.name }),
    createdAt,
    cols: params.cols,
    rows: params.rows,
    shell: launch.shellPath,
    command: [...launch.plan.argv],
    childPid: pty.pid,
    ...(processRunId === undefined ? {} : { runId: processRunId }),
    ...(params.idleTimeoutMs === undefined ? {} : { idleTimeoutMs: params.idleTimeoutMs }),
  };
}
