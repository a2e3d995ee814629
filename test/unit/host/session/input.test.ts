import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogAppender } from '../../../../src/eventlog/appender.ts';
import { readEvents } from '../../../../src/eventlog/reader.ts';
import { ModeScanner } from '../../../../src/host/pty/modeScanner.ts';
import { SessionInput } from '../../../../src/host/session/input.ts';
import { Journal } from '../../../../src/host/session/journal.ts';
import { SessionVerbs } from '../../../../src/host/session/verbs.ts';
import { TtyError } from '../../../../src/protocol/errors.ts';
import { MAX_PASTE_BYTES } from '../../../../src/protocol/limits.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakePty } from '../../../support/fakePty.ts';
import { redactionOf } from '../../../support/redactions.ts';
import { SESSION } from '../../../support/runBench.ts';

let directory: string;
let log: string;
let pty: FakePty;
let modes: ModeScanner;
let journal: Journal;
let input: SessionInput;
let verbs: SessionVerbs;
let ended: boolean;
/** What happened, in order. */
let steps: string[];
let typed: number[];
let closed: AbortController;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-input-'));
  log = path.join(directory, 'events.jsonl');
  const clock = new FakeClock();
  pty = new FakePty({ clock });
  modes = new ModeScanner();
  const started = {
    command: ['cat'],
    cwd: '/',
    cols: 80,
    rows: 24,
    term: 'xterm',
    toolVersion: '0',
    platform: 'linux',
  };
  journal = new Journal(
    LogAppender.create(log, {
      sessionId: SESSION,
      clock,
      started: { formatVersion: 1, sessionId: SESSION, unicodeVersion: '11', ...started },
    }),
    clock,
    () => undefined,
  );
  ended = false;
  steps = [];
  typed = [];
  closed = new AbortController();
  const shared = {
    pty,
    journal,
    redaction: redactionOf(),
    drainOutput: () => undefined,
    onInterrupt: () => void steps.push('interrupt'),
    onTyped: (_: Buffer, answers: number) => void typed.push(answers),
    assertLive: () => {
      if (ended) throw new TtyError('SESSION_NOT_RUNNING', 'over');
    },
  };
  input = new SessionInput({ ...shared, modes: () => modes.modes });
  verbs = new SessionVerbs({
    ...shared,
    sessionId: SESSION,
    screen: {
      resize: (cols, rows, seq) => void steps.push(`screen ${cols}x${rows} at ${seq}, log at ${journal.head.seq}`),
    },
    onResized: ({ cols, rows }) => void steps.push(`record ${cols}x${rows}`),
  });
});
afterEach(async () => {
  await journal.close();
  fs.rmSync(directory, { recursive: true });
});

function paste(text: string, changes: Partial<Parameters<SessionInput['paste']>[0]> = {}) {
  const connection = { id: 1, closed: closed.signal };
  return input.paste({ connection, text, more: false, raw: false, force: false, enter: false, ...changes });
}

async function events(): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { type, payload } of readEvents(log)) if (type !== 'session_started') found.push({ type, payload });
  return found;
}

it('tells how many lines and interrupts others typed', () => {
  const connection = { id: 1, closed: closed.signal };
  input.type({ connection, text: 'half ', more: false, force: false });
  input.type({ connection, text: 'a\nb\n', more: false, force: false });
  input.keys(['Ctrl+C', 'Enter', 'x']);
  expect(typed).toEqual([0, 2, 2]);
});

