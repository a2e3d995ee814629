/** What can be completed, taken from the specs of the commands: the three scripts say the same in three languages. */
import type { CommandSpec, OptionSpec, OptionSpecs } from '../command.ts';

/** What may stand as a value or a word. */
export type Values =
  | { readonly kind: 'none' }
  | { readonly kind: 'any' }
  | { readonly kind: 'file' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'session' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface CompletionOption {
  /** With its two hyphens. */
  readonly flag: string;
  /** One line. */
  readonly help: string;
  /** `none` for a flag that takes no value. */
  readonly values: Values;
}

export interface CompletionCommand {
  /** One or two words. */
  readonly name: string;
  readonly summary: string;
  /** Those of every command among them. */
  readonly options: readonly CompletionOption[];
  /** What its first word is. */
  readonly word: Values;
}

export interface CompletionModel {
  /** Aliases are commands too. */
  readonly commands: readonly CompletionCommand[];
  /** Options whose value is a word of its own, over all commands. */
  readonly valued: readonly string[];
}

/** The names and ids of live sessions, a line each, in the language of all three shells. */
export const LIST_SESSIONS = `command agent-tty list 2>/dev/null | awk 'NR > 1 { print $1; if ($2 != "-") print $2 }'`;

export function completionModel(specs: readonly CommandSpec[], globals: OptionSpecs): CompletionModel {
  const commands = specs.flatMap((spec) =>
    [spec.name, ...(spec.aliases ?? [])].map((name) => ({
      name,
      summary: spec.summary,
      options: Object.entries({ ...spec.options, ...globals }).map(([option, of]) => optionOf(option, of)),
      word: wordOf(spec),
    })),
  );
  const valued = commands.flatMap(({ options }) =>
    options.filter(({ values }) => values.kind !== 'none').map(({ flag }) => flag),
  );
  return { commands, valued: [...new Set(valued)].toSorted() };
}

function optionOf(name: string, spec: OptionSpec): CompletionOption {
  return { flag: `--${name}`, help: spec.help, values: valuesOf(spec) };
}

function valuesOf(spec: OptionSpec): Values {
  if (spec.kind === 'flag') return { kind: 'none' };
  if (spec.kind === 'choice') return { kind: 'words', words: spec.choices };
  if (spec.kind !== 'text' && spec.kind !== 'list') return { kind: 'any' };
  if (spec.value === 'FILE') return { kind: 'file' };
  return spec.value === 'DIR' ? { kind: 'directory' } : { kind: 'any' };
}

function wordOf({ positionals }: CommandSpec): Values {
  const [first] = positionals;
  if (first?.choices !== undefined) return { kind: 'words', words: first.choices };
  return first?.name === 'SESSION' ? { kind: 'session' } : { kind: 'none' };
}

/** The first words of commands with two, each with its second ones. */
export function families({ commands }: CompletionModel): ReadonlyMap<string, readonly CompletionCommand[]> {
  const found = new Map<string, CompletionCommand[]>();
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ');
    if (second !== undefined) found.set(first, [...(found.get(first) ?? []), command]);
  }
  return found;
}

/** `text` as one word of a POSIX shell, of zsh and of bash. */
export function quoteWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
