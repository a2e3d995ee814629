/** What one session masks, wherever it may be written: output, input, commands, and the session's own record. */
import { TtyError } from '../../protocol/errors.ts';
import type { RedactionFacts } from '../../protocol/events.ts';
import { type MaskedText, Redaction } from '../../redact/redaction.ts';
import type { OutputRedactor } from '../../redact/outputRedactor.ts';
import { parseEnvironment } from './launchPlan.ts';
import type { SessionParams } from './sessionParams.ts';

export class SessionRedaction {
  readonly #redaction: Redaction | undefined;
  readonly #unsaid = new Map<string, number>();
  readonly #total = new Map<string, number>();
  /** Masks what the program writes; undefined when nothing is to be masked. */
  readonly output: OutputRedactor | undefined;
  /** Masks what is typed, over all inputs of the session. */
  readonly input: OutputRedactor | undefined;

  /**
   * @throws TtyError `INVALID_INPUT` for what cannot be masked, and for a name of the session that would have to be
   */
  constructor({ redact, environment, name }: Pick<SessionParams, 'redact' | 'environment' | 'name'>) {
    this.#redaction =
      redact === undefined
        ? undefined
        : Redaction.of({
            variables: redact.env,
            environment: parseEnvironment(environment),
            values: redact.values,
            patterns: redact.patterns,
          });
    this.output = this.#redaction?.redactor(this.#count);
    this.input = this.#redaction?.redactor(this.#count);
    if (name !== undefined) this.assertPlain(name, 'the name of the session');
  }

  /** The rules, for the log; undefined when there are none. */
  get facts(): readonly RedactionFacts[] | undefined {
    return this.#redaction?.rules;
  }

  /** How many secrets were masked so far, by rule. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#total);
  }

  /** `text` as it may be shown; not counted. */
  shown(text: string): string {
    return this.#redaction?.mask(text).text ?? text;
  }

  /** `text` as it goes into the log. */
  mask(text: string): MaskedText {
    return this.#redaction?.mask(text, this.#count) ?? { text, isMasked: false };
  }

  /** @throws TtyError `INVALID_INPUT` when `text`, which has to be written as it is, holds a secret */
  assertPlain(text: string, what: string): void {
    if (this.#redaction?.mask(text).isMasked !== true) return;
    throw new TtyError('INVALID_INPUT', `${what} holds what is to be redacted, and has to be written as it is`, {
      details: { reason: 'redact' },
    });
  }

  /** What was masked since the last call; undefined for nothing. */
  takeCounts(): Readonly<Record<string, number>> | undefined {
    if (this.#unsaid.size === 0) return undefined;
    const counts = Object.fromEntries(this.#unsaid);
    this.#unsaid.clear();
    return counts;
  }

  /** Whether something was masked that was not told yet. */
  get hasCounts(): boolean {
    return this.#unsaid.size > 0;
  }

  readonly #count = (rule: string): void => {
    this.#unsaid.set(rule, (this.#unsaid.get(rule) ?? 0) + 1);
    this.#total.set(rule, (this.#total.get(rule) ?? 0) + 1);
  };
}
