/**
 * Nothing is lost: many programs that write and end at once, paused ones too, and large input. `PTY_STRESS=3` repeats
 * everything three times as often.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { signalIdentity } from '../../../../src/base/processIdentity.ts';
import { spawnPty } from '../../../../src/host/pty/nodePty.ts';
import type { Pty } from '../../../../src/host/pty/pty.ts';
import { PtyWatch } from '../../../support/ptyWatch.ts';

const FACTOR = Number(process.env['PTY_STRESS'] ?? 1);

function spawn(file: string, args: readonly string[]): Pty {
  return spawnPty({
    file,
    args,
    environment: ['PATH=/usr/bin:/bin'],
    cwd: '/',
    cols: 80,
    rows: 24,
    clock: systemClock,
  });
}

const numbersTo = (last: number): string => Array.from({ length: last }, (_, i) => `${i + 1}\r\n`).join('');

/** Runs `one` so often, so many at a time, and gives the answers that are not undefined. */
async function repeat<T>(times: number, atATime: number, one: () => Promise<T | undefined>): Promise<T[]> {
  const found: T[] = [];
  let left = times;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const answer = await one();
      if (answer !== undefined) found.push(answer);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return found;
}

/** How much is missing, or undefined when all of `expected` came before the exit. */
async function missing(pty: Pty, expected: string): Promise<string | undefined> {
  const watch = new PtyWatch(pty);
  await watch.exit;
  if (watch.text === expected && watch.bytesAfterExit === 0) return undefined;
  return `${watch.output.length} of ${expected.length} bytes, ${watch.bytesAfterExit} after the exit`;
}

describe('output at the exit of a program', () => {
  it('is whole when a shell ends right after its command', async () => {
    const expected = numbersTo(5_000);
    const one = (): Promise<string | undefined> => missing(spawn('sh', ['-c', 'seq 1 5000; exit']), expected);
    expect(await repeat(100 * FACTOR, 1, one)).toEqual([]);
  });

  it('is whole for 20 programs at a time that write and end', async () => {
    const expected = numbersTo(5_000);
    expect(await repeat(100 * FACTOR, 20, () => missing(spawn('seq', ['1', '5000']), expected))).toEqual([]);
  });

  it('is whole when a program writes 1.5 MB and ends', async () => {
    const expected = numbersTo(200_000);
    expect(await repeat(15 * FACTOR, 5, () => missing(spawn('seq', ['1', '200000']), expected))).toEqual([]);
  });

  it('is whole when reading was paused at the first byte and the program ended', async () => {
    const expected = numbersTo(2_000);
    const one = (): Promise<string | undefined> => {
      const pty = spawn('sh', ['-c', 'echo 1; seq 2 2000']);
      pty.onData(() => pty.pause());
      return missing(pty, expected);
    };
    expect(await repeat(40 * FACTOR, 10, one)).toEqual([]);
  });

  it('is whole when the event loop is held up', async () => {
    const expected = numbersTo(5_000);
    const one = (): Promise<string | undefined> => {
      const result = missing(spawn('seq', ['1', '5000']), expected);
      const until = systemClock.nowMs() + 20;
      while (systemClock.nowMs() < until); // holds up everything, as a slow disk would
      return result;
    };
    expect(await repeat(20 * FACTOR, 10, one)).toEqual([]);
  });
});

describe('1 MB of input', () => {
  const paste = Buffer.alloc(1_000_000, 'the quick brown fox\n');
  const sha256 = createHash('sha256').update(paste).digest('hex');

  it.each([
    ['that reads at once', 'stty raw -echo; echo ready; head -c 1000000 | sha256sum'],
    ['that begins to read after a second', 'stty raw -echo; echo ready; sleep 1; head -c 1000000 | sha256sum'],
  ])('reaches a program %s whole', async (_what, script) => {
    const pty = spawn('sh', ['-c', script]);
    const watch = new PtyWatch(pty);
    await watch.untilText('ready');
    pty.write(paste);
    await watch.exit;
    expect(watch.text).toContain(sha256);
    expect(watch.lostBytes).toBe(0);
  });

  it('costs next to nothing while the program does not read', async () => {
    const pty = spawn('sh', ['-c', 'stty raw -echo; echo ready; sleep 60']);
    const watch = new PtyWatch(pty);
    await watch.untilText('ready');
    pty.write(paste);
    const before = process.cpuUsage();
    await new Promise<void>((resolve) => void systemClock.after(1_000, resolve));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000_000).toBeLessThan(0.1);
    signalIdentity(pty.identity, 'SIGKILL');
    await watch.exit;
    expect(watch.lostBytes).toBeGreaterThan(900_000);
  });
});
