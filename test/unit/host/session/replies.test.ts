import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Replies } from '../../../../src/host/session/replies.ts';
import { MAX_REPLIES, MAX_REPLY_BYTES, ReplyBudget, WINDOW_MS } from '../../../../src/host/session/replyBudget.ts';
import { MAX_INPUT_BYTES } from '../../../../src/protocol/limits.ts';
import { TtyError } from '../../../../src/protocol/errors.ts';
import type { NewEvent } from '../../../../src/protocol/events.ts';
import type { Answer } from '../../../../src/screen/worker/answerBatch.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakePty } from '../../../support/fakePty.ts';

const DATA = '\u001b[0n';

/** A log in memory. `blocked` makes it refuse everything. */
class Log {
  readonly events: NewEvent[] = [];
  blocked: string | null = null;
  /** Called with each event before it is accepted. */
  onEvent: (event: NewEvent) => void = () => undefined;

  get nextSeq(): number {
    return this.events.length;
  }

  enqueue(event: NewEvent): number {
    this.onEvent(event);
    return this.events.push(event) - 1;
  }

  commit(...events: readonly NewEvent[]): number {
    if (this.blocked !== null) throw new TtyError('STORAGE_WRITE_ERROR', 'nothing was sent');
    for (const event of events) this.enqueue(event);
    return this.nextSeq - 1;
  }
}

let clock: FakeClock;
let pty: FakePty;
let log: Log;
let paste: boolean;
let replies: Replies;

/** `onOutput` is called when output of the program is read. */
function start(options: { isLineEditor?: boolean; isRawBeforePrompt?: boolean; onOutput?: () => void } = {}): void {
  const { isLineEditor = true, isRawBeforePrompt = false, onOutput = () => undefined } = options;
  replies = new Replies({
    clock,
    pty,
    journal: log,
    isLineEditor,
    isRawBeforePrompt,
    bracketedPaste: () => paste,
    drainOutput: () => undefined,
  });
  pty.onData(() => onOutput());
}

beforeEach(() => {
  clock = new FakeClock();
  pty = new FakePty({ clock });
  log = new Log();
  paste = false;
  start();
});

function answer(change: Partial<Answer> = {}): Answer {
  return { query: 'DSR', data: DATA, seq: log.nextSeq, bracketedPaste: paste, ...change };
}

function dropped(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type, payload } of log.events)
    if (type === 'reply_dropped') counts[payload.reason] = (counts[payload.reason] ?? 0) + payload.count;
  return counts;
}

describe('an answer to a program that waits', () => {
  it('is typed, and on record before its first byte goes out', () => {
    let inputAtRecord: string | undefined;
    log.onEvent = () => (inputAtRecord = pty.input.toString());
    replies.take([answer()], 0);
    expect(log.events).toEqual([{ type: 'reply', payload: { query: 'DSR', data: DATA } }]);
    expect(inputAtRecord).toBe('');
    expect(pty.input.toString()).toBe(DATA);
  });

  it.each([
    ['takes lines', { canonical: true, echo: false }],
    ['echoes', { canonical: false, echo: true }],
    ['does both', { canonical: true, echo: true }],
  ])('is not typed into a terminal that %s', (_, modes) => {
    pty.setModes(modes);
    replies.take([answer(), answer(), answer()], 7);
    replies.end();
    expect(pty.input.toString()).toBe('');
    expect(log.events.map((event) => event.type)).toEqual(['reply_dropped', 'reply_dropped']);
    expect(dropped()).toEqual({ not_raw: 10 });
  });

  it('is not typed when the log takes nothing, and nothing piles up', () => {
    log.blocked = 'ENOSPC';
    for (let i = 0; i < 100; i += 1) replies.take([answer()], 5);
    replies.end();
    expect([pty.input.length, log.events.length]).toEqual([0, 0]);
  });

  it('is not typed when the queue of input is full', () => {
    pty.allowInput(0);
    pty.write(Buffer.alloc(MAX_INPUT_BYTES));
    replies.take([answer()], 0);
    expect(dropped()).toEqual({ input_full: 1 });
    expect(log.events.some((event) => event.type === 'reply')).toBe(false);
  });

  it('is not typed after the program ended', () => {
    replies.end();
    replies.take([answer()], 3);
    expect([pty.input.length, log.events.length]).toEqual([0, 0]);
  });
});

