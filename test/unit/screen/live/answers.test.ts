import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { deferred } from '../../../../src/base/deferred.ts';
import type { Answer } from '../../../../src/screen/worker/answerBatch.ts';
import type { Screen, ScreenItem } from '../../../../src/screen/live/liveScreen.ts';
import { ScreenService } from '../../../../src/screen/live/screenService.ts';
import { buildScreenWorker } from '../../../support/screenWorker.ts';
import type { BuiltWorker } from '../../../support/screenWorker.ts';
import { startService } from './session.ts';

let worker: BuiltWorker;
beforeAll(async () => {
  worker = await buildScreenWorker(fileURLToPath(new URL('./hostileWorker.ts', import.meta.url)));
});
afterAll(() => worker[Symbol.dispose]());

/** A screen of 20 x 5 that keeps what it is told to answer. */
class Asked {
  readonly answers: Answer[] = [];
  skipped = 0;
  messages = 0;
  readonly screen: Screen;
  readonly #log: ScreenItem[] = [];
  #changed = deferred<void>();

  constructor(service: ScreenService) {
    const log = this.#log;
    async function* replay(): AsyncGenerator<ScreenItem> {
      yield* log;
    }
    const onAnswers = (answers: readonly Answer[], skipped: number): void => {
      this.answers.push(...answers);
      this.skipped += skipped;
      this.messages += 1;
      this.#changed.resolve();
      this.#changed = deferred();
    };
    this.screen = service.open('asked', { cols: 20, rows: 5, replay, onAnswers });
  }

  print(text: string): number {
    const seq = this.#log.length;
    this.#log.push({ bytes: Buffer.from(text), seq });
    this.screen.feed(Buffer.from(text), seq);
    return seq;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }

  parsed(): Promise<unknown> {
    return this.screen.state({ includeScrollback: false });
  }
}

describe('answers of a live screen', () => {
  it('name the event of their query and what held there', async () => {
    await using started = startService(worker.entry);
    const asked = new Asked(started.service);
    asked.print('ab');
    const first = asked.print('c\x1b[6n\x1b[?2004h\r\n\x1b[6');
    const second = asked.print('n');
    await asked.until(() => asked.answers.length === 2);
    expect(asked.answers).toEqual([
      { query: 'CPR', data: '\x1b[1;4R', seq: first, bracketedPaste: false },
      { query: 'CPR', data: '\x1b[2;1R', seq: second, bracketedPaste: true },
    ]);
  });

  it('come in few messages from a flood, all of them counted', async () => {
    await using started = startService(worker.entry);
    const asked = new Asked(started.service);
    const queries = 100_000;
    asked.print('\x1b[5n'.repeat(queries));
    await asked.parsed();
    expect(asked.answers.length + asked.skipped).toBe(queries);
    expect(asked.skipped).toBeGreaterThan(queries / 2);
    expect(asked.messages).toBeLessThan(queries / 50);
  });

  it('are not given again when the screen is rebuilt, and go on after it', async () => {
    await using started = startService(worker.entry);
    const asked = new Asked(started.service);
    asked.print('a\x1b[6n');
    await asked.until(() => asked.answers.length === 1);
    asked.print('CRASH');
    await started.reported(1);
    asked.print('b\x1b[6n');
    await asked.parsed();
    expect(asked.answers.map((answer) => answer.data)).toEqual(['\x1b[1;2R', '\x1b[1;3R']);
  });

  it('are not given by a screen that is lost, and the log says so', async () => {
    const said: string[] = [];
    const logger = { log: (_level: string, _part: string, message: string) => void said.push(message) };
    await using service = new ScreenService({ entry: new URL('file:///nowhere.mjs'), clock: systemClock, logger });
    const asked = new Asked(service);
    asked.print('\x1b[6n');
    await expect(asked.parsed()).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
    asked.print('\x1b[6n');
    expect(asked.answers).toEqual([]);
    expect(said).toContain('a screen is lost; its program gets no answers to queries');
  });
});
