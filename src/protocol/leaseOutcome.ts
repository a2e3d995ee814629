/**
 * What may be told of leases outside of the lease layer: a reason from a closed list and counts. The types cannot carry who
 * holds, where or since when, and {@link publicDiagnostic} is the one way from anything else to them.
 */
import { TtyError } from './errors.ts';

/** Why there was no place just now. */
export const BLOCK_REASONS = ['at_capacity', 'queue_timeout', 'queue_full', 'gate_timeout', 'aborted'] as const;
export type BlockReason = (typeof BLOCK_REASONS)[number];

/** Why nobody can be let in until something is put right. */
export const DENY_REASONS = [
  'invalid_limit',
  'unknown_provider',
  'no_identity',
  'invalid_config',
  'bad_root',
  'engine_unavailable',
  'self_test_failed',
  'admission_failed',
] as const;
export type DenyReason = (typeof DENY_REASONS)[number];

/** How full a provider is. */
export interface Capacity {
  readonly active: number;
  /** Null when there is no valid limit. */
  readonly limit: number | null;
  readonly queued: number;
}

/**
 * How a run stands with its provider: it waits for a place; has one; has one while nobody waits for the run any more; gave it back; an
 * operator took it away.
 */
export const RUN_LEASE_STATES = ['waiting', 'held', 'draining', 'released', 'lost'] as const;
export type RunLeaseState = (typeof RUN_LEASE_STATES)[number];

/** The public form of a refusal. */
export interface LeaseDiagnostic {
  readonly reason: BlockReason | DenyReason;
  readonly capacity: Capacity | null;
}

const REASONS: readonly string[] = [...BLOCK_REASONS, ...DENY_REASONS];

/**
 * Whatever `value` is, nothing but a known reason and counts of it come out: copied field by field, never passed on. A reason
 * that is not known becomes `admission_failed`, a capacity that is not one becomes null.
 */
export function publicDiagnostic(value: unknown): LeaseDiagnostic {
  const fields: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const reason = REASONS.find((known) => known === fields['reason']);
  return { reason: isReason(reason) ? reason : 'admission_failed', capacity: publicCapacity(fields['capacity']) };
}

/** The same for counts alone. */
export function publicCapacity(value: unknown): Capacity | null {
  if (typeof value !== 'object' || value === null) return null;
  const { active, limit, queued }: Record<string, unknown> = { ...value };
  if (!isCount(active) || !(limit === null || isCount(limit))) return null;
  return { active, limit, queued: isCount(queued) ? queued : 0 };
}

function isReason(text: string | undefined): text is BlockReason | DenyReason {
  return text !== undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Whether a refusal may be over soon. */
export function isBlock(reason: LeaseDiagnostic['reason']): reason is BlockReason {
  return BLOCK_REASONS.some((known) => known === reason);
}

/** How soon to ask again when the provider is full: a place is free within moments of a run's end. */
const RETRY_AFTER_MS = 1_500;

const SENTENCES: Readonly<Record<BlockReason | DenyReason, string>> = {
  at_capacity: 'is at capacity',
  queue_timeout: 'had no free place in the time that was given',
  queue_full: 'has as many waiting as it may have',
  gate_timeout: 'did not answer in time',
  aborted: 'was given up before there was a place',
  invalid_limit: 'has a limit that is no whole number from 1',
  unknown_provider: 'is not known',
  no_identity: 'has no account or directory that can be told',
  invalid_config: 'is configured in a way that contradicts itself',
  bad_root: 'has a directory for leases that is not safe to use',
  engine_unavailable: 'cannot be limited: this system has no usable file locks',
  self_test_failed: 'cannot be limited: locks in the directory for leases do not hold',
  admission_failed: 'could not be asked for a place',
};

/** What somebody who was refused does next. */
const HINTS: Partial<Readonly<Record<BlockReason | DenyReason, string>>> = {
  at_capacity: 'wait for a place with --lease-wait DURATION, or try again later',
  unknown_provider:
    'agent-tty lease list shows the providers; others are declared in config.json under leases.providers',
  bad_root: 'agent-tty lease doctor says what is wrong with it',
  engine_unavailable: 'install the optional dependencies (koffi), or util-linux for flock(1)',
  self_test_failed: 'agent-tty lease doctor says more; a local file system has locks that hold',
  admission_failed: 'agent-tty lease doctor says what is wrong',
};

/** Name of a provider: what a caller may write, and what may be printed. */
const PROVIDER_NAME = /^[a-z0-9][a-z0-9._-]{0,47}$/;

/** Whether `name` may name a provider: 1 to 48 of lowercase letters, digits, dots, dashes and underscores. */
export function isProviderName(name: string): boolean {
  return PROVIDER_NAME.test(name);
}

/**
 * The error for a refused provider: `PROVIDER_WORKLOAD_BLOCKED` for a block, `PROVIDER_ADMISSION_FAILED` for a denial. The
 * message is a fixed sentence; `details.sent` is false: nothing was typed and nothing begun.
 */
export function refusalError(provider: string, value: unknown): TtyError {
  const { reason, capacity } = publicDiagnostic(value);
  const isBlocked = isBlock(reason);
  const counts = capacity === null || capacity.limit === null ? '' : ` (${capacity.active} of ${capacity.limit})`;
  const named = isProviderName(provider) ? `provider "${provider}"` : 'the provider';
  const hint = HINTS[reason];
  return new TtyError(
    isBlocked ? 'PROVIDER_WORKLOAD_BLOCKED' : 'PROVIDER_ADMISSION_FAILED',
    `${named} ${SENTENCES[reason]}${isBlocked ? counts : ''}; nothing was sent`,
    {
      details: {
        ...(isProviderName(provider) ? { provider } : {}),
        reason,
        capacity,
        sent: false,
        ...(isBlocked ? { retryAfterMs: RETRY_AFTER_MS } : {}),
      },
      ...(hint === undefined ? {} : { hint }),
    },
  );
}