describe('a query whose asker is gone', () => {
  it('is not answered after the mark of a run that ended or of a prompt', () => {
    const asked = answer();
    log.enqueue({ type: 'output', payload: { data: 'x' } });
    replies.askersGone();
    replies.take([asked, answer()], 0);
    expect(pty.input.toString()).toBe(DATA);
    expect(dropped()).toEqual({ asker_gone: 1 });
  });

  it('is not answered when that mark is written and not read yet', () => {
    start({ onOutput: () => replies.askersGone() });
    const asked = answer();
    log.enqueue({ type: 'output', payload: { data: 'x' } });
    pty.pause();
    pty.print('mark and prompt');
    pty.resume();
    replies.take([asked], 0);
    expect(pty.input.toString()).toBe('');
    expect(dropped()).toEqual({ asker_gone: 1 });
  });

  it('is not answered when the editor of a shell without marks began to read since', () => {
    replies.editorReads();
    log.enqueue({ type: 'output', payload: { data: 'x' } });
    const asked = answer({ bracketedPaste: false });
    paste = true;
    replies.take([asked], 0);
    expect(pty.input.toString()).toBe('');
    expect(dropped()).toEqual({ asker_gone: 1 });
  });

  it('is answered when it is the editor that asks, a built-in that reads, or a shell that starts', () => {
    const atStart = answer({ bracketedPaste: false });
    log.enqueue({ type: 'output', payload: { data: 'x' } });
    paste = true;
    replies.editorReads();
    replies.take([atStart, answer({ bracketedPaste: true })], 0);
    paste = false;
    replies.take([answer({ bracketedPaste: false })], 0);
    expect(pty.input.toString()).toBe(DATA.repeat(3));
  });

  it('is not answered while a shell holds the terminal raw and its editor does not read yet', () => {
    start({ isRawBeforePrompt: true });
    const atStart = answer();
    log.enqueue({ type: 'output', payload: { data: 'x' } });
    replies.editorReads();
    replies.take([atStart, answer()], 0);
    expect(pty.input.toString()).toBe(DATA);
    expect(dropped()).toEqual({ asker_gone: 1 });
    paste = true;
    replies.take([answer()], 0);
    paste = false;
    pty.setForegroundGroup(pty.pid - 1);
    replies.take([answer()], 0);
    expect(pty.input.toString()).toBe(DATA.repeat(3));
  });

  it('is answered when another program than the shell holds the terminal, whatever it switches', () => {
    replies.editorReads();
    pty.setForegroundGroup(pty.pid - 1);
    paste = true;
    replies.take([answer({ bracketedPaste: false })], 0);
    expect(pty.input.toString()).toBe(DATA);
  });

  it('is answered when the program of the session is no shell', () => {
    start({ isLineEditor: false });
    replies.editorReads();
    paste = true;
    replies.take([answer({ bracketedPaste: false })], 0);
    expect(pty.input.toString()).toBe(DATA);
  });
});

describe('the bound of answers', () => {
  it('holds in any second, in number and bytes, and counts what it drops', () => {
    const step = fc.record({ afterMs: fc.nat(400), count: fc.nat(40), bytes: fc.integer({ min: 4, max: 60 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        clock = new FakeClock();
        pty = new FakePty({ clock });
        log = new Log();
        start();
        const typed: { atMs: number; bytes: number }[] = [];
        pty.onInput((bytes) => typed.push({ atMs: clock.nowMs(), bytes: bytes.length }));
        let asked = 0;
        for (const { afterMs, count, bytes } of steps) {
          clock.advance(afterMs);
          asked += count;
          replies.take(
            Array.from({ length: count }, () => answer({ data: 'x'.repeat(bytes) })),
            0,
          );
        }
        replies.end();
        for (const { atMs } of typed) {
          const second = typed.filter((other) => other.atMs >= atMs && other.atMs < atMs + WINDOW_MS);
          expect(second.length).toBeLessThanOrEqual(MAX_REPLIES);
          expect(second.reduce((sum, other) => sum + other.bytes, 0)).toBeLessThanOrEqual(MAX_REPLY_BYTES);
        }
        expect(typed.length + (dropped()['rate'] ?? 0)).toBe(asked);
      }),
      { numRuns: 100 },
    );
  });

  it('opens again after a second', () => {
    const budget = new ReplyBudget(clock);
    for (let i = 0; i < MAX_REPLIES; i += 1) {
      expect(budget.hasRoom(4)).toBe(true);
      budget.take(4);
    }
    expect(budget.hasRoom(4)).toBe(false);
    clock.advance(WINDOW_MS - 1);
    expect(budget.hasRoom(4)).toBe(false);
    clock.advance(1);
    expect(budget.hasRoom(MAX_REPLY_BYTES)).toBe(true);
    expect(budget.hasRoom(MAX_REPLY_BYTES + 1)).toBe(false);
  });

  it('says what was dropped at most once a second, and the rest at the end', () => {
    for (let ms = 0; ms < 5_000; ms += 10) {
      replies.take([], 3);
      clock.advance(10);
    }
    expect(log.events.length).toBe(5);
    replies.end();
    expect(log.events.length).toBe(6);
    expect(dropped()).toEqual({ rate: 1_500 });
  });
});
