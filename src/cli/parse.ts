/**
 * Words -> a command and its checked input. Options may stand before or after positionals, `--name=value` or
 * `--name value`; `--` ends them. Everything is checked here, before any handler is loaded.
 */
import { quote, TtyError } from '../protocol/errors.ts';
import type { Command, CommandInput, OptionSpec, OptionSpecs, PositionalSpec } from './command.ts';
import { parseDuration } from './durations.ts';
import { nearest } from '../base/nearest.ts';

/** What a command line means. */
export interface ParsedLine {
  readonly command: Command;
  readonly input: CommandInput<OptionSpecs>;
  /** `--help` was given. */
  readonly wantsHelp: boolean;
}

const HELP_HINT = 'agent-tty help lists the commands';
/** A whole number as it may be written: ASCII digits, no sign, base, exponent or space. */
const WHOLE_NUMBER = /^[0-9]{1,15}$/;

function usageError(message: string, options: { details?: Record<string, unknown>; hint?: string } = {}): TtyError {
  return new TtyError('INVALID_INPUT', message, {
    details: { reason: 'usage', ...options.details },
    ...(options.hint === undefined ? {} : { hint: options.hint }),
  });
}

/** Whether `--json` stands among the options, also on a line that does not parse. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}

/** A command line whose command is known and whose other words are not looked at yet. */
export interface FoundCommand {
  readonly command: Command;
  /** The words before `--`, without those that name the command. */
  readonly words: readonly string[];
  /** The words after `--`. */
  readonly rest: readonly string[] | undefined;
}

/**
 * Finds the command that the first words name; options may stand before and between them.
 *
 * @throws TtyError `INVALID_INPUT` with the nearest command for an unknown one
 */
export function findCommand(argv: readonly string[], commands: readonly Command[], globals: OptionSpecs): FoundCommand {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const rest = end === -1 ? undefined : argv.slice(end + 1);
  const found = firstTwoWords(words, [globals, ...commands.map(({ spec }) => spec.options)]);
  const without = (places: readonly number[]): string[] => words.filter((_, index) => !places.includes(index));
  const byName = new Map(
    commands.flatMap((command) => [command.spec.name, ...(command.spec.aliases ?? [])].map((name) => [name, command])),
  );
  const [first, second] = found.map((at) => words[at] ?? '');
  if (first === undefined) {
    const command = byName.get(words.includes('--version') ? 'version' : words.some(isHelp) ? 'help' : '');
    if (command === undefined) {
      const strange = words.find((word) => isOption(word) && !Object.hasOwn(globals, splitOption(word).name));
      throw strange === undefined
        ? usageError('command missing', { hint: HELP_HINT })
        : unknownOption(strange, globals, 'agent-tty');
    }
    return { command, words, rest };
  }
  const pair = byName.get(`${first} ${second}`);
  if (pair !== undefined) return { command: pair, words: without(found), rest };
  const single = byName.get(first);
  if (single === undefined) {
    throw unknownCommand(first, second, [...byName.keys()]);
  }
  return { command: single, words: without(found.slice(0, 1)), rest };
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h';
}

/** Where the first two words stand that are neither options nor their values. */
function firstTwoWords(words: readonly string[], tables: readonly OptionSpecs[]): number[] {
  const withValue = new Set<string>();
  for (const specs of tables) {
    for (const [name, spec] of Object.entries(specs)) if (spec.kind !== 'flag') withValue.add(name);
  }
  const found: number[] = [];
  for (let at = 0; at < words.length && found.length < 2; at++) {
    const word = words[at] ?? '';
    if (!isOption(word)) found.push(at);
    else if (!word.includes('=') && withValue.has(splitOption(word).name)) at++;
  }
  return found;
}

/**
 * Reads the other words by the command's spec.
 *
 * @throws TtyError `INVALID_INPUT`, `INVALID_DIMENSIONS`, `INVALID_DURATION` that name the word, its value and what is allowed
 */
export function parseWords({ command, words, rest }: FoundCommand, globals: OptionSpecs): ParsedLine {
  const specs: OptionSpecs = { ...globals, ...command.spec.options };
  const positionals: string[] = [];
  const options: Record<string, boolean | number | string> = {};
  const lists: Record<string, string[]> = {};
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!isOption(word)) {
      positionals.push(word);
      continue;
    }
    const { name, attached } = splitOption(word);
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec === undefined) throw unknownOption(word, specs, command.spec.name);
    const value = spec.kind === 'flag' ? attached : (attached ?? valueAfter(name, words[++at], spec));
    const read = readValue(name, spec, value);
    if (spec.kind === 'list') (lists[name] ??= []).push(String(read));
    else options[name] = read;
  }
  const wantsHelp = options['help'] === true;
  const takesRest = command.spec.takesRest === true;
  if (!takesRest && rest !== undefined) positionals.push(...rest);
  const list = takesRest ? rest : undefined;
  if (!wantsHelp && options['version'] !== true) checkPositionals(command, positionals);
  for (const word of [...positionals, ...(list ?? [])]) {
    if (word.includes('\0')) throw usageError(`argument ${quote(word)} holds a NUL byte`);
  }
  return { command, input: { positionals, rest: list, options: { ...options, ...lists } }, wantsHelp };
}

