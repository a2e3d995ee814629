/** What a person may say about providers and their limits, in `config.json` under `leases`. Checked here, read by the store. */
import path from 'node:path';
import { isProviderName } from './leaseOutcome.ts';
import { quote } from './errors.ts';

/** By what a provider's places are told apart: a directory that programs share, or an account. */
export type ProviderIdentity =
  | {
      /** Variable that names the directory, as the provider's own program reads it. */
      readonly directoryEnv?: string;
      /** The directory without that variable: absolute, or below the user's home. */
      readonly directory: string;
    }
  | {
      /** Variable that holds the account's key; its value is only ever hashed. */
      readonly accountEnv: string;
    };

/** What work at a provider shares, which decides how much of it may go on at once. */
export const PROVIDER_KINDS = ['shared-state', 'stateless', 'custom'] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

/** A provider's facts. */
export interface ProviderFact {
  /** `shared-state`: one at a time, its identity decides whose; `stateless`: up to `limit`; `custom`: unknown, so one at a time. */
  readonly kind: ProviderKind;
  /** How many at once; 1 unless the provider is stateless. */
  readonly limit: number;
  /** Needed for shared state. */
  readonly identity?: ProviderIdentity;
  /** Variable that may lower the limit, never raise it. */
  readonly envCap?: string;
  /** 0 (the default) is let in before 9. */
  readonly class?: number;
  /** How many may wait; 32 if not given. */
  readonly maxQueued?: number;
  /** A hold that is longer is flagged; it is never ended. */
  readonly maxHoldMs?: number;
}

export interface LeaseConfig {
  /** Where the leases of stateless and custom providers lie; absolute. Shared state has one place a machine. */
  readonly root?: string;
  /** Trust a network file system whose locks pass the test. */
  readonly allowNetworkFs?: boolean;
  readonly providers?: Readonly<Record<string, ProviderFact>>;
}

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** Above any machine's processes. */
const MAX_LIMIT = 100_000;
const MAX_HOLD_MS = 10 * 365 * 24 * 60 * 60 * 1_000;

/** One rule: whether a value is allowed, and the words for what is. */
interface Rule {
  readonly allowed: string;
  accepts(value: unknown): boolean;
}

const whole = (min: number, max: number): Rule => ({
  allowed: `a whole number from ${min} to ${max}`,
  accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
});
const envName: Rule = {
  allowed: 'the name of a variable',
  accepts: (value) => typeof value === 'string' && ENV_NAME.test(value),
};

const LEASE_RULES: Readonly<Record<Exclude<keyof LeaseConfig, 'providers'>, Rule>> = {
  root: {
    allowed: 'an absolute path',
    accepts: (value) => typeof value === 'string' && path.isAbsolute(value) && !value.includes('\0'),
  },
  allowNetworkFs: { allowed: 'true or false', accepts: (value) => typeof value === 'boolean' },
};

const PROVIDER_RULES: Readonly<Record<Exclude<keyof ProviderFact, 'identity'>, Rule>> = {
  kind: { allowed: `one of ${PROVIDER_KINDS.join(', ')}`, accepts: (value) => PROVIDER_KINDS.some((k) => k === value) },
  limit: whole(1, MAX_LIMIT),
  envCap: envName,
  class: whole(0, 9),
  maxQueued: whole(0, MAX_LIMIT),
  maxHoldMs: whole(1, MAX_HOLD_MS),
};

const IDENTITY_RULES: Readonly<Record<string, Rule>> = {
  directoryEnv: envName,
  directory: {
    allowed: 'an absolute path, or one below the home of the user that begins with ~/',
    accepts: (value) =>
      typeof value === 'string' && (path.isAbsolute(value) || value.startsWith('~/')) && !value.includes('\0'),
  },
  accountEnv: envName,
};

/** The first thing that is wrong with `value` as the value of `leases`: the key, what is allowed and what was found. */
export function leaseConfigProblem(value: unknown): string | undefined {
  const fields = objectOf(value);
  if (fields === undefined) return `leases must be an object, found ${quote(value)}`;
  const { providers, ...rest } = fields;
  const problem = fieldsProblem('leases', rest, LEASE_RULES, ['providers']);
  if (problem !== undefined || providers === undefined) return problem;
  const named = objectOf(providers);
  if (named === undefined) return `leases.providers must be an object, found ${quote(providers)}`;
  for (const [name, fact] of Object.entries(named)) {
    if (!isProviderName(name))
      return `leases.providers has the name ${quote(name)}; allowed are 1 to 48 lowercase letters, digits, dots, dashes, underscores`;
    const wrong = factProblem(`leases.providers.${name}`, fact);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function factProblem(where: string, value: unknown): string | undefined {
  const fields = objectOf(value);
  if (fields === undefined) return `${where} must be an object, found ${quote(value)}`;
  const { identity, ...rest } = fields;
  const problem = fieldsProblem(where, rest, PROVIDER_RULES, ['identity']);
  if (problem !== undefined) return problem;
  for (const needed of ['kind', 'limit']) if (!(needed in fields)) return `${where}.${needed} is missing`;
  if (fields['kind'] !== 'stateless' && fields['limit'] !== 1)
    return `${where}.limit must be 1 for the kind ${quote(fields['kind'])}, found ${quote(fields['limit'])}`;
  if (identity === undefined)
    return fields['kind'] === 'shared-state' ? `${where}.identity is missing: shared state needs one` : undefined;
  return identityProblem(`${where}.identity`, identity);
}

function identityProblem(where: string, value: unknown): string | undefined {
  const fields = objectOf(value);
  if (fields === undefined) return `${where} must be an object, found ${quote(value)}`;
  const problem = fieldsProblem(where, fields, IDENTITY_RULES, []);
  if (problem !== undefined) return problem;
  if ('accountEnv' in fields === 'directory' in fields)
    return `${where} must have either directory or accountEnv, found ${quote(value)}`;
  return undefined;
}

function fieldsProblem(
  where: string,
  fields: Fields,
  rules: Readonly<Record<string, Rule>>,
  others: readonly string[],
): string | undefined {
  for (const [name, given] of Object.entries(fields)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined)
      return `${where} has the unknown key ${quote(name)}; allowed are ${[...Object.keys(rules), ...others].join(', ')}`;
    if (!rule.accepts(given)) return `${where}.${name} must be ${rule.allowed}, found ${quote(given)}`;
  }
  return undefined;
}

type Fields = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
