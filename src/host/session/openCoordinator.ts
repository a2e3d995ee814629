/** Makes a session's coordinator, and what stands between it and the session: the way of its findings into the log, and what is masked. */
import type { Clock } from '../../base/clock.ts';
import type { Pty } from '../pty/pty.ts';
import { RunCompletionCoordinator } from '../run/coordinator.ts';
import type { CoordinatorSink } from '../run/runInFlight.ts';
import type { Flow } from './flow.ts';
import { HeldOutput } from './heldOutput.ts';
import type { Ingest } from './ingest.ts';
import type { PreparedLaunch } from './launch.ts';
import type { PromptGate } from './promptGate.ts';
import type { RunOrigins } from './runOrigins.ts';
import type { SessionRedaction } from './sessionRedaction.ts';

interface SessionOptions {
  readonly id: string;
  readonly clock: Clock;
  readonly launch: PreparedLaunch;
  readonly pty: Pty;
  readonly redaction: SessionRedaction;
}

/** What is told of what the coordinator finds. */
interface Told {
  readonly shellReported: CoordinatorSink['shellReported'];
  readonly runEnded: () => void;
  readonly origins: RunOrigins;
  readonly gate: PromptGate;
}

const INTR = Buffer.from([0x03]);

export function openCoordinator(
  { id, clock, launch, pty, redaction }: SessionOptions,
  ingest: () => Ingest,
  told: Told,
): RunCompletionCoordinator {
  const { nonce, source, isOpen } = launch;
  const masks = { stream: redaction.output, command: redaction.mask.bind(redaction) };
  const sink = coordinatorSink(ingest, pty, told);
  return new RunCompletionCoordinator({ sessionId: id, clock, nonce, source, isOpen, masks, sink });
}

/** What the masks hold back goes the way of the output once it is released. */
export function openHeldOutput(
  { clock, pty, redaction }: SessionOptions,
  { flow, ingest, coordinator }: { flow: Flow; ingest: Ingest; coordinator: RunCompletionCoordinator },
): HeldOutput {
  return new HeldOutput({
    clock,
    redaction,
    pty,
    flow,
    drainOutput: () => ingest.drain(),
    give: (bytes) => ingest.late(() => coordinator.released(bytes)),
    append: (event) => void ingest.append(event),
  });
}

/** What the coordinator finds goes into the log by way of the ingest; an interrupt of its own is logged before it is typed. */
function coordinatorSink(ingest: () => Ingest, pty: Pty, told: Told): CoordinatorSink {
  return {
    append: (event) => {
      const seq = ingest().append(event);
      if (event.type === 'run_complete') {
        told.origins.ended(event.payload.runId);
        told.runEnded();
      }
      return seq;
    },
    appendOutput: (bytes) => ingest().appendOutput(bytes),
    flushOutput: () => ingest().flushOutput(),
    requestInterrupt: () => {
      ingest().append({ type: 'input_keys', payload: { keys: ['Ctrl+C'] } });
      told.gate.interrupted();
      pty.write(INTR);
    },
    shellReported: told.shellReported,
  };
}
