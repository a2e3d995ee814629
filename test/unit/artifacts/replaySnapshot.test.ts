import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { replayMatch, replaySnapshot } from '../../../src/artifacts/replaySnapshot.ts';
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
});
