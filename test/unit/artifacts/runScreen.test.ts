import { describe, expect, it } from 'vitest';
import { renderRun } from '../../../src/artifacts/runScreen.ts';
import type { NewEvent } from '../../../src/protocol/events.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { newLog, output, SESSION_ID } from '../client/support.ts';

const RUN = `${SESSION_ID}.1`;

const typed: NewEvent = {
  type: 'input_run',
  payload: { command: 'x', noWait: false, marker: 'm', runId: RUN, source: 'hooks' },
};
const ended: NewEvent = {
  type: 'run_complete',
  payload: {
    marker: 'm',
    inputRunSeq: 1,
    runId: RUN,
    outcome: 'finished',
    exitCode: 0,
    evidence: ['hook_mark'],
    confidence: 'certain',
    durationMs: 1,
  },
};

function started(inputRunSeq: number): NewEvent {
  return { type: 'run_started', payload: { runId: RUN, inputRunSeq } };
}

/** Draws the run of a log that holds `before`, the run with `during` as its own, and `after`. */
async function draw(before: NewEvent[], during: NewEvent[], options: { clock?: FakeClock; ansi?: boolean } = {}) {
  const log = newLog();
  if (before.length > 0) log.append(...before);
  const seq = before.length + 1;
  log.append(typed, started(seq), ...during, ended, output('prompt$ '));
  return renderRun({ file: log.file, runId: RUN, seq, ansi: options.ansi === true }, options.clock ?? new FakeClock());
}

describe('a run drawn from its log', () => {
  it('is what its own output left, nothing from before and after', async () => {
    const drawn = await draw([output('before\r\n$ x\r\n')], [output('a\r\nb\r\n\u001b[2AA\r\n\r\n')]);
    expect(drawn).toEqual({ text: 'A\nb\n' });
  });

  it('begins where the cursor stood: as deep as the output before it left it', async () => {
    // four rows: at the bottom the first new line scrolls, at the top it does not
    const fill = '\u001b[1;1Htop\r\nnext\r\n';
    expect(await draw([output('1\r\n2\r\n3\r\n4\r\n')], [output(fill)])).toEqual({ text: 'top\nnext\n' });
    expect(await draw([output('1\r\n2\r\n')], [output('a\u001b[1;1Hb')])).toEqual({ text: 'b\n\na' });
  });

  it('has the size that the terminal had then, and follows a resize', async () => {
    const resize: NewEvent = { type: 'resize', payload: { cols: 6, rows: 3 } };
    expect(await draw([resize], [output('\u001b[9;9Hx')])).toEqual({ text: '\n\n     x' });
    expect(await draw([], [resize, output('\u001b[9;9Hx')])).toEqual({ text: '\n\n     x' });
  });

  it('keeps looks when asked to', async () => {
    expect(await draw([], [output('\u001b[H\u001b[31mred')], { ansi: true })).toEqual({
      text: '\u001b[31mred\u001b[0m',
    });
  });

  it('says so when the run wrote more than is drawn', async () => {
    const megabytes = Array.from({ length: 9 * 32 }, () => output('x'.repeat(32 * 1024)));
    expect(await draw([], megabytes)).toEqual({ reason: 'it is more than 8 MiB' });
  });

  it('says so when drawing takes too long', async () => {
    class Hasty extends FakeClock {
      override nowMs(): number {
        this.advance(1_000);
        return super.nowMs();
      }
    }
    const drawn = await draw([], [output('x'.repeat(40_000))], { clock: new Hasty() });
    expect(drawn).toEqual({ reason: 'to draw it takes more than 5000 ms' });
  });

  it('draws a run that goes on as far as it is', async () => {
    const log = newLog();
    log.append(typed, started(1), output('\u001b[?1049h\u001b[Hfull'), output(' screen'), output(' later'));
    const request = { file: log.file, runId: RUN, seq: 1, toSeq: 4, ansi: false };
    expect(await renderRun(request, new FakeClock())).toEqual({ text: 'full screen' });
  });
});
