import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogAppender } from '../../../../src/eventlog/appender.ts';
import { BLIND_QUIET_MS } from '../../../../src/host/probe/inputJudge.ts';
import { LAST_PAUSE_MS, QUIET_MS } from '../../../../src/host/probe/inputPace.ts';
import { InputWatch } from '../../../../src/host/session/inputWatch.ts';
import { Journal } from '../../../../src/host/session/journal.ts';
import type { InputBlock } from '../../../../src/protocol/outcomes.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { FakePty } from '../../../support/fakePty.ts';
import { Bench, mark, SENTINEL, SESSION } from '../../../support/runBench.ts';

/** What is seen of a fake terminal: its modes and nothing of its processes. */
const SECRET = { canonical: true, echo: false };
const GUESS: InputBlock = { kind: 'secret', evidence: ['terminal_modes', 'prompt_line'], confidence: 'guess' };

let directory: string;
let clock: FakeClock;
let pty: FakePty;
let bench: Bench;
let journal: Journal;
let watch: InputWatch;
let lastOutputMs: number;
let looks: number;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-input-'));
  clock = new FakeClock();
  pty = new FakePty({ clock });
  bench = new Bench(SENTINEL);
  lastOutputMs = 0;
  looks = 0;
  journal = new Journal(
    LogAppender.create(path.join(directory, 'events.jsonl'), {
      sessionId: SESSION,
      clock,
      started: {
        formatVersion: 1,
        sessionId: SESSION,
        command: ['zsh'],
        cwd: '/',
        cols: 80,
        rows: 24,
        term: 'xterm',
        toolVersion: '0',
        platform: 'linux',
        unicodeVersion: '11',
      },
    }),
    clock,
    () => undefined,
  );
  pty.onData((chunk) => {
    lastOutputMs = clock.nowMs();
    journal.enqueue({ type: 'output', payload: { data: chunk.toString() } });
    bench.coordinator.feed(Buffer.from(chunk));
    watch.outputSeen();
  });
  watch = new InputWatch({
    clock,
    pty,
    journal,
    coordinator: bench.coordinator,
    kernelPrompt: false,
    lastOutputMs: () => lastOutputMs,
    isAlternateScreen: () => {
      looks++;
      return false;
    },
    drainOutput: () => undefined,
  });
});
afterEach(async () => {
  await journal.close();
  fs.rmSync(directory, { recursive: true });
});

/** A run that has begun. */
function begun(): string {
  const { runId, token } = bench.type('passwd');
  pty.print(mark(`S;${token}`));
  return runId;
}

/** Waits for a run's block; `stop` gives up. */
function waitFor(runId: string): { found: InputBlock[]; stop: () => void } {
  const stop = new AbortController();
  const found: InputBlock[] = [];
  void watch.until(runId, stop.signal).then((block) => found.push(block));
  return { found, stop: () => stop.abort() };
}

/** Lets time pass and promises settle. */
async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await Promise.resolve();
  await Promise.resolve();
}

describe('the watch for input', () => {
  it('looks at nothing unless somebody asks', async () => {
    begun();
    await pass(5_000);
    expect(looks).toBe(0);
    const { stop } = waitFor(`${SESSION}.1`);
    await pass(1_000);
    expect(looks).toBeGreaterThan(0);
    const before = looks;
    stop();
    expect(clock.pendingTimers).toBe(0);
    await pass(5_000);
    expect(looks).toBe(before);
  });

  it('tells all who wait, and rests', async () => {
    const runId = begun();
    const [one, two] = [waitFor(runId), waitFor(runId)];
    pty.print('Password: ');
    pty.setModes(SECRET);
    await pass(BLIND_QUIET_MS + 2 * LAST_PAUSE_MS);
    expect([one.found, two.found]).toEqual([[GUESS], [GUESS]]);
    const before = looks;
    await pass(2_000);
    expect(looks).toBe(before);
  });

  it('does not look while output comes, and soon after it rests', async () => {
    const runId = begun();
    waitFor(runId);
    await pass(3_000);
    const before = looks;
    for (let i = 0; i < 50; i++) {
      pty.print('.');
      await pass(QUIET_MS / 2);
    }
    expect(looks).toBe(before);
    await pass(QUIET_MS);
    expect(looks).toBe(before + 1);
  });

  it('looks soon after a single piece of output, however rare its looks have become', async () => {
    waitFor(begun());
    await pass(3_000);
    const before = looks;
    for (let i = 0; i < LAST_PAUSE_MS; i++) {
      await pass(1);
      if (looks > before) break;
    }
    pty.print('.');
    await pass(QUIET_MS + 1);
    expect(looks).toBe(before + 2);
  });

  it('slows down while nothing happens', async () => {
    const runId = begun();
    waitFor(runId);
    await pass(10_000);
    expect(looks).toBeLessThan(10_000 / LAST_PAUSE_MS + 6);
  });

  it('says nothing of a run that has not begun, or while output waits unread', async () => {
    const { runId, token } = bench.type('passwd');
    const { found } = waitFor(runId);
    pty.setModes(SECRET);
    await pass(3_000);
    pty.print(`${mark(`S;${token}`)}Password: `);
    pty.pause();
    await pass(3_000);
    expect({ found, looks }).toEqual({ found: [], looks: 0 });
    pty.resume();
    await pass(3_000);
    expect(found).toEqual([GUESS]);
  });

  it('begins anew when something was typed', async () => {
    const runId = begun();
    pty.print('Password: ');
    pty.setModes(SECRET);
    const { found } = waitFor(runId);
    for (let i = 0; i < 40; i++) {
      await pass(20);
      journal.commit({ type: 'input_text', payload: { data: 'x' } });
    }
    expect(found).toEqual([]);
    await pass(3 * LAST_PAUSE_MS);
    expect(found).toEqual([GUESS]);
  });

  it('says nothing of another run than the one that is waited for', async () => {
    const runId = begun();
    pty.print('Password: ');
    pty.setModes(SECRET);
    const { found } = waitFor(`${runId}9`);
    await pass(5_000);
    expect({ found, looks }).toEqual({ found: [], looks: 0 });
  });

  it('answers about this moment: blocked, not to be seen, not under way', async () => {
    const runId = begun();
    expect(await watch.now(runId)).toBeUndefined();
    expect(await watch.now(`${runId}9`)).toBeUndefined();
    pty.print('Password: ');
    pty.setModes(SECRET);
    await pass(BLIND_QUIET_MS);
    const both = Promise.all([watch.now(runId), watch.now(runId)]);
    await pass(100);
    expect(await both).toEqual([GUESS, GUESS]);
    expect(looks).toBe(3);
  });
});
