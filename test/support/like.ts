/** Vitest's loose matchers as `unknown`, and JSON whose form the test itself looks at. */
import { expect } from 'vitest';

/** A text that matches. */
export function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}

/** A text that holds `text`. */
export function holding(text: string): unknown {
  return expect.stringContaining(text);
}

/** An object that holds these fields and maybe others. */
export function objectWith(fields: Readonly<Record<string, unknown>>): unknown {
  return expect.objectContaining(fields);
}

/** An array that holds these items and maybe others. */
export function arrayWith(items: readonly unknown[]): unknown {
  return expect.arrayContaining([...items]);
}

export const anyNumber: unknown = expect.any(Number);

/** The envelope of a call with `--json`, as loosely typed as a test needs it. */
export interface Envelope {
  readonly ok: boolean;
  readonly command: string;
  readonly timestamp: string;
  readonly result?: Record<string, unknown>;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
    readonly hint?: string;
    readonly details?: Record<string, unknown>;
  };
}

/** Reads an envelope; throws for what is none. */
export function parseEnvelope(text: string): Envelope {
  const value: unknown = JSON.parse(text);
  if (isEnvelope(value)) return value;
  throw new Error(`no envelope: ${text}`);
}

/** The error of an envelope; throws when it has none. */
export function errorIn(text: string): NonNullable<Envelope['error']> {
  const { error } = parseEnvelope(text);
  if (error === undefined) throw new Error(`no error: ${text}`);
  return error;
}

function isEnvelope(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && 'ok' in value && ('result' in value || 'error' in value);
}

/** The object in a JSON text; throws for any other value. */
export function parseObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`no object: ${text}`);
}