function unknownCommand(first: string, second: string | undefined, names: readonly string[]): TtyError {
  const family = names.filter((name) => name.startsWith(`${first} `)).map((name) => name.slice(first.length + 1));
  if (family.length > 0 && second === undefined) {
    return usageError(`${first} needs one of: ${family.join(', ')}`, { hint: HELP_HINT });
  }
  const asked = family.length > 0 ? `${first} ${second}` : first;
  const near = nearest(asked, names);
  const guess = near === undefined ? '' : `; did you mean "${near}"?`;
  return usageError(`unknown command ${quote(asked)}${guess}`, {
    details: { command: asked.slice(0, 80) },
    hint: HELP_HINT,
  });
}

function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith('-');
}

/** `--name=value` or `--name`; `-h` is short for `--help`, and no other option is short for anything. */
function splitOption(word: string): { name: string; attached: string | undefined } {
  if (word === '-h') return { name: 'help', attached: undefined };
  const equals = word.indexOf('=');
  const name = word.startsWith('--') ? word.slice(2, equals === -1 ? undefined : equals) : word;
  return { name, attached: equals === -1 ? undefined : word.slice(equals + 1) };
}

function unknownOption(word: string, specs: OptionSpecs, of: string): TtyError {
  const { name } = splitOption(word);
  const near = word.startsWith('--') ? nearest(name, Object.keys(specs)) : undefined;
  const shown = word.startsWith('--') ? `--${name}` : word;
  const printable = /^[\x21-\x7e]{1,80}$/.test(shown) ? shown : quote(shown);
  const guess = near === undefined ? '' : `; did you mean --${near}?`;
  return usageError(`unknown option ${printable} of ${of}${guess}`, {
    details: { option: shown.slice(0, 80) },
    hint: 'words that begin with "-" and are no options come after --',
  });
}

function valueAfter(name: string, word: string | undefined, spec: OptionSpec): string {
  if (word !== undefined && !word.startsWith('--')) return word;
  throw usageError(`--${name} needs a value: ${allowed(spec)}`, {
    details: { option: `--${name}` },
    ...(word === undefined ? {} : { hint: `for a value that begins with "--" write --${name}=VALUE` }),
  });
}

function readValue(name: string, spec: OptionSpec, value: string | undefined): boolean | number | string {
  const flag = `--${name}`;
  const fail = (text: string): TtyError =>
    new TtyError(
      spec.kind === 'integer' ? (spec.code ?? 'INVALID_INPUT') : 'INVALID_INPUT',
      `${flag} must be ${allowed(spec)}, got ${quote(text)}`,
      {
        details: { reason: spec.kind === 'integer' ? 'range' : 'usage', option: flag, value: text.slice(0, 80) },
      },
    );
  if (spec.kind === 'flag') {
    if (value === undefined) return true;
    throw usageError(`${flag} takes no value, got ${quote(value)}`, { details: { option: flag } });
  }
  const text = value ?? '';
  if (text.includes('\0')) throw usageError(`${flag} holds a NUL byte`, { details: { option: flag } });
  switch (spec.kind) {
    case 'integer': {
      const number = WHOLE_NUMBER.test(text) ? Number(text) : Number.NaN;
      if (!(number >= spec.min && number <= spec.max)) throw fail(text);
      return number;
    }
    case 'duration':
      return parseDuration(flag, text, {
        zeroAllowed: spec.zero !== undefined,
        ...(spec.max === undefined ? {} : { maxMs: spec.max }),
      });
    case 'choice':
      if (!spec.choices.includes(text)) throw fail(text);
      return text;
    default:
      return text;
  }
}

/** What an option takes, for messages and help. */
export function allowed(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'integer':
      return `a whole number from ${spec.min} to ${spec.max}`;
    case 'duration':
      return 'a duration like 500ms, 30s or 5m';
    case 'choice':
      return `one of ${spec.choices.join(', ')}`;
    case 'flag':
      return 'nothing';
    case 'text':
    case 'list':
      return spec.value;
  }
}

function checkPositionals(command: Command, given: readonly string[]): void {
  const specs = command.spec.positionals;
  const missing = specs.find((spec, index) => spec.optional !== true && given.length <= index);
  if (missing !== undefined) throw missingWord(missing, command);
  if (given.length <= specs.length || specs.at(-1)?.repeat === true) return;
  throw usageError(`unexpected word ${quote(given[specs.length])} after ${command.spec.name}`, {
    hint:
      command.spec.takesRest === true
        ? 'the command of the session comes after --'
        : `see agent-tty help ${command.spec.name}`,
  });
}

function missingWord(spec: PositionalSpec, command: Command): TtyError {
  const hint =
    spec.name === 'SESSION' ? 'agent-tty list shows the sessions' : `see agent-tty help ${command.spec.name}`;
  return usageError(`${spec.name === 'SESSION' ? 'session id or name' : spec.name} missing`, {
    details: { argument: spec.name },
    hint,
  });
}
