import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { signalIdentity } from '../../../../src/base/processIdentity.ts';
import { findLongLine } from '../../../../src/host/pty/canonicalLimit.ts';
import { spawnPty } from '../../../../src/host/pty/nodePty.ts';
import { nativeOf } from '../../../../src/host/pty/nodePtyNative.ts';
import type { Pty } from '../../../../src/host/pty/pty.ts';
import { PtyWatch } from '../../../support/ptyWatch.ts';

function spawn(file: string, args: readonly string[] = []): Pty {
  const environment = ['PATH=/usr/bin:/bin', 'TERM=xterm-256color', 'LC_ALL=C.UTF-8'];
  return spawnPty({ file, args, environment, cwd: '/', cols: 81, rows: 25, clock: systemClock });
}

function watched(file: string, args: readonly string[] = []): { pty: Pty; watch: PtyWatch } {
  const pty = spawn(file, args);
  return { pty, watch: new PtyWatch(pty) };
}

/** A session that waits for input. */
function waiting(): { pty: Pty; watch: PtyWatch } {
  return watched('sh', ['-c', 'echo up; read x']);
}

/** What the open descriptors of a process lead to; none for a process that is gone. */
function openDescriptors(pid: number | 'self'): string[] {
  const directory = `/proc/${pid}/fd`;
  const links = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
  return links.flatMap((fd) => {
    try {
      return [fs.readlinkSync(`${directory}/${fd}`)];
    } catch {
      return []; // the descriptor that read the directory is closed by now
    }
  });
}

