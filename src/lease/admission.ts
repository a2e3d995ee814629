/**
 * From a provider's name to what the engine needs: a key, a limit, a directory. Everything that cannot be told for certain is a
 * refusal; nothing falls back on the name.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { LeaseConfig, ProviderFact, ProviderIdentity } from '../protocol/leaseConfig.ts';
import { type DenyReason, refusalError } from '../protocol/leaseOutcome.ts';
import { DEFAULT_MAX_QUEUED } from './engine.ts';
import { knownProviders } from './facts.ts';
import { isLimit } from './rules.ts';

/** Where the leases of stateless and custom providers lie; those of shared state only in test mode. */
export const ROOT_VARIABLE = 'AGENT_TTY_LEASE_ROOT';
/** `1`: the root of all leases may be moved, so that tests do not meet the real ones. */
export const TEST_MODE_VARIABLE = 'AGENT_TTY_LEASE_TEST_MODE';

export interface Admission {
  readonly key: string;
  readonly label: string;
  readonly limit: number;
  readonly root: string;
  readonly class: number;
  readonly maxQueued: number;
  /** Infinity where no hold is too long. */
  readonly maxHoldMs: number;
}

export interface AdmissionInputs {
  readonly config: LeaseConfig;
  /** Limits of the project at hand, which may only lower. */
  readonly projectLimits: Readonly<Record<string, number>>;
  /** The environment that the provider's program will have. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The user's home by the system's list of users; throws where there is none. No variable moves it. */
  readonly systemHome: () => string;
}

/**
 * What is needed to ask for a place at `provider`. Reads the identity's directory from the disk.
 *
 * @throws TtyError `PROVIDER_ADMISSION_FAILED` with a reason and nothing else
 */
export function resolveAdmission(provider: string, inputs: AdmissionInputs): Admission {
  const fact = knownProviders(inputs.config).get(provider);
  if (fact === undefined) throw refusalError(provider, { reason: 'unknown_provider' });
  return {
    key: keyOf(provider, fact, inputs),
    label: provider,
    limit: limitOf(provider, fact, inputs),
    root: rootOf(provider, fact, inputs),
    class: fact.class ?? 0,
    maxQueued: fact.maxQueued ?? DEFAULT_MAX_QUEUED,
    maxHoldMs: fact.maxHoldMs ?? Number.POSITIVE_INFINITY,
  };
}

/** The one place where a limit is made: what is declared, lowered by whoever may lower it. */
function limitOf(provider: string, fact: ProviderFact, { environment, projectLimits }: AdmissionInputs): number {
  if (!isLimit(fact.limit)) throw refusalError(provider, { reason: 'invalid_limit' });
  if (fact.kind !== 'stateless' && fact.limit > 1) throw refusalError(provider, { reason: 'invalid_config' });
  const lowered = [environmentCap(fact, environment), projectLimits[provider]].filter((cap) => isLimit(cap));
  return Math.min(fact.limit, ...lowered);
}

/** The number in a provider's variable; `undefined` for one that is malformed or 0, and then the declared limit stands. */
function environmentCap({ envCap }: ProviderFact, environment: AdmissionInputs['environment']): number | undefined {
  const text = envCap === undefined ? undefined : environment[envCap];
  return text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}

function keyOf(provider: string, fact: ProviderFact, inputs: AdmissionInputs): string {
  const { identity } = fact;
  if (identity !== undefined && 'directory' in identity) return directoryKey(provider, identity, inputs);
  if (fact.kind === 'shared-state') {
    if (identity === undefined) throw refusalError(provider, { reason: 'no_identity' });
    // Whoever uses the same account shares its state, whatever they call the provider.
    return hash('account', identity.accountEnv, accountMark(identity.accountEnv, inputs));
  }
  return hash('provider', provider, identity === undefined ? 'none' : accountMark(identity.accountEnv, inputs));
}

/**
 * The directory itself, not its path or the provider's name: all ways to one directory are one key. The directory is the one that the
 * provider's program will use, by the variable that it reads.
 */
function directoryKey(
  provider: string,
  identity: Extract<ProviderIdentity, { directory: string }>,
  inputs: AdmissionInputs,
): string {
  try {
    const { environment, systemHome } = inputs;
    const named = identity.directoryEnv === undefined ? undefined : environment[identity.directoryEnv];
    const home = environment['HOME'] || systemHome();
    const directory = (named || identity.directory).replace(/^~(?=\/|$)/, home);
    if (!path.isAbsolute(directory)) throw new Error('not an absolute path');
    const stat = fs.statSync(directory, { bigint: true });
    if (!stat.isDirectory()) throw new Error('not a directory');
    return hash('directory', String(stat.dev), String(stat.ino));
  } catch {
    throw refusalError(provider, { reason: 'no_identity' }); // without the cause: it holds the path
  }
}

/** A fixed mark where there is no account; accounts never meet, and their keys are not in it. */
function accountMark(variable: string, { environment }: AdmissionInputs): string {
  const value = environment[variable];
  return value === undefined || value === '' ? 'none' : `key ${hash(value)}`;
}

function rootOf(provider: string, fact: ProviderFact, { config, environment, systemHome }: AdmissionInputs): string {
  const moved = environment[ROOT_VARIABLE];
  const isTest = environment[TEST_MODE_VARIABLE] === '1';
  const isShared = fact.kind === 'shared-state';
  if (moved !== undefined && moved !== '' && (isTest || !isShared)) return moved;
  if (!isShared && config.root !== undefined) return config.root;
  const stateHome = environment['XDG_STATE_HOME'];
  if (!isShared && stateHome !== undefined && path.isAbsolute(stateHome)) return below(stateHome);
  try {
    return below(path.join(systemHome(), '.local', 'state'));
  } catch {
    throw refusalError(provider, { reason: 'bad_root' satisfies DenyReason }); // the user has no home in the system's list
  }
}

function below(stateHome: string): string {
  return path.join(stateHome, 'agent-tty', 'leases');
}

/** Parts cannot run into one another: each has its length in front. */
function hash(...parts: readonly string[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(`${Buffer.byteLength(part)}:${part}`);
  return sum.digest('hex');
}
