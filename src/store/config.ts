/** A home's `config.json`: what a person may set for all sessions of the home. Strict: a typo is an error, not a default. */
import { editDistance } from '../base/nearest.ts';
import path from 'node:path';
import { quote, TtyError } from '../protocol/errors.ts';
import { type LeaseConfig, leaseConfigProblem } from '../protocol/leaseConfig.ts';
import { MAX_SIZE, MAX_TIMEOUT_MS, MIN_SIZE } from '../protocol/limits.ts';
import { readCheckedFile } from './checkedFile.ts';
import { findJsonProblem } from './jsonProblem.ts';

export interface Config {
  /** How long a host without sessions stays, milliseconds; 0 ends it at once. */
  readonly hostIdleMs?: number;
  /** Absolute path of the shell of new sessions. */
  readonly shell?: string;
  /** Size of new sessions. */
  readonly cols?: number;
  readonly rows?: number;
  /** Providers and how much may go on at once at each. */
  readonly leases?: LeaseConfig;
}

/** Largest configuration that is read. */
const MAX_CONFIG_BYTES = 64 * 1024;

interface ConfigKey {
  readonly allowed: string;
  accepts(value: unknown): boolean;
  /** Says more precisely what is wrong with a value that is not accepted. */
  readonly problem?: (value: unknown) => string | undefined;
}

const CONFIG_KEYS: Readonly<Record<keyof Config, ConfigKey>> = {
  hostIdleMs: wholeNumber(0, MAX_TIMEOUT_MS, ' (milliseconds)'),
  shell: {
    allowed: 'an absolute path',
    accepts: (value) => typeof value === 'string' && path.isAbsolute(value) && !value.includes('\0'),
  },
  cols: wholeNumber(MIN_SIZE, MAX_SIZE, ''),
  rows: wholeNumber(MIN_SIZE, MAX_SIZE, ''),
  leases: {
    allowed: 'an object',
    accepts: (value) => leaseConfigProblem(value) === undefined,
    problem: leaseConfigProblem,
  },
};

function wholeNumber(min: number, max: number, unit: string): ConfigKey {
  return {
    allowed: `a whole number from ${min} to ${max}${unit}`,
    accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
  };
}

/**
 * The configuration of a home; empty when there is none.
 *
 * Throws `INVALID_INPUT` (`details.reason` `config`) that names path, key, value and what is allowed; `REFUSED_UNSAFE` when
 * another user could write the file; `STORAGE_READ_ERROR` when the system refuses.
 */
export function readConfig(home: string): Config {
  const file = path.join(home, 'config.json');
  const text = readCheckedFile(file, {
    maxBytes: MAX_CONFIG_BYTES,
    own: true,
    forbidden: { mode: 0o022, lets: 'written' },
    notAFileCode: 'INVALID_INPUT',
    followLinks: true,
  });
  if (text === undefined) return {};
  const value = parse(file, text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(file, `must be a JSON object, found ${quote(value)}`);
  }
  for (const [key, given] of Object.entries(value)) checkEntry(file, key, given);
  return value;
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // position and words are our own: those of the parser differ between versions of Node
    const found = findJsonProblem(text);
    throw invalid(
      `${file}:${found?.line ?? 1}:${found?.column ?? 1}`,
      `is not JSON: ${found?.problem ?? 'it cannot be parsed'}`,
    );
  }
}

function checkEntry(file: string, key: string, given: unknown): void {
  const known = Object.entries(CONFIG_KEYS).find(([name]) => name === key)?.[1];
  if (known === undefined) {
    const near = nearestKey(key);
    throw invalid(file, `unknown key ${quote(key)}; allowed are ${Object.keys(CONFIG_KEYS).join(', ')}`, {
      details: { key },
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    });
  }
  if (!known.accepts(given)) {
    const problem = known.problem?.(given) ?? `${key} must be ${known.allowed}, found ${quote(given)}`;
    throw invalid(file, `key ${problem}`, { details: { key } });
  }
}

function invalid(
  where: string,
  problem: string,
  more: { details?: Record<string, unknown>; hint?: string } = {},
): TtyError {
  const details = { path: where, reason: 'config', ...more.details };
  return new TtyError('INVALID_INPUT', `${where}: ${problem}`, { ...more, details });
}

/** The key that was most likely meant: the same letters but for case and separators, or at most two letters apart. */
function nearestKey(given: string): string | undefined {
  const keys = Object.keys(CONFIG_KEYS).map((key) => ({ key, distance: editDistance(plain(given), plain(key)) }));
  return keys.filter(({ distance }) => distance <= 2).toSorted((a, b) => a.distance - b.distance)[0]?.key;
}

function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[-_ ]/g, '').slice(0, 64);
}
