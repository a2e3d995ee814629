import type { LogEvent, RedactionFacts as RuleFacts } from '../../protocol/events.ts';

/** What a log says of secrets that were kept out of it; never what they were. */
export interface RedactionFacts {
  /** By which rules output, input and commands were masked, and how many values each has; at most 100. */
  readonly rules: readonly RuleFacts[];
  /** How many secrets were masked, by rule. */
  readonly masked: Readonly<Record<string, number>>;
  /** Inputs of which only the length is in the log: they were typed while the terminal did not echo. */
  readonly noEchoInputs: number;
}

const MAX_RULES = 100;

/** Gathers what a log tells of redaction, event by event from its first on. */
export class RedactionTale {
  #rules: readonly RuleFacts[] = [];
  readonly #masked = new Map<string, number>();
  #noEchoInputs = 0;

  take({ type, payload }: Pick<LogEvent, 'type' | 'payload'>): void {
    if (type === 'session_started') this.#rules = rulesOf(payload['redact']);
    else if (type === 'redacted') this.#count(payload['counts']);
    else if (type.startsWith('input_') && payload['redacted'] === 'no_echo') this.#noEchoInputs++;
  }

  /** `null` for a log from which nothing was kept. */
  told(): RedactionFacts | null {
    const hasNone = this.#rules.length === 0 && this.#masked.size === 0 && this.#noEchoInputs === 0;
    if (hasNone) return null;
    const masked = Object.fromEntries([...this.#masked].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    return { rules: this.#rules, masked, noEchoInputs: this.#noEchoInputs };
  }

  #count(counts: unknown): void {
    if (typeof counts !== 'object' || counts === null) return;
    for (const [rule, count] of Object.entries(counts)) {
      if (!isCount(count) || (this.#masked.size >= MAX_RULES && !this.#masked.has(rule))) continue;
      this.#masked.set(rule, (this.#masked.get(rule) ?? 0) + count);
    }
  }
}

function rulesOf(stated: unknown): RuleFacts[] {
  if (!Array.isArray(stated)) return [];
  const facts: readonly unknown[] = stated;
  return facts.slice(0, MAX_RULES).flatMap((fact) => {
    const { rule, values }: { rule?: unknown; values?: unknown } =
      typeof fact === 'object' && fact !== null ? fact : {};
    return typeof rule === 'string' && isCount(values) ? [{ rule, values }] : [];
  });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
