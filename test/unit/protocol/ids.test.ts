import { describe, expect, it } from 'vitest';
import { checkSessionName, isSessionId, newMarker, newUlid, parseRunId, runId } from '../../../src/protocol/ids.ts';

describe('ids', () => {
  it('are ULIDs that sort by time', () => {
    const early = newUlid(1_000_000);
    const late = newUlid(2_000_000);
    expect([isSessionId(early), early < late, early.length]).toEqual([true, true, 26]);
    expect(newUlid(1_000_000)).not.toBe(early);
  });

  it('of runs carry their session', () => {
    const session = newUlid(5);
    expect(parseRunId(runId(session, 12))).toEqual({ sessionId: session, n: 12 });
    expect(() => parseRunId(`${session}.0`)).toThrow('run id must look like <sessionId>.<n>');
    expect(() => parseRunId('../../etc')).toThrow('"../../etc"');
  });

  it('markers have the form that scripts expect', () => {
    expect(newMarker()).toMatch(/^__AT_MARKER_[0-9a-f]{32}__$/);
  });

  it.each(['build', 'ärger-2', 'a.b_c'])('%s may name a session', (name) => {
    expect(() => checkSessionName(name)).not.toThrow();
  });

  it.each([
    ['', 'must be a letter'],
    ['-x', 'must be a letter'],
    ['a b', 'must be a letter'],
    ['\u001b[31m', 'must be a letter'],
    ['wait', 'is a word of the run command'],
    ['x'.repeat(65), 'more than 64 characters'],
    ['01ARZ3NDEKTSV4RRFFQ69G5FAV', 'looks like a session id'],
  ])('%j may not', (name, why) => {
    expect(() => checkSessionName(name)).toThrow(why);
  });
});
