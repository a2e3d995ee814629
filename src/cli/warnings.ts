/** What a command did although something about it is doubtful. People read it on standard error, programs in `result.warnings`. */
import { quote } from '../protocol/errors.ts';
import type { CommandReply } from './command.ts';
import { terminfoHas } from './terminfo.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `reply` with warnings, if there are any; its result has to be an object. */
export function withWarnings(reply: CommandReply, warnings: readonly string[]): CommandReply {
  if (warnings.length === 0) return reply;
  return { ...reply, warnings, result: { ...Object(reply.result), warnings } };
}

/** A terminal type that was asked for and that no program here will know. */
export function termWarnings(term: string | undefined, environment: Environment): string[] {
  if (term === undefined || terminfoHas(term, environment)) return [];
  return [`no terminfo entry for --term ${quote(term)} on this machine; programs may misbehave`];
}

/** The shell of the environment was not started: `started` is. */
export function shellWarnings(environment: Environment, started: string | undefined): string[] {
  if (started === undefined) return [];
  return [`SHELL ${quote(environment['SHELL'])} cannot be run; ${started} is started instead`];
}
