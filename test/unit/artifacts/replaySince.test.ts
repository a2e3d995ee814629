import { describe, expect, it } from 'vitest';
import { replaySince } from '../../../src/artifacts/replaySince.ts';
import { replaySnapshot } from '../../../src/artifacts/replaySnapshot.ts';
import { newLog, output } from '../client/support.ts';

const UNKNOWN = 'a'.repeat(64);

describe('what changed since a screen was seen', () => {
  it('is the rows that differ, and where the screen was last as it had been', async () => {
    const log = newLog();
    log.append(output('one\r\ntwo\r\nthree'));
    const { screenHash: hash } = await replaySnapshot(log.file);
    log.append({ type: 'marker', payload: { label: 'x' } }, output('\u001b[2;1Htwenty'), output('!'));
    expect(await replaySince(log.file, { hash })).toMatchObject({
      foundAtSeq: 1,
      rows: [{ row: 1, text: 'twenty!' }],
      screen: { capturedAtSeq: 4 },
    });
    expect(await replaySince(log.file, { hash, toSeq: 3 })).toMatchObject({ rows: [{ row: 1, text: 'twenty' }] });
  });

  it('is nothing when the screen is the same again, whatever was on it in between', async () => {
    const log = newLog();
    log.append(output('one'));
    const { screenHash: hash } = await replaySnapshot(log.file);
    log.append(output('\u001b[2J'), output('\u001b[Hone'));
    expect(await replaySince(log.file, { hash })).toMatchObject({ foundAtSeq: 3, rows: [] });
  });

  it('counts from the newest of the screens that looked so', async () => {
    const log = newLog();
    log.append(output('a'));
    const { screenHash: hash } = await replaySnapshot(log.file);
    log.append(output('\rb'), output('\ra'), output('\r\nc'));
    expect(await replaySince(log.file, { hash })).toMatchObject({ foundAtSeq: 3, rows: [{ row: 1, text: 'c' }] });
  });

  it('is everything when no screen had the hash, and when the size changed', async () => {
    const log = newLog();
    log.append(output('one'));
    const { screenHash: hash } = await replaySnapshot(log.file);
    const unknown = await replaySince(log.file, { hash: UNKNOWN });
    expect(unknown).not.toHaveProperty('foundAtSeq');
    expect(unknown.rows).toHaveLength(4);
    log.append({ type: 'resize', payload: { cols: 20, rows: 5 } });
    expect(await replaySince(log.file, { hash })).toMatchObject({ foundAtSeq: 1, rows: { length: 5 } });
  });

  it('looks back 20,000 events', async () => {
    const log = newLog();
    log.append(output('one'));
    const { screenHash: hash } = await replaySnapshot(log.file);
    log.append(...Array.from({ length: 19_999 }, () => output('.\b')));
    expect(await replaySince(log.file, { hash })).toMatchObject({ foundAtSeq: 1 });
    log.append(output('.\b'), output('.\b'));
    expect(await replaySince(log.file, { hash })).not.toHaveProperty('foundAtSeq');
  });

  it('cannot be told of an event that there is not', async () => {
    const log = newLog();
    await expect(replaySince(log.file, { hash: UNKNOWN, toSeq: 1 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(replaySnapshot(log.file, { toSeq: 1 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
