/**
 * What a command is: its words, options and text for people, as data. Parsing, help and the types of a handler's input
 * all come from here. Handlers are loaded only when their command is called.
 */
import type { CliContext } from './context.ts';

interface OptionBase {
  /** One line for help: what it does, with its unit and default. */
  readonly help: string;
}

/** Stands alone; takes no value. */
export interface FlagSpec extends OptionBase {
  readonly kind: 'flag';
}

/** Takes any text. */
export interface TextSpec extends OptionBase {
  readonly kind: 'text';
  /** Stands for the value in help. */
  readonly value: string;
}

/** Takes any text and may be given many times; the values come in their order. */
export interface ListSpec extends OptionBase {
  readonly kind: 'list';
  readonly value: string;
}

/** Takes a whole number from `min` to `max`, in decimal digits. */
export interface IntegerSpec extends OptionBase {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  /** Code of the error for a value out of range. */
  readonly code?: 'INVALID_INPUT' | 'INVALID_DIMENSIONS';
}

/** Takes a duration; its value is in milliseconds. */
export interface DurationSpec extends OptionBase {
  readonly kind: 'duration';
  /** What 0 means, for help; without it 0 is refused. */
  readonly zero?: string;
  /** Upper bound in ms, 24 h if not given. */
  readonly max?: number;
}

/** Takes one of a few words. */
export interface ChoiceSpec extends OptionBase {
  readonly kind: 'choice';
  readonly choices: readonly string[];
}

export type OptionSpec = FlagSpec | TextSpec | ListSpec | IntegerSpec | DurationSpec | ChoiceSpec;
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type OptionValue<S extends OptionSpec> = S extends FlagSpec
  ? boolean
  : S extends ListSpec
    ? readonly string[]
    : S extends IntegerSpec | DurationSpec
      ? number
      : S extends ChoiceSpec
        ? S['choices'][number]
        : string;

/** The options that were given, by name; one that was not given is absent. */
export type OptionValues<O extends OptionSpecs> = { readonly [K in keyof O]?: OptionValue<O[K]> };

/** A word that is no option. Required ones come first; the last one may take all the rest. */
export interface PositionalSpec {
  readonly name: string;
  readonly help: string;
  /** The only words it may be; for completion, the command checks it. */
  readonly choices?: readonly string[];
  readonly optional?: boolean;
  readonly repeat?: boolean;
}

export interface CommandSpec<O extends OptionSpecs = OptionSpecs> {
  /** One or two words: `create`, `run wait`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** One sentence without a full stop. */
  readonly summary: string;
  /** More for help, one paragraph an item. */
  readonly details?: readonly string[];
  /** Usage lines after the name; made from positionals and options when absent. */
  readonly usage?: readonly string[];
  readonly positionals: readonly PositionalSpec[];
  /** Whether words may follow `--` as a list of their own; without it they count as positionals. */
  readonly takesRest?: boolean;
  readonly options: O;
  /** Works without a home: nothing of it is looked at. */
  readonly homeless?: boolean;
  readonly examples?: readonly string[];
}

/** Keeps the literal types of a spec, from which those of its handler's input follow. */
export function defineSpec<const O extends OptionSpecs>(spec: CommandSpec<O>): CommandSpec<O> {
  return spec;
}

/** A command line that was checked against its spec. */
export interface CommandInput<O extends OptionSpecs> {
  readonly positionals: readonly string[];
  /** The words after `--` of a command that takes them; `undefined` without `--`. */
  readonly rest: readonly string[] | undefined;
  readonly options: OptionValues<O>;
}

/** What a command hands back for printing. */
export interface CommandReply {
  /** The `result` of the envelope. */
  readonly result: unknown;
  /** The same for people: text that ends in LF, or nothing. Data of others in it has to be escaped. */
  readonly human: () => string;
  /** Everything is printed already: no envelope and no text follow. */
  readonly isPrinted?: boolean;
  /** 0 if not given. */
  readonly exitCode?: number;
  /** For people, on standard error; the result has them as well. See `warnings.ts`. */
  readonly warnings?: readonly string[];
}

export type Handler<S> =
  S extends CommandSpec<infer O> ? (input: CommandInput<O>, context: CliContext) => Promise<CommandReply> : never;

/** A command ready to be parsed and called. */
export interface Command {
  readonly spec: CommandSpec;
  /** Loads the handler's code. */
  readonly load: () => Promise<(input: CommandInput<OptionSpecs>, context: CliContext) => Promise<CommandReply>>;
}

/** Joins a spec with the loader of its handler. */
export function bindCommand<O extends OptionSpecs>(
  spec: CommandSpec<O>,
  load: () => Promise<(input: CommandInput<O>, context: CliContext) => Promise<CommandReply>>,
): Command {
  return {
    spec,
    load: async () => {
      const handler = await load();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parser made the input from this very spec
      return (input, context) => handler(input as CommandInput<O>, context);
    },
  };
}
