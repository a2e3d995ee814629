import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { ScreenItem } from '../../../src/screen/liveScreen.ts';
import { buildScreenWorker } from '../../support/screenWorker.ts';
import type { BuiltWorker } from '../../support/screenWorker.ts';
import { Session, never, startService } from './session.ts';

let hostile: BuiltWorker;
beforeAll(async () => {
  hostile = await buildScreenWorker(fileURLToPath(new URL('./hostileWorker.ts', import.meta.url)));
});
afterAll(() => hostile[Symbol.dispose]());

// oxlint-disable-next-line require-yield
async function* unreadable(): AsyncGenerator<ScreenItem> {
  throw new Error('no log');
}

describe('a worker that fails', () => {
  it('is replaced after a crash, and its screens are rebuilt without the bytes that caused it', async () => {
    await using started = startService(hostile.entry);
    const { service, failures } = started;
    const [culprit, other] = [new Session(service, 'culprit'), new Session(service, 'other')];
    culprit.print('before\r\n');
    culprit.resize(30, 6);
    other.print('other');
    await Promise.all([culprit.lines(), other.lines()]);
    const seq = culprit.print('CRASH\r\n');
    await started.reported(2);
    culprit.print('after');
    expect(await culprit.lines()).toEqual(['before', 'after', '', '', '', '']);
    expect(await other.lines()).toEqual(['other', '', '', '', '']);
    expect(failures).toEqual([
      { id: 'culprit', reason: 'the screen worker failed', skippedSeq: seq, lost: false },
      { id: 'other', reason: 'the screen worker failed', lost: false },
    ]);
    expect([culprit.screen.lagBytes, other.screen.lagBytes]).toEqual([0, 0]);
  });

  it('leaves what waits count from: the rebuilt screen is stamped where the old one was', async () => {
    await using started = startService(hostile.entry);
    const session = new Session(started.service, 's1');
    session.print('one word\r\n');
    session.screen.stamp(0);
    session.print('two word\r\n');
    const { capturedAtSeq } = await session.screen.state({ includeScrollback: false });
    session.print('three\r\n');
    await session.lines();
    session.print('CRASH');
    await started.reported(1);
    const since = (afterSeq: number): Promise<unknown> =>
      session.screen.waitFor({ kind: 'regex', regex: '\\w+ word' }, { signal: never(), afterSeq });
    expect(await since(0)).toMatchObject({ matchedText: 'two word' });
    const next = since(capturedAtSeq);
    session.print('four word');
    expect(await next).toMatchObject({ matchedText: 'four word' });
  });

  it('is replaced when it hangs, and what was asked survives', async () => {
    await using started = startService(hostile.entry);
    const { service, failures } = started;
    const [culprit, other] = [new Session(service, 'culprit'), new Session(service, 'other')];
    other.print('here');
    await other.lines();
    culprit.print('a');
    culprit.print('HANG');
    const culpritLines = culprit.lines();
    const wait = other.screen.waitFor({ kind: 'text', text: 'later' }, { signal: never() });
    const state = other.screen.state({ includeScrollback: false });
    const startMs = systemClock.nowMs();
    expect((await state).visibleLines[0]?.text).toBe('here');
    expect(systemClock.nowMs() - startMs).toBeLessThan(6_000);
    expect(failures).toEqual([
      { id: 'culprit', reason: 'the screen worker made no progress for 2000 ms', skippedSeq: 1, lost: false },
      { id: 'other', reason: 'the screen worker made no progress for 2000 ms', lost: false },
    ]);
    other.print(' later');
    expect(await wait).toMatchObject({ matchedText: 'later', cursorCol: 10 });
    expect((await culpritLines)[0]).toBe('a');
    culprit.print('fine');
    expect((await culprit.lines())[0]).toBe('afine');
  });

  it('rebuilds a long log in order, with what was fed meanwhile at its end', async () => {
    await using started = startService(hostile.entry);
    const { service } = started;
    const session = new Session(service, 's1');
    for (let i = 0; i < 300; i += 1) session.print(`${i} ${'-'.repeat(8_000)}\r\n`);
    await session.lines();
    session.print('CRASH');
    await started.reported(1);
    const seq = session.print('meanwhile');
    const state = await session.screen.state({ includeScrollback: false });
    expect(state.capturedAtSeq).toBe(seq);
    expect(state.visibleLines.at(-1)?.text).toBe('meanwhile');
    expect(session.screen.lagBytes).toBe(0);
  });

  it('rebuilds a long log from its last checkpoint, with the same screen and scrollback', async () => {
    await using started = startService(hostile.entry);
    const { service } = started;
    const read: number[] = [];
    const session: Session = new Session(service, 's1', async function* replay(afterSeq: number) {
      read.push(afterSeq);
      yield* session.log.filter((item) => item.seq > afterSeq);
    });
    session.resize(90, 7);
    for (let i = 0; i < 1_200; i += 1) session.print(`${i} ${'-'.repeat(8_000)}\r\n`);
    session.print('\u001b[2;5rthe end');
    const before = await session.screen.state({ includeScrollback: true });
    session.print('CRASH');
    await started.reported(1);
    expect(await session.screen.state({ includeScrollback: true })).toEqual(before);
    expect(read.every((afterSeq) => afterSeq > 900)).toBe(true);
  });

  it('survives a second crash during the rebuild', async () => {
    await using started = startService(hostile.entry);
    const { service } = started;
    const session = new Session(service, 's1');
    session.print('a');
    session.print('CRASH one');
    await started.reported(1);
    session.print('b');
    session.print('CRASH two');
    session.print('c');
    await started.reported(2);
    session.print('d');
    expect((await session.lines())[0]).toBe('abcd');
  });

  it('loses only the screen whose log cannot be replayed', async () => {
    await using started = startService(hostile.entry);
    const { service, failures } = started;
    const [lost, kept] = [new Session(service, 'lost', unreadable), new Session(service, 'kept')];
    kept.print('kept');
    await kept.lines();
    const wait = lost.screen.waitFor({ kind: 'text', text: 'x' }, { signal: never() });
    kept.print('CRASH');
    await expect(wait).rejects.toMatchObject({ code: 'REPLAY_ERROR' });
    await expect(lost.lines()).rejects.toMatchObject({ code: 'REPLAY_ERROR' });
    expect((await kept.lines())[0]).toBe('kept');
    expect(failures.filter((failure) => failure.lost).map((failure) => failure.id)).toEqual(['lost']);
  });

  it('is given up when it cannot even start', async () => {
    await using started = startService(path.join(import.meta.dirname, 'no-such-worker.mjs'));
    const { service } = started;
    const session = new Session(service, 's1');
    await expect(session.lines()).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    const later = new Session(service, 's2');
    await expect(later.lines()).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
  });
});