describe('a paste', () => {
  it('is framed only while the program asks for it, and logged without the frame', async () => {
    expect(paste('a\nb')).toEqual({
      seq: 1,
      bytesWritten: 3,
      bracketed: false,
      removedMarkers: 0,
      firstMarkerByte: null,
    });
    modes.feed(Buffer.from('\u001b[?2004h'));
    expect(paste('c\u001b[201~')).toMatchObject({
      bytesWritten: 13,
      bracketed: true,
      removedMarkers: 1,
      firstMarkerByte: 1,
    });
    modes.feed(Buffer.from('\u001b[?2004l'));
    expect(paste('d', { enter: true })).toMatchObject({ seq: 4, bytesWritten: 2, bracketed: false });
    expect(pty.input.toString()).toBe('a\rb\u001b[200~c\u001b[201~d\r');
    expect(await events()).toEqual([
      { type: 'input_paste', payload: { data: 'a\rb', bracketed: false } },
      { type: 'input_paste', payload: { data: 'c', bracketed: true } },
      { type: 'input_paste', payload: { data: 'd', bracketed: false } },
      { type: 'input_keys', payload: { keys: ['Enter'] } },
    ]);
  });

  it('looks at what has come before it asks for the mode', () => {
    const late = new SessionInput({
      pty,
      journal,
      redaction: redactionOf(),
      drainOutput: () => modes.feed(Buffer.from('\u001b[?2004h')),
      onInterrupt: () => undefined,
      onTyped: () => undefined,
      assertLive: () => undefined,
      modes: () => modes.modes,
    });
    const connection = { id: 1, closed: closed.signal };
    const request = { connection, text: 'x', more: false, raw: false, force: false, enter: false };
    expect(late.paste(request)).toMatchObject({ bracketed: true });
  });

  it('is the same however it is cut into parts', () => {
    const piece = fc.constantFrom('\u001b[20', '1~', '\u001b[201~', '\u009b200~', 'x', '曛', '\r\n', '\u{1f31b}');
    const parts = fc.array(fc.array(piece, { maxLength: 4 }), { minLength: 1, maxLength: 5 });
    modes.feed(Buffer.from('\u001b[?2004h'));
    fc.assert(
      fc.property(parts, (pieces) => {
        const texts = pieces.map((some) => some.join(''));
        const sent = (act: () => void): string => {
          const before = pty.input.length;
          act();
          return pty.input.subarray(before).toString('hex');
        };
        const whole = sent(() => void paste(texts.join(''), { raw: true }));
        const cut = sent(() => {
          for (const [index, text] of texts.entries()) paste(text, { raw: true, more: index < texts.length - 1 });
        });
        expect(cut).toBe(whole);
      }),
      { numRuns: 200 },
    );
  });

  it('tells that an interrupt is in it, if that was let through', () => {
    expect(() => paste('a\u0003')).toThrow('Ctrl+C at byte 1');
    expect(pty.input.length).toBe(0);
    paste('a\u0003', { raw: true });
    expect(steps).toEqual(['interrupt']);
  });

  it('is refused whole: too long a line, too large, no room', async () => {
    pty.setModes({ canonical: true, echo: true });
    expect(() => paste(`${'x'.repeat(4_095)}\n${'y'.repeat(4_096)}`)).toThrow('line 2 has 4096 bytes');
    paste('z'.repeat(4_096), { force: true });
    pty.setModes({ canonical: false, echo: false });
    expect(() => paste('x'.repeat(MAX_PASTE_BYTES + 1))).toThrow('more than');
    pty.allowInput(0);
    modes.feed(Buffer.from('\u001b[?2004h'));
    paste('x'.repeat(MAX_PASTE_BYTES), { enter: true });
    const { seq } = journal.head;
    expect(() => paste('more')).toThrow(/^0 of 16 bytes accepted: the program is not reading, \d+ bytes wait already$/);
    expect(journal.head.seq).toBe(seq);
  });

  it('is dropped with its connection, and never mixed with typed text', () => {
    paste('lost ', { more: true });
    closed.abort();
    closed = new AbortController();
    paste('kept');
    expect(pty.input.toString()).toBe('kept');
    const connection = { id: 1, closed: closed.signal };
    paste('a', { more: true });
    expect(() => input.type({ connection, text: 'b', more: false, force: false })).toThrow('a part of input.type');
    paste('!');
    expect(pty.input.toString()).toBe('kept!');
  });
});

describe('a change of the size', () => {
  it('is logged first, then told to terminal, screen and record', async () => {
    expect(verbs.resize({ cols: 100, rows: 30 })).toEqual({ cols: 100, rows: 30, seq: 1 });
    expect(verbs.resize({ cols: 100, rows: 30 })).toEqual({ cols: 100, rows: 30, seq: 2 });
    expect(pty.sizes).toEqual([
      { cols: 100, rows: 30 },
      { cols: 100, rows: 30 },
    ]);
    expect(steps.slice(0, 2)).toEqual(['screen 100x30 at 1, log at 1', 'record 100x30']);
    expect(await events()).toHaveLength(2);
  });
});

describe('a marker', () => {
  it('stands in the log with its label', async () => {
    expect(verbs.mark('login done')).toEqual({ seq: 1 });
    expect(await events()).toEqual([{ type: 'marker', payload: { label: 'login done' } }]);
    expect(() => verbs.mark('a\nb')).toThrow('control character');
  });
});

describe('a signal', () => {
  it('is logged before it acts, and says when there was nobody to get it', async () => {
    // The fake program has no process, so nothing can be signalled.
    expect(verbs.signal('INT', { tree: false })).toEqual({ signal: 'SIGINT', delivered: false, processes: 0, seq: 1 });
    expect(steps).toEqual(['interrupt']);
    expect(verbs.signal('term', { tree: true })).toMatchObject({ signal: 'SIGTERM', delivered: false });
    expect(steps).toEqual(['interrupt']);
    expect(() => verbs.signal('FOO', { tree: false })).toThrow('no signal "FOO"');
    expect(await events()).toEqual([
      { type: 'signal', payload: { signal: 'SIGINT' } },
      { type: 'signal', payload: { signal: 'SIGTERM', tree: true } },
    ]);
  });
});

describe('a session that has ended', () => {
  it('takes nothing, and nothing is logged', async () => {
    ended = true;
    const acts = [
      () => paste('x'),
      () => verbs.mark('x'),
      () => verbs.resize({ cols: 1, rows: 1 }),
      () => verbs.signal('KILL', { tree: true }),
    ];
    for (const act of acts) expect(act).toThrow('over');
    expect(await events()).toEqual([]);
  });
});
