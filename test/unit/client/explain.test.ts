import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { identify } from '../../../src/base/processIdentity.ts';
import { explainLoss, explainUnreachable } from '../../../src/client/explain.ts';
import { readSessionStory } from '../../../src/client/sessionStory.ts';
import { TtyError } from '../../../src/protocol/errors.ts';
import { holding } from '../../support/like.ts';
import { newHome, putRecord, record } from '../store/support.ts';
import { newLog, output } from './support.ts';

const unreachable = new TtyError('HOST_UNREACHABLE', 'no host runs');
const here = { status: 'running', hostPid: process.pid, hostIdentity: identify(process.pid) ?? null } as const;
const dead = { ...here, hostIdentity: { pid: process.pid, startTicks: '1', bootId: 'another boot' } };

describe('why a session cannot be reached', () => {
  it('is that there is none, that it ended, or that its host died: three codes', () => {
    const home = newHome();
    putRecord(home, 1, record(1, { name: 'ended', endedAt: '2030-01-01T12:03:04.000Z', exitCode: 1 }));
    putRecord(home, 2, record(2, { name: 'orphan', ...dead }));
    expect(explainUnreachable(home, 'nobody', unreachable)).toMatchObject({ code: 'SESSION_NOT_FOUND' });
    expect(explainUnreachable(home, 'ended', unreachable)).toMatchObject({
      code: 'SESSION_NOT_RUNNING',
      message: 'session "ended" ended at 2030-01-01T12:03:04.000Z with exit code 1',
    });
    expect(explainUnreachable(home, 'orphan', unreachable)).toMatchObject({
      code: 'HOST_UNREACHABLE',
      message: 'the host of session "orphan" died',
    });
  });

  it('stays as it is for a session whose host lives, and for any other failure', () => {
    const home = newHome();
    putRecord(home, 1, record(1, { name: 'x', ...here }));
    expect(explainUnreachable(home, 'x', unreachable)).toBe(unreachable);
    const other = new TtyError('HOST_TIMEOUT', 'slow');
    expect(explainUnreachable(home, 'nobody', other)).toBe(other);
    const bug = new TypeError('x');
    expect(explainUnreachable(home, 'nobody', bug)).toBe(bug);
  });

  it('waits for a host that is dying, and no longer than that', async () => {
    const home = newHome();
    const child = spawn('sleep', ['60']);
    const identity = identify(child.pid ?? 0) ?? null;
    putRecord(home, 1, record(1, { name: 'x', status: 'running', hostPid: child.pid ?? 0, hostIdentity: identity }));
    const reason = explainLoss(home, 'x', unreachable, systemClock);
    child.kill('SIGKILL');
    expect(await reason).toMatchObject({ message: 'the host of session "x" died' });
    putRecord(home, 2, record(2, { name: 'y', ...here }));
    expect(await explainLoss(home, 'y', unreachable, systemClock)).toBe(unreachable);
  });

  it('tells a signal and a destruction', () => {
    const home = newHome();
    putRecord(home, 1, record(1, { name: 'a', exitCode: null, exitSignal: 'SIGKILL' }));
    putRecord(home, 2, record(2, { name: 'b', status: 'destroyed', exitCode: null, exitSignal: 'SIGHUP' }));
    expect(String(explainUnreachable(home, 'a', unreachable))).toContain('was ended by SIGKILL');
    expect(String(explainUnreachable(home, 'b', unreachable))).toContain('was destroyed');
  });
});

describe('what record and log tell of a session', () => {
  it('is its record, how it stands, and where its log ends', () => {
    const log = newLog();
    putRecord(log.home, 1, record(1, dead));
    const eventLogBytes = log.append(output('a'), output('b'));
    expect(readSessionStory(log.home, record(1).sessionId)).toEqual({
      record: record(1, dead),
      standing: { status: 'failed', failureReason: 'host-death', terminationCategory: 'host-death' },
      eventLogBytes,
      lastEventSeq: 2,
    });
  });

  it('is the record alone when there is no log', () => {
    const home = newHome();
    putRecord(home, 1, record(1));
    expect(readSessionStory(home, record(1).sessionId)).toMatchObject({
      eventLogBytes: 0,
      lastEventSeq: -1,
      logProblem: holding('is missing'),
    });
  });
});
