import { beforeEach, describe, expect, it } from 'vitest';
import { HeldOutput, LONG_HOLD_MS, SHORT_HOLD_MS } from '../../../../src/host/session/heldOutput.ts';
import type { SessionRedaction } from '../../../../src/host/session/sessionRedaction.ts';
import type { NewEvent } from '../../../../src/protocol/events.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { redactionOf } from '../../../support/redactions.ts';

const SECRET = 'hunter2-Tr0ub4dor';

let clock: FakeClock;
let redaction: SessionRedaction;
let held: HeldOutput;
let shown: string;
let events: NewEvent[];
let reason: string | null;
/** Output that has come and that nobody has read. */
let unread: string[];

beforeEach(() => {
  clock = new FakeClock();
  redaction = redactionOf([SECRET]);
  shown = '';
  events = [];
  reason = null;
  unread = [];
  held = new HeldOutput({
    clock,
    redaction,
    flow: {
      get reason() {
        return reason;
      },
    },
    pty: { readNow: () => true },
    drainOutput: () => {
      for (const text of unread.splice(0)) print(text);
    },
    give: (bytes) => void (shown += bytes.toString()),
    append: (event) => void events.push(event),
  });
});

function print(text: string): void {
  shown += redaction.output?.feed(Buffer.from(text)).toString() ?? '';
  held.turnDone();
}

describe('output that may be the beginning of a secret', () => {
  it('goes out after a moment when it is a letter or two, after a second when it looks like one', () => {
    print('> h');
    clock.advance(SHORT_HOLD_MS - 1);
    expect(shown).toBe('> ');
    clock.advance(1);
    expect(shown).toBe('> h');
    print(' hunt');
    clock.advance(LONG_HOLD_MS - 1);
    expect(shown).toBe('> h ');
    clock.advance(1);
    expect(shown).toBe('> h hunt');
    expect(clock.pendingTimers).toBe(0);
  });

  it('is held a second at the most, however often more of it comes', () => {
    print('hunt');
    for (const char of 'er2-Tr') {
      clock.advance(LONG_HOLD_MS / 5);
      print(char);
    }
    expect(shown).toBe('hunter2-**');
  });

  it('is masked when what came late was there in time', () => {
    print('hunt');
    unread.push(SECRET.slice(4));
    clock.advance(LONG_HOLD_MS);
    expect(shown).toBe('*'.repeat(SECRET.length));
  });

  it('stays while reading is stopped: the rest may be what is not read', () => {
    reason = 'the live screen lags behind';
    print('hunt');
    clock.advance(10 * LONG_HOLD_MS);
    expect(shown).toBe('');
    reason = null;
    clock.advance(LONG_HOLD_MS);
    expect(shown).toBe('hunt');
  });

  it('goes out before something is done to the session, unless it looks like one', () => {
    print('> hun');
    held.settle();
    expect(shown).toBe('> hun');
    print(' hunt');
    held.settle();
    expect(shown).toBe('> hun ');
  });

  it('has no timer any more when the program is gone', () => {
    print(`${SECRET} hunt`);
    print(SECRET);
    held.end();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('how often something was masked', () => {
  const told = (): unknown[] => events.map(({ payload }) => payload);

  it('is told by rule, at most once a second, and at the end', () => {
    print(`${SECRET} ${SECRET}`);
    print(SECRET);
    print(`${SECRET}.`);
    expect(told()).toEqual([{ counts: { values: 2 } }]);
    clock.advance(1_000);
    expect(told()).toEqual([{ counts: { values: 2 } }, { counts: { values: 2 } }]);
    print(SECRET);
    held.end();
    expect(told()).toHaveLength(3);
    expect(redaction.counts).toEqual({ values: 5 });
  });

  it('is not told by a session that masks nothing', () => {
    const none = redactionOf();
    expect([none.output, none.input, none.facts]).toEqual([undefined, undefined, undefined]);
    expect(none.mask(SECRET)).toEqual({ text: SECRET, isMasked: false });
  });
});
