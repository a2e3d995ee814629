import { describe, expect, it } from 'vitest';
import { Lifetime } from '../../../src/cli/lifetime.ts';
import { FakeClock } from '../../support/fakeClock.ts';

describe('the lifetime of a command', () => {
  it('ends for the first reason, and remembers what came too late', () => {
    const lifetime = new Lifetime();
    let ends = 0;
    lifetime.signal.addEventListener('abort', () => ends++);
    lifetime.end('SIGTERM');
    lifetime.end('SIGTERM');
    lifetime.end('timeout');
    expect([lifetime.reason, ends, lifetime.ignored]).toEqual(['SIGTERM', 1, ['SIGTERM', 'timeout']]);
  });

  it('is not interrupted any more once the teardown has begun, however often that is said', () => {
    const lifetime = new Lifetime();
    lifetime.beginTeardown();
    lifetime.beginTeardown();
    lifetime.end('SIGTERM');
    expect([lifetime.reason, lifetime.signal.aborted, lifetime.ignored]).toEqual([undefined, false, ['SIGTERM']]);
  });

  it('is bounded in time, if at all, until its end', () => {
    const clock = new FakeClock();
    const [bounded, done, free] = [new Lifetime(), new Lifetime(), new Lifetime()];
    using first = bounded.limit(clock, 1_000);
    const second = done.limit(clock, 1_000);
    using third = free.limit(clock, 0);
    second[Symbol.dispose]();
    clock.advance(10_000);
    expect([first, third].length).toBe(2);
    expect([bounded.reason, done.reason, free.reason]).toEqual(['timeout', undefined, undefined]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('shares nothing with another one in the same process', () => {
    const [one, other] = [new Lifetime(), new Lifetime()];
    one.beginTeardown();
    other.end('SIGHUP');
    expect([one.reason, other.reason]).toEqual([undefined, 'SIGHUP']);
  });
});
