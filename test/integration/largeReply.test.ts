import { describe, expect, it } from 'vitest';
import { MAX_FRAME_BYTES } from '../../src/protocol/limits.ts';
import { TestHome } from '../support/cli.ts';

const LINES = 2_000;
const COLS = 1_000;

describe('a screen that does not fit a reply', () => {
  it('is read whole all the same, from a live session and from one that ended', { timeout: 120_000 }, async () => {
    await using home = new TestHome();
    const script = `i=1; while [ $i -le ${LINES} ]; do printf '%0${COLS - 1}d\\n' $i; i=$((i + 1)); done; echo end; exec cat`;
    const id = await home.create(['--cols', String(COLS), '--rows', '200', '--', 'sh', '-c', script]);
    await home.result(['wait', id, '--text', 'end']);
    const live = await home.result(['snapshot', id, '--include-scrollback']);
    expect(JSON.stringify(live).length).toBeGreaterThan(MAX_FRAME_BYTES);
    const lines = [live['scrollbackLines'], JSON.stringify(live['text']).split('\\n')].flat();
    expect(lines.length).toBeGreaterThan(LINES);
    expect(JSON.stringify(live['scrollbackLines'])).toContain(`${'0'.repeat(COLS - 2)}1"`);
    const visible = await home.result(['snapshot', id]);
    expect(live).toMatchObject({ screenHash: visible['screenHash'], capturedAtSeq: visible['capturedAtSeq'] });
    await home.result(['destroy', id]);
    const ended = await home.result(['snapshot', id, '--include-scrollback']);
    expect(ended['scrollbackLines']).toEqual(live['scrollbackLines']);
  });
});
