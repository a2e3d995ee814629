import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { buildScreenWorker } from '../../../support/screenWorker.ts';
import type { BuiltWorker } from '../../../support/screenWorker.ts';
import { Session, never, startService } from './session.ts';

let good: BuiltWorker;
beforeAll(async () => {
  good = await buildScreenWorker();
});
afterAll(() => good[Symbol.dispose]());

describe('a live screen', () => {
  it('shows everything fed before the request, sizes in order', async () => {
    await using started = startService(good.entry);
    const { service } = started;
    const session = new Session(service, 's1');
    session.print('one\r\n');
    session.print('two');
    session.resize(30, 2);
    const seq = session.print('!');
    expect(await session.screen.state({ includeScrollback: true })).toMatchObject({
      capturedAtSeq: seq,
      cols: 30,
      rows: 2,
      visibleLines: [{ text: 'one' }, { text: 'two!' }],
      scrollbackLines: [],
    });
  });

  it('keeps sessions apart', async () => {
    await using started = startService(good.entry);
    const { service } = started;
    const [a, b] = [new Session(service, 'a'), new Session(service, 'b')];
    a.print('A');
    b.print('B');
    expect([(await a.lines())[0], (await b.lines())[0]]).toEqual(['A', 'B']);
  });

  it('tells its lag until all is parsed', async () => {
    await using started = startService(good.entry);
    const { service } = started;
    const session = new Session(service, 's1');
    const seen: number[] = [];
    session.screen.onLagChange((lag) => seen.push(lag));
    const flood = 'flood\r\n'.repeat(100_000);
    session.print(flood);
    session.print('end');
    expect(session.screen.lagBytes).toBe(flood.length + 3);
    await session.lines();
    expect(session.screen.lagBytes).toBe(0);
    expect(seen.slice(0, 2)).toEqual([flood.length, flood.length + 3]);
    expect(seen.length).toBeGreaterThan(3);
    expect(seen.at(-1)).toBe(0);
  });

  it('rejects what is pending when it is closed, and what is asked later', async () => {
    await using started = startService(good.entry);
    const { service } = started;
    const session = new Session(service, 's1');
    const wait = session.screen.waitFor({ kind: 'text', text: 'never' }, { signal: never() });
    session.screen[Symbol.dispose]();
    await expect(wait).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(session.lines()).rejects.toMatchObject({ code: 'CANCELLED' });
    session.print('ignored');
    expect(session.screen.lagBytes).toBe(0);
  });
});

