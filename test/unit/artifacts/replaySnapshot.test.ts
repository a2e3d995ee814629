import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { replayMatch, replaySnapshot } from '../../../src/artifacts/replaySnapshot.ts';
import { readLastEvents } from '../../../src/eventlog/tail.ts';
import { writeLastScreen } from '../../../src/store/lastScreen.ts';
import { newLog, output } from '../client/support.ts';

describe('the screen rebuilt from a log', () => {
  it('is what the output left on it, input and echoes of runs not counted', async () => {
    const log = newLog();
    log.append(
      output('one\r\ntwo\u001b[2;1Hz'),
      { type: 'input_text', payload: { data: 'not shown' } },
      { type: 'run_echo', payload: { data: 'not shown', runId: 'x' } },
    );
    const screen = await replaySnapshot(log.file);
    expect(screen).toMatchObject({
      cols: 20,
      rows: 4,
      cursorRow: 1,
      cursorCol: 1,
      capturedAtSeq: 1,
      isAltScreen: false,
    });
    expect(screen.visibleLines.map(({ text }) => text)).toEqual(['one', 'zwo', '', '']);
    expect(screen.scrollbackLines).toBeUndefined();
  });

  it('has the size of the last resize, and the lines above when asked for them', async () => {
    const log = newLog();
    log.append(output('1\r\n2\r\n3\r\n4\r\n5'), { type: 'resize', payload: { cols: 30, rows: 2 } });
    const screen = await replaySnapshot(log.file, { includeScrollback: true });
    expect(screen).toMatchObject({ cols: 30, rows: 2, capturedAtSeq: 2 });
    expect(screen.visibleLines.map(({ text }) => text)).toEqual(['4', '5']);
    expect(screen.scrollbackLines?.map(({ text }) => text)).toEqual(['1', '2', '3']);
  });

  it('stands as it was after an event', async () => {
    const log = newLog();
    log.append(output('first'), output('\r\nsecond'));
    const screen = await replaySnapshot(log.file, { toSeq: 1 });
    expect(screen.visibleLines.map(({ text }) => text)).toEqual(['first', '', '', '']);
  });

  it('is the same however long it took: a long log gives what its end leaves', async () => {
    const log = newLog();
    for (let i = 0; i < 100; i++) log.append(output(`${'x'.repeat(30_000)}\r\n`));
    log.append(output('\u001b[2J\u001b[Hend'));
    expect((await replaySnapshot(log.file)).visibleLines[0]).toEqual({ row: 0, text: 'end' });
  });

  it('is refused for a log without a beginning', async () => {
    const log = newLog();
    fs.truncateSync(log.file, 0);
    await expect(replaySnapshot(log.file)).rejects.toMatchObject({ code: 'REPLAY_ERROR' });
  });
});

describe('looking for something on a screen that changes no more', () => {
  it('finds text over wrapped rows, and patterns', async () => {
    const log = newLog();
    log.append(output('a line that is longer than the screen'));
    expect(await replayMatch(log.file, { kind: 'text', text: 'longer than the screen' })).toMatchObject({
      held: { matchedText: 'longer than the screen' },
    });
    expect(await replayMatch(log.file, { kind: 'regex', regex: 'lo..er' })).toMatchObject({
      held: { matchedText: 'longer' },
    });
    expect(await replayMatch(log.file, { kind: 'text', text: 'nothing' })).not.toHaveProperty('held');
  });

  it('counts only what came after an event, any event, when one is named', async () => {
    const log = newLog();
    log.append(output('one\r\n'), output('two\r\n'), output('three'));
    log.append(output('!'));
    const lines = async (afterSeq: number): Promise<unknown> =>
      (await replayMatch(log.file, { kind: 'regex', regex: '^.+$' }, afterSeq)).held?.matchedText;
    const seen = [];
    for (let seq = 0; seq <= 4; seq += 1) seen.push(await lines(seq));
    expect(seen).toEqual(['one', 'two', 'three!', 'three!', undefined]);
    await expect(lines(5)).rejects.toMatchObject({ code: 'INVALID_INPUT', details: { afterSeq: 5, lastSeq: 4 } });
  });

  it('asks the last screen that was kept, but the log where it has to count from an event', async () => {
    const log = newLog();
    log.append(output('old\r\n'), output('new'));
    const head = readLastEvents(log.file).events.at(-1);
    if (head === undefined) throw new Error('the log is empty');
    const kept = path.join(path.dirname(log.file), 'screen.json');
    const drawing = '\u001b[31mkept';
    writeLastScreen(kept, { head: { seq: head.seq, h: head.h }, capturedAtSeq: 2, cols: 20, rows: 4, drawing });
    const pattern = { kind: 'regex', regex: '^.+$' } as const;
    expect((await replayMatch(log.file, pattern)).held?.matchedText).toBe('kept');
    expect((await replaySnapshot(log.file, { includeCells: true })).cells?.[0]?.cells[0]).toEqual({
      char: 'k',
      fg: 'palette:1',
    });
    expect((await replayMatch(log.file, pattern, 1)).held?.matchedText).toBe('new');
    expect((await replaySnapshot(log.file, { toSeq: 1 })).visibleLines[0]?.text).toBe('old');
  });
});
