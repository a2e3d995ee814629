import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLOCK_REASONS,
  DENY_REASONS,
  isProviderName,
  publicDiagnostic,
  refusalError,
} from '../../../src/protocol/leaseOutcome.ts';

/** What a careless producer might hand over: everything that it knows of a holder. */
const POISONED = {
  reason: 'at_capacity',
  capacity: { active: 2, limit: 2, queued: 1, pid: 4711, holder: { host: 'secret-host' } },
  key: 'secret-key',
  token: 'secret-token',
  holder: { pid: 4711, host: 'secret-host', cwd: '/secret/cwd', argv0: 'secret-argv', job: 'secret-job' },
  lockFile: '/secret/lock',
  message: 'ENOENT: /secret/lock',
  cause: new Error('EACCES /secret/path'),
};

describe('what may be told of a lease', () => {
  it('is a reason and counts, whatever was handed over', () => {
    expect(publicDiagnostic(POISONED)).toEqual({ reason: 'at_capacity', capacity: { active: 2, limit: 2, queued: 1 } });
    expect(JSON.stringify(refusalError('demo', POISONED).toBody())).not.toMatch(/secret|4711|ENOENT|EACCES/);
  });

  it('is never more than that, for any value', () => {
    const reasons = [...BLOCK_REASONS, ...DENY_REASONS];
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const { reason, capacity, ...more } = publicDiagnostic(value);
        expect(more).toEqual({});
        expect(reasons).toContain(reason);
        if (capacity !== null) expect(Object.keys(capacity).toSorted()).toEqual(['active', 'limit', 'queued']);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...reasons), fc.nat(), fc.nat(), fc.jsonValue(), (reason, active, limit, more) => {
        const value = { reason, capacity: { active, limit, queued: 0, more }, more };
        expect(publicDiagnostic(value)).toEqual({ reason, capacity: { active, limit, queued: 0 } });
      }),
    );
  });

  it('says of each reason that nothing was sent, in a fixed sentence without key, path or errno', () => {
    const bodies = [...BLOCK_REASONS, ...DENY_REASONS].map((reason) =>
      refusalError('demo', { reason, capacity: { active: 1, limit: 1, queued: 0 } }).toBody(),
    );
    for (const { message, details, code, retryable } of bodies) {
      expect(message).toMatch(/^provider "demo" [a-z ,:0-9()]+; nothing was sent$/);
      expect(details).toMatchObject({ provider: 'demo', sent: false });
      expect(retryable).toBe(code === 'PROVIDER_WORKLOAD_BLOCKED');
    }
    expect(bodies.map(({ code }) => code)).toEqual([
      ...BLOCK_REASONS.map(() => 'PROVIDER_WORKLOAD_BLOCKED'),
      ...DENY_REASONS.map(() => 'PROVIDER_ADMISSION_FAILED'),
    ]);
  });

  it('has exit codes of its own', () => {
    expect(refusalError('demo', { reason: 'at_capacity' }).exitCode).toBe(75);
    expect(refusalError('demo', { reason: 'bad_root' }).exitCode).toBe(78);
  });

  it('does not repeat a name that is none', () => {
    const name = 'demo\u001b[31m /etc/passwd';
    expect(isProviderName(name)).toBe(false);
    expect(JSON.stringify(refusalError(name, { reason: 'unknown_provider' }).toBody())).not.toContain('passwd');
  });
});
