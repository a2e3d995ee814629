import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import type { ScreenItem } from '../../../../src/screen/live/liveScreen.ts';
import { buildScreenWorker } from '../../../support/screenWorker.ts';
import type { BuiltWorker } from '../../../support/screenWorker.ts';
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
    expect(read.every((afterSeq) => afterSeq > 500)).toBe(true); // 4 MiB
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

  it(
    'again and again at the output of one session costs that one its screen, and no other',
    { timeout: 60_000 },
    async () => {
      await using started = startService(hostile.entry);
      const { service, failures } = started;
      const [culprit, other] = [new Session(service, 'culprit'), new Session(service, 'other')];
      other.print('other');
      await other.lines();
      for (let round = 0; round < 12; round += 1) {
        culprit.print('CRASH');
        await started.reported(Math.min(2 * (round + 1), 8));
        expect((await other.lines())[0]).toBe('other');
      }
      await expect(culprit.lines()).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
      expect(failures.filter(({ lost }) => lost).map(({ id }) => id)).toEqual(['culprit']);
      const later = new Session(service, 'later');
      later.print('fine');
      expect((await later.lines())[0]).toBe('fine');
    },
  );

  it('leaves the colours of a screen that is built from a checkpoint, its saved cursor and attributes too', async () => {
    await using started = startService(hostile.entry);
    const read: number[] = [];
    const session: Session = new Session(started.service, 's1', async function* replay(afterSeq: number) {
      read.push(afterSeq);
      yield* session.log.filter((item) => item.seq > afterSeq);
    });
    const decoder = new TextDecoder();
    const cells = async (): Promise<unknown> => {
      const { state, cells: encoded } = await session.screen.stateWithCells({ includeScrollback: true });
      const parts = [...encoded.visible, ...(encoded.scrollback ?? [])];
      return [state.capturedAtSeq, parts.map((part) => decoder.decode(part)).join('')];
    };
    session.resize(40, 6);
    session.print('\u001b[1;31mred\u001b7\u001b[44m and blue\u001b[K\r\n');
    for (let i = 0; i < 60; i += 1) session.print(`\u001b[3${i % 8}m${i} ${'-'.repeat(100_000)}\u001b[m\r\n`);
    session.print('\u001b[1;31;44m\u001b7');
    session.print('\u001b8from here');
    const before = await cells();
    session.print('CRASH');
    await started.reported(1);
    expect(await cells()).toEqual(before);
    expect(read.every((afterSeq) => afterSeq > 30)).toBe(true);
    session.print('the same attributes');
    await session.screen.state({ includeScrollback: false });
    expect(JSON.stringify(await cells())).toContain('palette:4');
  });

  it('leaves what a short session counts from though there is a checkpoint behind it, and what a wait counts from always', async () => {
    await using started = startService(hostile.entry);
    const session = new Session(started.service, 's1');
    session.print('one word\r\n');
    session.screen.stamp(0);
    for (let i = 0; i < 60; i += 1) session.print(`${i} ${'-'.repeat(100_000)}\r\n`);
    await session.lines();
    const wait = session.screen.waitFor({ kind: 'text', text: 'word' }, { signal: never(), afterSeq: 0 });
    session.print('CRASH');
    await started.reported(1);
    session.print('two word');
    expect(await wait).toMatchObject({ matchedText: 'word' });
    const again = session.screen.waitFor({ kind: 'text', text: 'word' }, { signal: never(), afterSeq: 0 });
    expect(await again).toMatchObject({ matchedText: 'word' });
  });

  it('leaves no baseline that is not one: of a long session what came before the checkpoint is not counted from', async () => {
    await using started = startService(hostile.entry);
    const session = new Session(started.service, 's1');
    session.print('one word\r\n');
    session.screen.stamp(0);
    for (let i = 0; i < 340; i += 1) session.print(`${i} ${'-'.repeat(100_000)}\r\n`);
    await session.lines();
    session.print('CRASH');
    await started.reported(1);
    const wait = session.screen.waitFor({ kind: 'text', text: 'word' }, { signal: never(), afterSeq: 0 });
    await expect(wait).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { reason: 'after-seq' } });
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
