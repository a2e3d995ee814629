/**
 * What a session keeps secret: which values and shapes, by which rules. The values live in memory only; what may be told of
 * them is the names of the rules, how many values each has, and how often it was applied.
 */
import { quote, TtyError } from '../protocol/errors.ts';
import { formsOf, MIN_SECRET_BYTES, withoutControls } from './forms.ts';
import { OutputRedactor } from './outputRedactor.ts';
import { SecretScanner } from './secretScanner.ts';
import { buildTable, type Form, MAX_TABLE_BYTES, type SecretTable } from './secretTable.ts';
import { TOKEN_SHAPES } from './tokenShapes.ts';

/** What is to be masked. */
export interface SecretSources {
  /** Names of variables; each must be set in `environment`. */
  readonly variables: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  /** Values that were given as such, from a file say. */
  readonly values: readonly string[];
  /** Also what has the shape of a well-known token. */
  readonly patterns: boolean;
}

/** A rule as it may be told: its name, and how many values or shapes it has. */
export interface RedactionRule {
  readonly rule: string;
  readonly values: number;
}

/** A text without its secrets. */
export interface MaskedText {
  readonly text: string;
  readonly isMasked: boolean;
}

/** The rule of {@link SecretSources.values}. */
const VALUES_RULE = 'values';
/** The rule of {@link SecretSources.patterns}; what is masked is counted as `pattern:<shape>`. */
const PATTERNS_RULE = 'patterns';

export class Redaction {
  readonly rules: readonly RedactionRule[];
  readonly #names: readonly string[];
  readonly #table: SecretTable;

  /**
   * `undefined` when nothing is asked for.
   *
   * @throws TtyError `INVALID_INPUT` for a variable that is not set, a value too short to be told from other text, and for more
   *   than can be looked for; it never holds a value
   */
  static of(sources: SecretSources): Redaction | undefined {
    const { variables, environment, values, patterns } = sources;
    if (variables.length === 0 && values.length === 0 && !patterns) return undefined;
    const named = [...new Set(variables)].map((name) => ({
      rule: `env:${name}`,
      values: [variableOf(name, environment)],
    }));
    const listed = values.map((value, index) => checked(value, `value ${index + 1} of those to redact`));
    const groups = listed.length === 0 ? named : [...named, { rule: VALUES_RULE, values: listed }];
    return new Redaction(groups, patterns);
  }

  private constructor(groups: readonly { rule: string; values: readonly string[] }[], patterns: boolean) {
    const shapes = patterns ? TOKEN_SHAPES : [];
    this.rules = [
      ...groups.map(({ rule, values }) => ({ rule, values: values.length })),
      ...(patterns ? [{ rule: PATTERNS_RULE, values: shapes.length }] : []),
    ];
    this.#names = [...groups.map(({ rule }) => rule), ...shapes.map(({ name }) => `pattern:${name}`)];
    const forms = groups.flatMap(({ values }, rule) =>
      values.flatMap((value) => formsOf(value).map((bytes): Form => ({ bytes, rule }))),
    );
    checkSize(forms);
    this.#table = buildTable(forms, shapes, (shape) => groups.length + shapes.indexOf(shape));
  }

  /** Masks a stream; `onFound` gets the name of the rule for each secret in it. */
  redactor(onFound: (rule: string) => void): OutputRedactor {
    return new OutputRedactor(this.#table, (rule) => onFound(this.#names[rule] ?? ''));
  }

  /** `text` with its secrets masked. */
  mask(text: string, onFound: (rule: string) => void = () => undefined): MaskedText {
    let isMasked = false;
    const redactor = this.redactor((rule) => {
      isMasked = true;
      onFound(rule);
    });
    const masked = Buffer.concat([redactor.feed(Buffer.from(text)), redactor.flush()]);
    return isMasked ? { text: masked.toString(), isMasked } : { text, isMasked };
  }

  /** Looks for secrets in a stream and masks nothing; `onFound` gets the rule and where in the stream the secret begins. */
  finder(onFound: (rule: string, position: number) => void): SecretScanner {
    return new SecretScanner(this.#table, {
      mark: () => undefined,
      found: (rule, position) => onFound(this.#names[rule] ?? '', position),
    });
  }
}

function variableOf(name: string, environment: ReadonlyMap<string, string>): string {
  const value = environment.get(name);
  if (value !== undefined) return checked(value, `the variable ${quote(name)}, which is to be redacted,`);
  throw new TtyError('INVALID_INPUT', `the variable ${quote(name)}, which is to be redacted, is not set`, {
    details: { reason: 'redact', name },
    hint: 'name a variable that the session gets, from your environment or by --env',
  });
}

function checked(value: string, what: string): string {
  if (Buffer.byteLength(withoutControls(value)) >= MIN_SECRET_BYTES) return value;
  throw new TtyError(
    'INVALID_INPUT',
    `${what} has fewer than ${MIN_SECRET_BYTES} bytes: so short a text would be masked everywhere`,
    { details: { reason: 'redact' } },
  );
}

function checkSize(forms: readonly Form[]): void {
  const bytes = forms.reduce((sum, form) => sum + form.bytes.length, 0);
  // the beginnings of token shapes take less than a thousand
  if (bytes <= MAX_TABLE_BYTES - 1000) return;
  throw new TtyError(
    'INVALID_INPUT',
    `there is too much to redact: the values and the forms they may be printed in have ${bytes} bytes, at most ${MAX_TABLE_BYTES - 1000} can be looked for`,
    { details: { reason: 'redact', bytes } },
  );
}
