/** One call of the program: words -> command -> reply -> what is printed and the exit status. */
import { LOG_LEVELS } from '../base/logger.ts';
import { resolveHome } from '../client/home.ts';
import { TtyError } from '../protocol/errors.ts';
import { bindCommand, type CommandReply } from './command.ts';
import { version } from './commands/version.ts';
import { COMMANDS } from './commands.ts';
import type { CliContext, Surroundings } from './context.ts';
import { errorExitCode, EXIT_READER_GONE, runFailureExitCode } from './exitCodes.ts';
import { helpOn } from './help.ts';
import { errorText, OutputStream, toTtyError, warningText, writeEnvelope } from './output.ts';
import { findCommand, type ParsedLine, parseWords, wantsJson } from './parse.ts';
import { SPECS } from './specs/all.ts';
import { GLOBAL_OPTIONS, type GlobalValues, versionSpec } from './specs/global.ts';

const LOG_LEVEL_VARIABLE = 'AGENT_TTY_LOG_LEVEL';
/** Commands whose plain form ends as the command that they run. */
const BEHAVES_LIKE_ITS_COMMAND = new Set(['run', 'run wait']);

/** Runs a command line; resolves with the exit status when everything is printed. Never rejects for a failure of the command. */
export async function runCli(surroundings: Surroundings): Promise<number> {
  const { argv, environment, clock } = surroundings;
  const stdout = new OutputStream(surroundings.stdout);
  const stderr = new OutputStream(surroundings.stderr);
  const json = wantsJson(argv);
  let colourless = environment['NO_COLOR'] !== undefined && environment['NO_COLOR'] !== '';
  let name = '';
  try {
    const found = findCommand(argv, COMMANDS, GLOBAL_OPTIONS);
    name = found.command.spec.name;
    const line = parseWords(found, GLOBAL_OPTIONS);
    const globals = line.input.options as GlobalValues;
    colourless ||= globals['no-color'] === true;
    const context = contextOf(surroundings, line, globals, {
      stdout,
      stderr,
      json,
      colour: stdout.isTerminal && !colourless,
    });
    const reply = await answer(line, context);
    if (!json) {
      for (const warning of reply.warnings ?? []) await stderr.write(warningText(warning));
      await stdout.write(reply.human());
    } else if (reply.isPrinted !== true)
      await writeEnvelope(stdout, {
        ok: true,
        command: name,
        timestamp: timestamp(clock.wallMs()),
        result: reply.result,
      });
    return stdout.isClosed ? await closedOutput(stdout, stderr) : (reply.exitCode ?? 0);
  } catch (cause) {
    if (stdout.isClosed) return closedOutput(stdout, stderr);
    const error = toTtyError(cause);
    if (json)
      await writeEnvelope(stdout, {
        ok: false,
        command: name,
        timestamp: timestamp(clock.wallMs()),
        error: error.toBody(),
      });
    else await stderr.write(errorText(error, stderr.isTerminal && !colourless));
    return !json && BEHAVES_LIKE_ITS_COMMAND.has(name) ? runFailureExitCode(error) : errorExitCode(error);
  }
}

/** The exit status when standard output takes nothing more; a reader that went away needs no word. */
async function closedOutput(stdout: OutputStream, stderr: OutputStream): Promise<number> {
  if (stdout.failure === undefined) return EXIT_READER_GONE;
  const error = toTtyError(stdout.failure);
  await stderr.write(errorText(error, false));
  return error.exitCode;
}

const VERSION = bindCommand(versionSpec, async () => version);

async function answer(line: ParsedLine, context: CliContext): Promise<CommandReply> {
  const { command, input, wantsHelp } = line;
  if (wantsHelp) return helpOn(command.spec, SPECS);
  const isVersion = input.options['version'] === true;
  const handler = await (isVersion ? VERSION : command).load();
  return handler(input, context);
}

type Printing = Pick<CliContext, 'stdout' | 'stderr' | 'json' | 'colour'>;

function contextOf(
  surroundings: Surroundings,
  line: ParsedLine,
  globals: GlobalValues,
  printing: Printing,
): CliContext {
  const { stdin, hostEntry, clock, cwd, umask, onInterrupt } = surroundings;
  const level = globals['log-level'] ?? surroundings.environment[LOG_LEVEL_VARIABLE];
  const isHomeless = line.wantsHelp || line.command.spec.homeless === true;
  if (level !== undefined && !isHomeless && !LOG_LEVELS.some((known) => known === level)) {
    throw new TtyError('INVALID_INPUT', `${LOG_LEVEL_VARIABLE} must be one of ${LOG_LEVELS.join(', ')}`, {
      details: { reason: 'config' },
    });
  }
  const environment =
    level === undefined ? surroundings.environment : { ...surroundings.environment, [LOG_LEVEL_VARIABLE]: level };
  const given = globals.home === undefined ? {} : { given: { value: globals.home, by: '--home' } };
  return {
    ...printing,
    home: isHomeless ? '' : resolveHome({ environment, ...given }),
    environment,
    stdin,
    hostEntry,
    clock,
    cwd,
    umask,
    onInterrupt,
    rpcTimeoutMs: globals['timeout-ms'],
  };
}

function timestamp(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
