/**
 * What waits for a program that dies goes nowhere else: its descriptor's number is given to the next file at once. `PTY_STRESS=4`
 * repeats it four times as often.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../../../src/base/clock.ts';
import { signalIdentity } from '../../../../src/base/processIdentity.ts';
import { spawnPty } from '../../../../src/host/pty/nodePty.ts';
import type { Pty } from '../../../../src/host/pty/pty.ts';
import { PtyWatch } from '../../../support/ptyWatch.ts';

const DEATHS = 120 * Number(process.env['PTY_STRESS'] ?? 1);
const AT_A_TIME = 10;
/** Files opened in each turn around a death: more than the descriptors that it frees. */
const FILES = 4;
const TURNS = 8;

const SECRET = Buffer.alloc(1_000_000, 'SECRET-PASTE-');

let directory: string;
beforeEach(() => (directory = fs.mkdtempSync(path.join(os.tmpdir(), 'at-reuse-'))));
afterEach(() => fs.rmSync(directory, { recursive: true }));

function deafProgram(): Pty {
  const script = 'stty raw -echo; echo ready; exec sleep 60';
  const environment = ['PATH=/usr/bin:/bin'];
  return spawnPty({ file: 'sh', args: ['-c', script], environment, cwd: '/', cols: 80, rows: 24, clock: systemClock });
}

/** The numbers of this process's descriptors of terminals' masters. */
function masters(): Set<number> {
  const found = fs.readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`) === '/dev/ptmx';
    } catch {
      return false; // the listing's own descriptor
    }
  });
  return new Set(found.map(Number));
}

describe('a program that dies with 1 MB of input unread', () => {
  it(`leaves none of it in what gets its descriptor, ${DEATHS} times`, async () => {
    const opened: number[] = [];
    let files = 0;
    let reused = 0;
    let lost = 0;
    const open = (freed: ReadonlySet<number>): void => {
      for (let i = 0; i < FILES; i++) {
        const fd = fs.openSync(path.join(directory, `events-${files++}`), 'w');
        if (freed.has(fd)) reused++;
        opened.push(fd);
      }
    };
    const die = async (): Promise<void> => {
      const pty = deafProgram();
      const watch = new PtyWatch(pty);
      await watch.untilText('ready');
      pty.write(SECRET);
      const held = masters();
      // In the very turn in which the end is told, and in those before and after it.
      pty.onExit(() => open(held));
      signalIdentity(pty.identity, 'SIGKILL');
      for (let turn = 0; turn < TURNS; turn++) {
        open(held);
        await new Promise<void>((resolve) => void setImmediate(resolve));
      }
      await watch.exit;
      open(held);
      lost += watch.lostBytes;
    };
    let left = DEATHS;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await die();
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
    await delay(systemClock, 100); // three of the longest pauses of a writer that did not stop
    for (const fd of opened) fs.closeSync(fd);
    const written = fs.readdirSync(directory).filter((name) => fs.statSync(path.join(directory, name)).size > 0);
    expect(written).toEqual([]);
    expect(reused).toBeGreaterThan(DEATHS / 4);
    expect(lost).toBeGreaterThan(DEATHS * 900_000);
  });

  it('takes neither input nor a size in the turn in which its end is told', async () => {
    const pty = deafProgram();
    const watch = new PtyWatch(pty);
    await watch.untilText('ready');
    const refused = { code: 'SESSION_NOT_RUNNING' };
    const refusals: unknown[] = [];
    pty.onExit(() => {
      for (const act of [() => pty.write(SECRET), () => pty.assertRoom(1), () => pty.resize(10, 10)]) {
        try {
          act();
          refusals.push('taken');
        } catch (error) {
          refusals.push(error);
        }
      }
      expect([pty.modes(), pty.foregroundGroup()]).toEqual([undefined, undefined]);
    });
    signalIdentity(pty.identity, 'SIGKILL');
    await watch.exit;
    expect(refusals).toMatchObject([refused, refused, refused]);
  });
});
