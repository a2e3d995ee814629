/** What a call says of the provider of runs. */
import { TtyError } from '../protocol/errors.ts';
import { isProviderName, refusalError } from '../protocol/leaseOutcome.ts';

export interface LeaseOptions {
  readonly provider?: string | undefined;
  readonly 'lease-wait'?: number | undefined;
}

/** As the methods take it. Throws for a name that no provider can have. */
export function leaseParams({ provider, 'lease-wait': leaseWaitMs }: LeaseOptions): {
  provider?: string;
  leaseWaitMs?: number;
} {
  if (provider === '') {
    throw new TtyError('INVALID_INPUT', '--provider must be the name of a provider, got ""', {
      details: { reason: 'usage', option: '--provider' },
      hint: 'agent-tty lease list shows the providers',
    });
  }
  if (provider !== undefined && !isProviderName(provider)) throw refusalError(provider, { reason: 'unknown_provider' });
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(leaseWaitMs === undefined ? {} : { leaseWaitMs }),
  };
}
