/** A command under a lease: its process, its end, and the end of everything that it started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { type Clock, delay } from '../base/clock.ts';
import { deferred } from '../base/deferred.ts';
import { identify } from '../base/processIdentity.ts';
import { endWork } from '../lease/force.ts';
import type { Lease } from '../lease/lease.ts';
import type { Work } from '../lease/record.ts';
import { LEASE_MARK_VARIABLE, type ProcessView } from '../lease/work.ts';
import { quote, TtyError } from '../protocol/errors.ts';

/** How a command's process ended. */
export interface CommandEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface CommandOptions {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly lease: Lease;
  readonly view: ProcessView;
  readonly clock: Clock;
  /** Whether standard output is kept for an envelope: the command's own then goes to standard error. */
  readonly isOutputTaken: boolean;
}

/** Time in which a process that ended on its own is still waited for, when its group was told to end. */
const LAST_WAIT_MS = 1_000;

/**
 * A running command. The lease was bound to its mark before it was started and is bound to its process afterwards, so that there is no
 * moment in which it runs and nobody could know.
 */
export class LeasedCommand {
  readonly #options: CommandOptions;
  readonly #child: ChildProcess;
  readonly #work: Work;
  readonly #end = deferred<CommandEnd>();

  private constructor(options: CommandOptions, child: ChildProcess, work: Work) {
    this.#options = options;
    this.#child = child;
    this.#work = work;
    child.once('exit', (exitCode, signal) => this.#end.resolve({ exitCode, signal }));
  }

  /** Starts it; throws `EXEC_FAILED` when it cannot be, and nothing was started then. */
  static async start(options: CommandOptions): Promise<LeasedCommand> {
    const { words, environment, lease, isOutputTaken } = options;
    const [program = '', ...rest] = words;
    const mark = lease.token;
    const { pid } = process;
    lease.bind({ kind: 'process', id: pid, startTicks: identify(pid)?.startTicks ?? '', mark });
    const child = spawn(program, rest, {
      env: { ...environment, [LEASE_MARK_VARIABLE]: mark },
      stdio: ['inherit', isOutputTaken ? 2 : 'inherit', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) =>
        reject(new TtyError('EXEC_FAILED', `${quote(program)} cannot be run: ${cause.message}`, { cause })),
      );
    });
    const id = child.pid ?? pid;
    const work: Work = { kind: 'process', id, startTicks: identify(id)?.startTicks ?? '', mark };
    lease.bind(work);
    return new LeasedCommand(options, child, work);
  }

  /** Resolves when the process has ended. */
  get ended(): Promise<CommandEnd> {
    return this.#end.promise;
  }

  /** Passes a signal on to the process. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the process and everything that carries its mark: TERM, after a while KILL. Says whether all of it is gone. */
  async endAll(): Promise<boolean> {
    const { view, clock } = this.#options;
    if (view.all() === undefined) this.#child.kill('SIGTERM'); // no list of processes: the one that we know
    const isGone = await endWork(this.#work, { view, clock });
    if (!isGone) this.#child.kill('SIGKILL');
    await Promise.race([this.ended, delay(clock, LAST_WAIT_MS)]);
    return isGone;
  }
}

/** Exit status of a process that a signal ended, as shells tell it. */
export function exitStatusOf({ exitCode, signal }: CommandEnd): number {
  if (exitCode !== null) return exitCode;
  return 128 + (signal === null ? 0 : constants.signals[signal]);
}
