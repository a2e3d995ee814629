import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { spawnPty } from '../../../../src/host/pty/nodePty.ts';
import type { Pty } from '../../../../src/host/pty/pty.ts';
import type { ForegroundProgram } from '../../../../src/host/run/reader.ts';
import { foregroundProgram, isCurrent, programImage } from '../../../../src/host/session/programs.ts';

let pty: Pty | undefined;
afterEach(() => pty?.dispose());

/** A bash without start-up files; what it prints is not looked at. */
function bash(): Pty {
  pty = spawnPty({
    file: '/usr/bin/bash',
    args: ['--norc', '--noprofile', '-i'],
    environment: ['PATH=/usr/bin:/bin', 'TERM=xterm', 'HISTFILE='],
    cwd: '/',
    cols: 80,
    rows: 24,
    clock: systemClock,
  });
  pty.onData(() => undefined);
  return pty;
}

function foreground(of: Pty): ForegroundProgram | undefined {
  const group = of.foregroundGroup();
  return group === undefined ? undefined : foregroundProgram(group);
}

async function type(
  to: Pty,
  text: string,
  isThere: (program: ForegroundProgram | undefined) => boolean,
): Promise<void> {
  to.write(Buffer.from(text));
  await expect.poll(() => isThere(foreground(to)), { timeout: 20_000, interval: 10 }).toBe(true);
}

describe('the program in the foreground', () => {
  it('is another one after an exec, in the same process', async () => {
    const shell = bash();
    await expect.poll(() => foreground(shell)?.name, { timeout: 20_000 }).toBe('bash');
    const before = programImage(shell.pid);
    if (before === undefined) throw new Error('no image');
    expect(isCurrent(before)).toBe(true);
    await type(shell, 'exec bash --norc -i\r', () => !isCurrent(before));
    expect(programImage(shell.pid)?.pid).toBe(before.pid);
    await type(shell, 'exec dash\r', (program) => program?.speaks?.name === 'dash');
    expect(foreground(shell)).toMatchObject({ isOnOwnTerminal: true, isFork: false, image: { pid: shell.pid } });
  });

  it('is told from a subshell, which is a copy of the shell', async () => {
    const shell = bash();
    await type(shell, '(read x)\r', (program) => program !== undefined && program.image.pid !== shell.pid);
    expect(foreground(shell)).toMatchObject({ name: 'bash', isFork: true });
    shell.write(Buffer.from('x\n'));
    await expect.poll(() => foreground(shell)?.image.pid, { timeout: 20_000 }).toBe(shell.pid);
    await type(
      shell,
      'bash --norc --noprofile -i\r',
      (program) => program !== undefined && program.image.pid !== shell.pid,
    );
    // The same words as its parent, and a program of its own.
    await expect.poll(() => foreground(shell)?.isFork, { timeout: 20_000 }).toBe(false);
    expect(foreground(shell)).toMatchObject({ startedBy: shell.pid, speaks: { name: 'bash' } });
  });

  it('is what a relay runs on a terminal of its own', async () => {
    const shell = bash();
    await type(shell, "script -qc 'dash -i' /dev/null\r", (program) => program?.speaks?.name === 'dash');
    expect(foreground(shell)).toMatchObject({ isOnOwnTerminal: false, isFork: false });
    await type(shell, 'sleep 60\n', (program) => program?.name === 'sleep');
  });

  it.each([
    ["sh -c 'read x; :'", 'sh'],
    ['python3 -c "input()"', 'python3'],
    ["bash -c 'read x; :' bash", 'bash'],
    ['dash </dev/zero >/dev/null', 'dash'],
  ])('speaks nothing when it is %j', async (command, name) => {
    const shell = bash();
    await type(
      shell,
      `${command}\r`,
      (program) => program?.name === name && program.image.pid !== shell.pid && !program.isFork,
    );
    expect(foreground(shell)?.speaks).toBeUndefined();
  });
});
