import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlaceRequest } from '../../../../src/host/session/leasePort.ts';
import { RunsBench } from '../../../support/sessionRuns.ts';

const DEMO = { provider: 'demo' };

let bed: RunsBench;
beforeEach(() => (bed = new RunsBench()));
afterEach(() => bed[Symbol.asyncDispose]());

describe('a run that waits for a place', () => {
  it('gets it when another run ends, and holds up nobody who needs none', async () => {
    const elsewhere = await bed.leases.take(elsewhereRequest());
    const waiting = bed.start('second', { ...DEMO, leaseWaitMs: 60_000 });
    await bed.pass();
    expect(bed.runs.views()).toMatchObject([{ state: 'queued', lease: { provider: 'demo', state: 'waiting' } }]);
    await bed.start('plain');
    bed.finish();
    await bed.pass();
    await elsewhere.release('completed');
    await bed.pass();
    expect((await waiting).lease?.state).toBe('held');
  });

  it('leaves the queue when its caller goes, and when it is cancelled', async () => {
    await bed.leases.take(elsewhereRequest());
    const caller = new AbortController();
    const first = bed.start('first', { ...DEMO, leaseWaitMs: 60_000 }, caller.signal);
    const second = bed.start('second', { ...DEMO, leaseWaitMs: 60_000 });
    await bed.pass();
    expect(bed.leases.queued).toBe(2);
    caller.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    const [view] = bed.runs.views();
    expect(bed.runs.withdraw(view?.runId ?? '')).toBe(true);
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED', details: { reason: 'withdrawn' } });
    expect(bed.leases.queued).toBe(0);
    expect(bed.runs.views()).toEqual([]);
  });

  it('and then for its turn has the one bound for places and the other for the session', async () => {
    await using wide = new RunsBench({ places: 2 });
    await wide.start('sleep');
    const late = wide.start('second', { ...DEMO, timeoutMs: 1_000, leaseWaitMs: 60_000 });
    late.catch(() => undefined); // looked at below
    await wide.pass(900);
    expect(wide.leases.active).toBe(0);
    await wide.pass(200);
    await expect(late).rejects.toMatchObject({ code: 'SESSION_BUSY' });
    await expect(wide.start('third', { ...DEMO, whenBusy: 'fail' })).rejects.toMatchObject({ code: 'SESSION_BUSY' });
    expect(wide.leases.active).toBe(0);
  });

  it('gives it back when the session is busy by then, and takes one at its turn', async () => {
    const elsewhere = await bed.leases.take(elsewhereRequest());
    const waiting = bed.start('second', { ...DEMO, leaseWaitMs: 60_000 });
    await bed.pass();
    await bed.start('plain');
    await elsewhere.release('completed');
    await bed.pass();
    expect(bed.leases.given[1]?.released).toEqual(['failed_before_send']);
    expect(bed.leases.active).toBe(0);
    bed.finish();
    await bed.pass(200);
    expect((await waiting).lease?.state).toBe('held');
  });

  it('at its turn goes back to wait when somebody took the last place meanwhile', async () => {
    await bed.start('plain');
    const waiting = bed.start('second', { ...DEMO, leaseWaitMs: 60_000 });
    await bed.pass();
    const elsewhere = await bed.leases.take(elsewhereRequest());
    bed.finish();
    await bed.pass(200);
    expect(bed.leases.queued).toBe(1);
    expect((await bed.start('plain')).outcome).toBe('accepted');
    bed.finish();
    bed.leases.onGiven = (place) => (place.waitedMs = 700);
    await elsewhere.release('completed');
    await bed.pass(200);
    expect((await waiting).lease).toMatchObject({ state: 'held', waitedMs: 700 });
  });

  it('with a key takes one place for all callers', async () => {
    const elsewhere = await bed.leases.take(elsewhereRequest());
    const keyed = { ...DEMO, leaseWaitMs: 60_000, idempotencyKey: 'k', timeoutMs: 1_000 };
    const caller = new AbortController();
    const first = bed.start('make', keyed, caller.signal);
    const second = bed.start('make', keyed);
    await bed.pass();
    expect(bed.leases.queued).toBe(1);
    caller.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    await bed.pass(2_000);
    expect(bed.leases.queued).toBe(1);
    await elsewhere.release('completed');
    await bed.pass();
    expect((await second).lease?.state).toBe('held');
    expect(bed.leases.given).toHaveLength(2);
  });
});

/** What another session asks for. */
function elsewhereRequest(): PlaceRequest {
  const { signal } = new AbortController();
  return { provider: 'demo', waitMs: 0, sessionId: 'other', signal, workplace: { directory: '/', environment: {} } };
}
