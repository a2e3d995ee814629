import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../../../src/base/clock.ts';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';
import { WorkerLoop } from '../../../../src/screen/worker/workerLoop.ts';
import { Progress, type WorkerReply } from '../../../../src/screen/workerProtocol.ts';

/** Watched ones; as many others are flooded. */
const SCREENS = 2;
const FLOOD = Buffer.from('a line of flood\r\n'.repeat(4_000));

/** A loop with some screens, and what it answered. */
class Loop {
  readonly replies: WorkerReply[] = [];
  readonly #loop = new WorkerLoop({
    clock: systemClock,
    progress: new Progress(Progress.allocate()),
    post: (reply) => this.replies.push(reply),
  });
  #seq = 0;
  #request = 0;

  open(screen: number): void {
    this.#loop.handle({ type: 'open', screen, cols: 80, rows: 24 });
  }

  feed(screen: number, text: string | Buffer): void {
    const from = Buffer.from(text);
    const bytes = new ArrayBuffer(from.length);
    from.copy(Buffer.from(bytes));
    this.#seq += 1;
    this.#loop.handle({ type: 'feed', screen, bytes, ends: [from.length], seqs: [this.#seq] });
  }

  wait(screen: number, text: string): number {
    this.#request += 1;
    const condition = { kind: 'text' as const, text };
    this.#loop.handle({ type: 'wait', screen, request: this.#request, condition, afterSeq: undefined });
    return this.#request;
  }

  async matched(requests: readonly number[]): Promise<void> {
    const endMs = systemClock.nowMs() + 10_000;
    const isMatched = (request: number): boolean =>
      this.replies.some((reply) => reply.type === 'matched' && reply.request === request);
    while (!requests.every(isMatched) && systemClock.nowMs() < endMs) await delay(systemClock, 1);
    expect(requests.filter((request) => !isMatched(request))).toEqual([]);
  }
}

describe('the loop of the screen worker', () => {
  it('answers every wait whose text comes, however busy it is and in whatever moment text and wait come', async () => {
    const action = fc.record({
      screen: fc.integer({ min: 0, max: SCREENS - 1 }),
      what: fc.constantFrom('flood', 'text first', 'wait first', 'other text'),
      pauseMs: fc.constantFrom(0, 0, 1, 5, 7),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 20 }), async (actions) => {
        const loop = new Loop();
        for (let screen = 0; screen < 2 * SCREENS; screen += 1) loop.open(screen);
        const requests: number[] = [];
        for (const [at, { screen, what, pauseMs }] of actions.entries()) {
          const text = `<${at}>`;
          if (what === 'flood') loop.feed(SCREENS + screen, FLOOD); // elsewhere: here it would scroll texts away
          if (what === 'other text') loop.feed(screen, '\r\nother');
          if (what === 'wait first') requests.push(loop.wait(screen, text));
          if (what === 'text first' || what === 'wait first') loop.feed(screen, `\r\n${text}`);
          if (what === 'text first') requests.push(loop.wait(screen, text));
          if (pauseMs > 0) await delay(systemClock, pauseMs);
        }
        await loop.matched(requests);
      }),
      { numRuns: 100 },
    );
  });

  it('draws a screen between turns as it was after one event, whatever is fed and asked meanwhile', async () => {
    const loop = new Loop();
    loop.open(1);
    loop.open(2);
    const fed: string[] = [];
    for (let i = 0; i < 300; i += 1) {
      fed.push(`\u001b[3${i % 8}m${i} ${'-'.repeat(20_000)}\r\n`);
      loop.feed(1, fed[i] ?? '');
    }
    loop.feed(1, 'the end');
    loop.feed(2, 'text');
    await loop.matched([loop.wait(2, 'text'), loop.wait(1, 'the end')]);
    const checkpoint = loop.replies.find((reply) => reply.type === 'checkpoint')?.checkpoint;
    expect(checkpoint?.seq).toBeGreaterThan(200);
    expect(checkpoint?.seq).toBeLessThan(300);
    using whole = new ScreenModel({ cols: 80, rows: 24 });
    using drawn = new ScreenModel({ cols: 80, rows: 24 });
    for (const text of fed.slice(0, checkpoint?.seq)) whole.write(Buffer.from(text), checkpoint?.seq);
    drawn.write(Buffer.from(checkpoint?.bytes ?? ''), checkpoint?.seq);
    await Promise.all([whole.flush(), drawn.flush()]);
    const all = { includeScrollback: true, includeCells: true };
    expect(drawn.state(all)).toEqual(whole.state(all));
  });
});