describe('a wait', () => {
  it('is answered by what is there already', async () => {
    await using started = startService(good.entry);
    const { service } = started;
    const session = new Session(service, 's1');
    const seq = session.print('ready> ');
    expect(await session.screen.waitFor({ kind: 'regex', regex: '^re.dy' }, { signal: never() })).toEqual({
      matchedText: 'ready',
      cursorRow: 0,
      cursorCol: 7,
      capturedAtSeq: seq,
      screenHash: (await session.screen.state({ includeScrollback: false })).screenHash,
    });
  });

  it('is answered by what comes, across a wrap', async () => {
    await using started = startService(good.entry);
    const { service } = started;
    const session = new Session(service, 's1');
    const wait = session.screen.waitFor({ kind: 'text', text: 'over the edge' }, { signal: never() });
    session.print('........................');
    session.print('over the edge');
    expect(await wait).toMatchObject({ matchedText: 'over the edge', cursorRow: 1, capturedAtSeq: 1 });
  });

  it('answers once the screen rests', async () => {
    await using started = startService(good.entry);
    const { service } = started;
    const session = new Session(service, 's1');
    session.print('x');
    const match = await session.screen.waitFor({ kind: 'stable', stableMs: 30 }, { signal: never() });
    expect(match).not.toHaveProperty('matchedText');
    expect(match).toMatchObject({ cursorCol: 1, capturedAtSeq: 0 });
  });

  it('rejects with the reason of its signal, before and after it began', async () => {
    await using started = startService(good.entry);
    const { service } = started;
    const session = new Session(service, 's1');
    const reason = new Error('gone');
    await expect(
      session.screen.waitFor({ kind: 'text', text: 'x' }, { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    const controller = new AbortController();
    const wait = session.screen.waitFor({ kind: 'text', text: 'x' }, { signal: controller.signal });
    controller.abort(reason);
    await expect(wait).rejects.toBe(reason);
    session.print('x');
    expect(await session.lines()).toEqual(['x', '', '', '', '']);
  });

  it('rejects a bad pattern and a slow one, and the screen goes on', async () => {
    await using started = startService(good.entry);
    const { service, failures } = started;
    const session = new Session(service, 's1');
    session.print('a'.repeat(60));
    await expect(session.screen.waitFor({ kind: 'regex', regex: '(' }, { signal: never() })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    await expect(
      session.screen.waitFor({ kind: 'regex', regex: '^(a|a)*$X' }, { signal: never() }),
    ).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      details: { reason: 'regex-too-slow', regex: '^(a|a)*$X' },
    });
    session.print('\r\nb');
    expect(await session.screen.waitFor({ kind: 'text', text: 'b' }, { signal: never() })).toMatchObject({
      matchedText: 'b',
    });
    expect(failures).toEqual([]);
  });
});

describe('hostile output', () => {
  it('does not hold up the screens of other sessions', async () => {
    await using started = startService(good.entry);
    const { service, failures } = started;
    const [victim, other] = [new Session(service, 'victim'), new Session(service, 'other')];
    victim.print('\x1bc'.repeat(5_000) + '\x1b[?1049h\x1b[?1049l'.repeat(30_000));
    const victimIsDone = new AbortController();
    const end = victim.lines().then(() => victimIsDone.abort());
    const delaysMs: number[] = [];
    while (!victimIsDone.signal.aborted) {
      const startMs = systemClock.nowMs();
      other.print('x');
      await other.lines();
      delaysMs.push(systemClock.nowMs() - startMs);
    }
    await end;
    // all but one in a hundred, which a busy machine may take the processor from
    const usualMs = delaysMs.toSorted((a, b) => a - b)[Math.ceil(delaysMs.length * 0.99) - 1];
    expect(usualMs).toBeLessThan(300);
    expect(failures).toEqual([]);
  });
});

describe('a wait that counts from an event', () => {
  it('sees only rows that came later, and tells where the screen was', async () => {
    await using started = startService(good.entry);
    const session = new Session(started.service, 's1');
    session.print('word\r\n');
    session.screen.stamp(0);
    const wait = session.screen.waitFor({ kind: 'text', text: 'word' }, { signal: never(), afterSeq: 0 });
    const other = session.print('other\r\n');
    const { capturedAtSeq } = await session.screen.waitFor({ kind: 'text', text: 'other' }, { signal: never() });
    const seq = session.print('word');
    expect([capturedAtSeq, (await wait).capturedAtSeq]).toEqual([other, seq]);
  });

  it('may count from what a snapshot or another wait saw', async () => {
    await using started = startService(good.entry);
    const session = new Session(started.service, 's1');
    session.print('word\r\n');
    const state = await session.screen.state({ includeScrollback: false });
    session.print('word 2\r\n');
    const options = { signal: never(), afterSeq: state.capturedAtSeq };
    const first = await session.screen.waitFor({ kind: 'regex', regex: 'word.*' }, options);
    expect(first).toMatchObject({ matchedText: 'word 2', capturedAtSeq: 1 });
    session.print('word 3\r\n');
    const next = { signal: never(), afterSeq: first.capturedAtSeq };
    expect(await session.screen.waitFor({ kind: 'regex', regex: 'word.*' }, next)).toMatchObject({
      matchedText: 'word 3',
    });
  });

  it('is refused when the screen was not kept, and says which events may be used', async () => {
    await using started = startService(good.entry);
    const session = new Session(started.service, 's1');
    for (let i = 0; i < 5; i += 1) session.print(`${i}\r\n`);
    session.screen.stamp(4);
    const wait = session.screen.waitFor({ kind: 'text', text: '4' }, { signal: never(), afterSeq: 2 });
    await expect(wait).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'the screen as it stood after event 2 was not kept',
      details: { afterSeq: 2, kept: [{ fromSeq: 0, toSeq: -1 }, { fromSeq: 4 }] },
    });
  });
});

describe('a screen with its cells', () => {
  it('is of one moment, as objects in JSON', async () => {
    await using started = startService(good.entry);
    const session = new Session(started.service, 's1');
    session.print('\u001b[32mgreen\u001b[0m\r\n'.repeat(6));
    const asked = session.screen.stateWithCells({ includeScrollback: true });
    session.print('later');
    const { state, cells } = await asked;
    const parse = (parts: readonly Uint8Array[] = []): unknown => JSON.parse(`[${Buffer.concat(parts).toString()}]`);
    expect(state.visibleLines.map(({ text }) => text)).toEqual(['green', 'green', 'green', 'green', '']);
    const green = 'green'.split('').map((char) => ({ char, fg: 'palette:2' }));
    expect(parse(cells.scrollback)).toEqual([0, 1].map((lineNumber) => ({ lineNumber, cells: green })));
    expect(parse(cells.visible)).toHaveLength(5);
  });
});
