import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { setParentDeathSignal } from '../../base/native.ts';
import { Scope } from '../../base/scope.ts';
import { HOME_VARIABLE } from '../../client/home.ts';
import { resolveAdmission } from '../../lease/admission.ts';
import type { Lease } from '../../lease/lease.ts';
import { TtyError } from '../../protocol/errors.ts';
import { refusalError } from '../../protocol/leaseOutcome.ts';
import type { CommandInput, CommandReply, Handler } from '../command.ts';
import type { CliContext } from '../context.ts';
import { IsolatedHome } from '../isolatedHome.ts';
import { type CommandEnd, exitStatusOf, LeasedCommand } from '../leaseCommand.ts';
import { leaseParts, type LeaseParts, namedProvider } from '../leases.ts';
import { type EndReason, Lifetime } from '../lifetime.ts';
import type { leaseRunSpec } from '../specs/lease.ts';

type Options = CommandInput<(typeof leaseRunSpec)['options']>['options'];

/** Exit statuses of a command that was ended: 128 and the signal's number, that of SIGALRM when its time was over. */
const SIGNAL_BASE = 128;
const EXIT_TIMED_OUT = SIGNAL_BASE + constants.signals.SIGALRM;

/** `lease run`: a command that holds a place as long as it runs. */
export const leaseRun: Handler<typeof leaseRunSpec> = async ({ rest, options }, context): Promise<CommandReply> => {
  // The guards come first: whatever ends us from here on ends us in order.
  const lifetime = new Lifetime();
  const running: { command?: LeasedCommand } = {};
  await using scope = new Scope('lease run');
  const listening = context.onInterrupt((signal) => {
    // Ctrl+C is for the command, which decides what it means; a terminal has told it already.
    if (signal !== 'SIGINT' || running.command === undefined) lifetime.end(signal);
    else if (!isatty(0)) running.command.signal('SIGINT');
  });
  scope.use('signals', listening);
  followParent(options.parent);
  const provider = namedProvider(options.provider);
  if (rest === undefined || rest.length === 0) {
    throw new TtyError('INVALID_INPUT', 'the command after -- is missing', { details: { reason: 'usage' } });
  }
  const parts = leaseParts(context);
  const { lease, waitedMs } = await takePlace(provider, options, { parts, context, lifetime, running });
  try {
    const end = await runAtHome(lease, rest, options, { parts, context, lifetime, running });
    return replyOf(provider, end, lifetime.reason, waitedMs);
  } finally {
    lifetime.beginTeardown();
    await lease.release(lease.token, 'completed');
  }
};

/** Where it is asked for, in a home of its own, whose end is part of the work: the place is held until then. */
async function runAtHome(
  lease: Lease,
  words: readonly string[],
  options: Options,
  surroundings: Running,
): Promise<CommandEnd> {
  if (options['isolated-home'] !== true) return runUnder(lease, words, options, surroundings);
  const { context, lifetime } = surroundings;
  const home = IsolatedHome.make(context);
  try {
    const environment = { ...context.environment, [HOME_VARIABLE]: home.directory };
    return await runUnder(lease, words, options, { ...surroundings, context: { ...context, environment } });
  } finally {
    lifetime.beginTeardown();
    await home[Symbol.asyncDispose]();
  }
}

interface Running {
  readonly parts: LeaseParts;
  readonly context: CliContext;
  readonly lifetime: Lifetime;
  readonly running: { command?: LeasedCommand };
}

async function takePlace(
  provider: string,
  options: Options,
  { parts, context, lifetime }: Running,
): Promise<{ lease: Lease; waitedMs: number }> {
  const { maxHoldMs: _, ...admission } = resolveAdmission(provider, parts.inputs);
  const waitMs = options['lease-wait'] ?? 0;
  const outcome = await parts.engine.acquire({
    ...admission,
    ...(waitMs === 0 ? {} : { deadlineMs: context.clock.nowMs() + waitMs }),
    signal: lifetime.signal,
  });
  if (outcome.kind === 'acquired') return outcome;
  if (outcome.kind === 'blocked' && outcome.reason === 'aborted') {
    const { reason = 'SIGTERM' } = lifetime;
    throw new TtyError('CANCELLED', `interrupted by ${reason} while waiting; nothing was started`, {
      details: { signal: reason, sent: false },
    });
  }
  throw refusalError(provider, outcome);
}

async function runUnder(
  lease: Lease,
  words: readonly string[],
  options: Options,
  { parts, context, lifetime, running }: Running,
): Promise<CommandEnd> {
  const { clock, environment, json } = context;
  const command = await LeasedCommand.start({
    words,
    environment,
    lease,
    view: parts.view,
    clock,
    isOutputTaken: json,
  });
  running.command = command;
  const lost = (): void => lifetime.end('lost');
  lease.lost.addEventListener('abort', lost, { once: true });
  const limit = lifetime.limit(clock, options.timeout ?? 0);
  const isOver = new Promise<'over'>((resolve) => {
    lifetime.signal.addEventListener('abort', () => resolve('over'), { once: true });
    if (lifetime.signal.aborted) resolve('over');
  });
  try {
    const first = await Promise.race([command.ended, isOver]);
    if (first !== 'over') return first;
  } finally {
    lifetime.beginTeardown();
    limit[Symbol.dispose]();
    lease.lost.removeEventListener('abort', lost);
    if (lifetime.reason !== undefined) await command.endAll();
  }
  return command.ended;
}

function replyOf(provider: string, end: CommandEnd, reason: EndReason | undefined, waitedMs: number): CommandReply {
  if (reason === 'lost') {
    throw new TtyError(
      'PROVIDER_LEASE_LOST',
      `the place at provider "${provider}" was taken away; the command was ended`,
      {
        details: { provider, sent: true },
      },
    );
  }
  const exitCode =
    reason === undefined
      ? exitStatusOf(end)
      : reason === 'timeout'
        ? EXIT_TIMED_OUT
        : SIGNAL_BASE + constants.signals[reason];
  return {
    result: {
      provider,
      exitCode: end.exitCode,
      signal: end.signal,
      endedBy: reason ?? null,
      lease: { waitedMs: Math.round(waitedMs) },
    },
    human: () => '',
    exitCode,
  };
}

/** First the signal, then a look at who our parent is: it may have ended in between, and then no signal comes. */
function followParent(parent: number | undefined): void {
  if (parent === undefined) return;
  if (setParentDeathSignal(constants.signals.SIGTERM) === undefined) {
    throw new TtyError('INVALID_INPUT', '--parent needs Linux and the koffi package', {
      details: { reason: 'usage', option: '--parent' },
    });
  }
  if (process.ppid === parent) return;
  throw new TtyError('CANCELLED', `process ${parent} is not our parent, or has ended; nothing was started`, {
    details: { signal: 'SIGTERM', sent: false },
  });
}