describe('spawnPty', () => {
  it('gives the program its directory, environment, size and name', async () => {
    const { watch } = watched('sh', ['-c', 'pwd; stty size; echo "$TERM $0 $1"', 'zero', 'a b']);
    expect(await watch.exit).toEqual({ exitCode: 0, exitSignal: null });
    expect(watch.text).toBe('/\r\n25 81\r\nxterm-256color zero a b\r\n');
  });

  it('keeps UTF-8 line editing on, so that Backspace takes a whole character', async () => {
    const { watch } = watched('sh', ['-c', 'stty -a']);
    await watch.exit;
    expect(watch.text).toMatch(/(?<!-)iutf8/);
  });

  it('goes on reading when the program closed its terminal and opened it again', async () => {
    const { watch } = watched('sh', ['-c', 'exec </dev/null >/dev/null 2>&1; sleep 0.3; echo back >/dev/tty; exit 5']);
    expect(await watch.exit).toEqual({ exitCode: 5, exitSignal: null });
    expect(watch.text).toBe('back\r\n');
  });

  it('tells the exit at once when a background job keeps the terminal', async () => {
    const { pty, watch } = watched('sh', ['-c', "trap '' HUP; sleep 60 & echo $!; exit 4"]);
    expect(await watch.exit).toEqual({ exitCode: 4, exitSignal: null });
    process.kill(Number(watch.text), 'SIGKILL');
    expect(pty.modes()).toBeUndefined();
  });

  it('ends even when a background job goes on writing', async () => {
    const { watch } = watched('sh', ['-c', "trap '' HUP; yes & echo $! >&2; exit 0"]);
    await watch.exit;
    const flooder = Number(/\d+/.exec(watch.text)?.[0]);
    process.kill(flooder, 'SIGKILL');
    expect(watch.bytesAfterExit).toBe(0);
  });

  it('knows the modes and the foreground group, and resizes', async () => {
    const script =
      'echo up; read x; trap "stty size; exit" WINCH; stty raw -echo; echo raw; while :; do sleep 0.05; done';
    const { pty, watch } = watched('bash', ['-c', script]);
    await watch.untilText('up');
    expect([pty.modes(), pty.foregroundGroup()]).toEqual([{ canonical: true, echo: true }, pty.pid]);
    pty.write(Buffer.from('\n'));
    await watch.untilText('raw');
    expect(pty.modes()).toEqual({ canonical: false, echo: false });
    pty.resize(100, 30);
    await watch.exit;
    expect(watch.text).toContain('30 100');
  });

  it('knows the key that interrupts, and drops typed input as that does', async () => {
    const script =
      'stty -echo; echo up; read x; stty intr "^]"; echo set; read x; stty -isig; echo off; read y; echo "y:$y"';
    const { pty, watch } = watched('bash', ['-c', script]);
    await watch.untilText('up');
    expect(pty.interruptByte()).toBe(0x03);
    pty.write(Buffer.from('\n'));
    await watch.untilText('set');
    expect(pty.interruptByte()).toBe(0x1d);
    pty.write(Buffer.from('\n'));
    await watch.untilText('off');
    expect(pty.interruptByte()).toBeUndefined();
    pty.write(Buffer.from('dropped'));
    pty.dropInput();
    pty.write(Buffer.from('kept\n'));
    await watch.exit;
    expect(watch.text).toContain('y:kept');
    expect(pty.interruptByte()).toBeUndefined();
    expect(() => pty.dropInput()).not.toThrow();
  });

  it('cuts canonical input where the check says, and not before', async () => {
    for (const [bytes, isWhole] of [
      [4_095, true],
      [4_096, false],
    ] as const) {
      const line = Buffer.from(`${'x'.repeat(bytes)}\n`);
      const { pty, watch } = watched('sh', ['-c', 'stty -echo; echo ready; head -n 1 | wc -c']);
      await watch.untilText('ready');
      pty.write(line);
      if (!isWhole) pty.write(Buffer.from('\n'));
      await watch.exit;
      expect([watch.text.includes(`${bytes + 1}`), findLongLine(line) === undefined]).toEqual([isWhole, isWhole]);
    }
  });

  it('gives a child no descriptor of another session, also when earlier ones have ended, and leaves none behind', async () => {
    const before = openDescriptors('self').length;
    const first = Array.from({ length: 6 }, waiting);
    await Promise.all(first.map(({ watch }) => watch.untilText('up')));
    const [, ended, , endedToo] = first;
    ended?.pty.dispose();
    endedToo?.pty.dispose();
    await Promise.all([ended?.watch.exit, endedToo?.watch.exit]);
    const late = Array.from({ length: 3 }, waiting);
    await Promise.all(late.map(({ watch }) => watch.untilText('up')));
    for (const { pty } of [...first, ...late]) {
      expect(new Set(openDescriptors(pty.pid))).toEqual(
        new Set(pty === ended?.pty || pty === endedToo?.pty ? [] : [pty.ttyName]),
      );
    }
    for (const { pty } of [...first, ...late]) pty.dispose();
    await Promise.all([...first, ...late].map(({ watch }) => watch.exit));
    expect(openDescriptors('self').length).toBe(before);
  });

  it('ends a program that is signalled by its identity, and names the signal', async () => {
    const { pty, watch } = watched('sleep', ['60']);
    expect(signalIdentity(pty.identity, 'SIGTERM')).toBe(true);
    expect(await watch.exit).toEqual({ exitCode: null, exitSignal: 'SIGTERM' });
    expect(signalIdentity(pty.identity, 'SIGTERM')).toBe(false);
  });

  it('writes pending input nowhere when the program dies and its descriptor is used again', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-reuse-'));
    const secret = Buffer.alloc(1024 * 1024, 'SECRET-PASTE-');
    for (let round = 0; round < 10; round++) {
      const { pty, watch } = watched('sh', ['-c', 'stty raw -echo; echo up; sleep 60']);
      await watch.untilText('up');
      pty.write(secret);
      const files: number[] = [];
      pty.onExit(() => {
        // the same turn in which the descriptor was closed: its number goes to the first of these
        for (let i = 0; i < 50; i++) files.push(fs.openSync(path.join(directory, `${round}-${i}`), 'w'));
        expect(() => pty.write(secret)).toThrow(expect.objectContaining({ code: 'SESSION_NOT_RUNNING' }));
        pty.pause();
        pty.resume();
        pty.dispose();
      });
      signalIdentity(pty.identity, 'SIGKILL');
      await watch.exit;
      await new Promise<void>((resolve) => void systemClock.after(40, resolve));
      for (const fd of files) fs.closeSync(fd);
      expect(watch.lostBytes).toBeGreaterThan(secret.length - 70_000);
    }
    const written = fs.readdirSync(directory).map((name) => fs.statSync(path.join(directory, name)).size);
    expect([written.length, Math.max(...written)]).toEqual([500, 0]);
    fs.rmSync(directory, { recursive: true });
  });
});

describe('nativeOf', () => {
  it('refuses a node-pty whose native half has changed', () => {
    expect(() => nativeOf({ native: { fork: spawn } })).toThrow(
      /node-pty on .* has no native functions "fork" and "resize"/,
    );
    expect(() => nativeOf({ native: null })).toThrow(/node-pty on/);
    expect(() => nativeOf({})).toThrow(/node-pty on/);
  });
});
