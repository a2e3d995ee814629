import { quote, TtyError } from '../../protocol/errors.ts';
import { checkSessionReference } from '../../protocol/ids.ts';
import { DEFAULT_RUN_TIMEOUT_MS, MAX_COMMAND_BYTES } from '../../protocol/limits.ts';
import type { RunNote } from '../../protocol/methods/run.ts';
import type { RunResult } from '../../protocol/methods/common.ts';
import { runOrTell } from '../../client/keyedRun.ts';
import { checkRunKey } from '../../protocol/runKey.ts';
import type { CommandReply, Handler, OptionValues } from '../command.ts';
import type { CliContext } from '../context.ts';
import { waitBound, withSession } from '../host.ts';
import { readText } from '../inputText.ts';
import { leaseParams } from '../leaseParams.ts';
import { oneShot } from '../oneShot.ts';
import { runReply, waitForRun } from '../runStream.ts';
import type { runSpec } from '../specs/run.ts';
import { CREATE_OPTIONS } from '../specs/session.ts';
import { termWarnings, withWarnings } from '../warnings.ts';

type Options = OptionValues<(typeof runSpec)['options']>;

/** `run`: a command in the shell of a session, or (after `--`, without one) a program in a session of its own. */
export const run: Handler<typeof runSpec> = async ({ positionals, rest, options }, context): Promise<CommandReply> => {
  if (options.wait === true && options['no-wait'] === true) throw usage('give --wait or --no-wait, not both');
  if (options['until-input'] === true && options['no-wait'] === true)
    throw usage(
      '--until-input is about a wait; with --no-wait there is none',
      'agent-tty run status tells what it waits for',
    );
  const [session, ...words] = positionals;
  if (session === undefined) {
    if (rest === undefined)
      throw usage(
        'session id or name missing',
        'agent-tty list shows the sessions; a command of its own comes after --',
      );
    if (rest.length === 0) throw usage('the command after -- is missing');
    if (options['lease-wait'] !== undefined && options.provider === undefined)
      throw usage('--lease-wait is about the place of a provider; --provider names it');
    refuse(
      options,
      ['no-wait', 'file', 'when-busy', 'idempotency-key'],
      'needs a session; a run of its own is always waited for',
    );
    const reply = await oneShot(rest, options, context);
    return withWarnings(reply, termWarnings(options.term, context.environment));
  }
  refuse(
    options,
    Object.keys(CREATE_OPTIONS),
    'is for a run of its own (without a session); a session has it from create',
  );
  checkSessionReference(session);
  const command = await readCommand([...words, ...(rest ?? [])], options, context);
  return runInSession(session, command, options, context);
};

async function runInSession(
  session: string,
  command: string,
  options: Options,
  context: CliContext,
): Promise<CommandReply> {
  const timeoutMs = options.timeout ?? DEFAULT_RUN_TIMEOUT_MS;
  const isWaited = options['no-wait'] !== true;
  const maxOutput = options['max-output'];
  const key = options['idempotency-key'];
  if (key !== undefined) checkRunKey(key);
  const params = {
    session,
    command,
    wait: isWaited,
    timeoutMs,
    progress: isWaited,
    untilInput: options['until-input'] === true,
    ...(options['when-busy'] === undefined ? {} : { whenBusy: options['when-busy'] }),
    ...(maxOutput === undefined ? {} : { maxOutputBytes: maxOutput }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...leaseParams(options),
  };
  const boundMs = timeoutMs === 0 ? 0 : timeoutMs + (options['lease-wait'] ?? 0);
  const stop = new AbortController();
  context.stdout.onClose(() => stop.abort());
  const call = (onNote: (note: RunNote) => void): Promise<RunResult> =>
    runOrTell(context.home, { session, command, key, maxOutputBytes: maxOutput }, () =>
      withSession(context, session, (client) =>
        client.call('run.start', params, { onNote, signal: stop.signal, ...waitBound(context, boundMs) }),
      ),
    );
  if (isWaited) {
    const result = await waitForRun(context, call, { maxOutputBytes: maxOutput, ansi: options.ansi });
    return runReply(context, result, options['propagate-exit'] === true);
  }
  const result = await call(() => undefined);
  return { result, human: () => `${result.runId}\n` };
}

async function readCommand(words: readonly string[], options: Options, context: CliContext): Promise<string> {
  const text = await readText({
    what: 'command',
    word: words.length === 0 ? undefined : words.join(' '),
    file: options.file,
    stdin: context.stdin,
    maxBytes: MAX_COMMAND_BYTES,
  });
  const isRead = options.file !== undefined || (words.length === 1 && words[0] === '-');
  const command = isRead ? text.replace(/[\r\n]+$/, '') : text;
  if (command.trim() === '') throw usage('the command is empty');
  if (command.includes('\0')) throw usage(`the command ${quote(command)} holds a NUL byte`);
  return command;
}

function refuse(options: Options, names: readonly string[], why: string): void {
  const given = names.find((name) => Object.hasOwn(options, name));
  if (given !== undefined) throw usage(`--${given} ${why}`);
}

function usage(message: string, hint?: string): TtyError {
  return new TtyError('INVALID_INPUT', message, {
    details: { reason: 'usage' },
    ...(hint === undefined ? {} : { hint }),
  });
}
