import { RunCompletionCoordinator } from '../../src/host/run/coordinator.ts';
import { markIntroducer } from '../../src/host/run/marks.ts';
import { OWN_PLACE } from '../../src/host/run/registration.ts';
import { BASH_HOOKS } from '../../src/host/run/sources/bashHooks.ts';
import type { CompletionSource } from '../../src/host/run/sources/completionSource.ts';
import { dialectOf } from '../../src/host/run/sources/dialects.ts';
import { sentinelSource } from '../../src/host/run/sources/sentinel.ts';
import type { NewEvent } from '../../src/protocol/events.ts';
import { FakeClock } from './fakeClock.ts';

const NONCE = '5'.repeat(32);
export const SESSION = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
/** An editor that reads, with bracketed paste on. */
export const EDITOR = { bracketedPaste: true, canonical: false };
const dialect = dialectOf('zsh');
if (dialect === undefined) throw new Error('zsh is a known shell');
export const SENTINEL = sentinelSource(dialect, NONCE);

/** A coordinator before a log that can be made to fail, and what a shell would print. */
export class Bench {
  readonly clock = new FakeClock();
  /** Events as short lines; adjacent output joined. */
  readonly log: string[] = [];
  readonly interrupts: string[] = [];
  readonly reports: string[] = [];
  failOn: NewEvent['type'] | undefined;
  readonly coordinator: RunCompletionCoordinator;
  #seq = 0;
  #held = '';

  constructor(source: CompletionSource | undefined) {
    this.coordinator = new RunCompletionCoordinator({
      sessionId: SESSION,
      clock: this.clock,
      nonce: NONCE,
      source,
      sink: {
        append: (event) => this.append(event),
        appendOutput: (bytes) => {
          this.#held += bytes.toString('latin1');
        },
        flushOutput: () => this.flush(),
        requestInterrupt: (runId) => this.interrupts.push(runId),
        shellReported: (what) => this.reports.push(what),
      },
    });
  }

  append(event: NewEvent): number {
    if (event.type === this.failOn) throw new Error(`no space for ${event.type}`);
    this.log.push(describeEvent(event));
    return this.#seq++;
  }

  flush(): void {
    if (this.#held !== '') this.log.push(`output ${JSON.stringify(this.#held)}`);
    this.#held = '';
    if (this.failOn === 'output') throw new Error('no space for output');
  }

  feed(text: string): void {
    this.coordinator.feed(Buffer.from(text, 'latin1'));
  }

  /** Registers a command and returns its id and token. With `source`, it goes to another program than the session's own. */
  type(
    command: string,
    { source, ...place }: { source?: CompletionSource; isNested?: boolean; endsBelow?: boolean } = {},
  ): { runId: string; token: string; bytes: string } {
    const accepted = this.coordinator.prepare({ command, noWait: false });
    const prepared = source === undefined ? accepted : this.coordinator.aim(accepted, source);
    const inputRunSeq = this.append({ type: 'input_run', payload: prepared.inputRun });
    const action = this.coordinator.plan(prepared, EDITOR, '/s', source);
    this.coordinator.register({ prepared, inputRunSeq, action, place: { ...OWN_PLACE, ...place } });
    return { runId: prepared.runId, token: prepared.token, bytes: action.bytes.toString() };
  }

  wait(runId: string, timeoutMs = 0): Promise<unknown> {
    return this.coordinator.wait(runId, { timeoutMs });
  }
}

function describeEvent({ type, payload }: NewEvent): string {
  if (type === 'run_complete') return `run_complete ${payload.outcome} ${payload.exitCode} seq ${payload.inputRunSeq}`;
  if (type === 'foreign_run') return `foreign_run ${payload.exitCode}`;
  if (type === 'exit') return `exit ${payload.exitCode ?? payload.exitSignal}`;
  return type;
}

/** A private mark of the bench's nonce. */
export function mark(body: string): string {
  return `${markIntroducer(NONCE)}${body}\u0007`;
}

/** A bench with hooks at its first prompt, number 1. */
export function atPrompt(source: CompletionSource = BASH_HOOKS): Bench {
  const bench = new Bench(source);
  bench.feed(`${mark('D;0;0')}\u001b[?2004h$ `);
  bench.flush();
  bench.log.length = 0;
  return bench;
}
