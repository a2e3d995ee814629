/** Shells inside the shell of a session, and in its place: what is run then, and what becomes of the run that started them. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestHome } from '../support/cli.ts';
import { holding } from '../support/like.ts';

const BASH = ['--shell', '/bin/bash'];

/** A home whose user has a zsh configured: without one zsh asks its new user questions. */
function home(): TestHome {
  const made = new TestHome();
  fs.writeFileSync(path.join(made.work, '.zshrc'), '');
  return made;
}

/** What a run gave: what is told of it, in one line. */
async function outcome(of: TestHome, args: readonly string[]): Promise<unknown[]> {
  const {
    outcome: how,
    exitCode,
    output,
    confidence,
    evidence,
  } = await of.result(['run', ...args, '--timeout', '20s']);
  return [how, exitCode, output, confidence, evidence];
}

const LIKELY = ['likely', ['sentinel']];
const CERTAIN = ['certain', ['hook_mark']];
const ENDED = ['likely', ['process_exit']];

describe('a shell inside the shell of a session', () => {
  it.each([
    ['bash', 7],
    ['bash -l', 7],
    ['zsh', 7],
    ['dash', 7],
    ['sh', 7],
    ['fish', 7],
    ['su -', 7],
    ['script -qc bash /dev/null', undefined],
    ["script -qc 'dash -i' /dev/null", undefined],
    ['bash; true', undefined],
  ])('%s runs commands, and the run that started it ends with it', async (command, exitCode) => {
    await using made = home();
    const id = await made.create(BASH);
    const { runId } = await made.result(['run', id, command, '--no-wait']);
    expect(await outcome(made, [id, 'echo hi; false'])).toEqual(['finished', 1, 'hi\n', ...LIKELY]);
    expect(await outcome(made, [id, "printf 'a b\\n c'"])).toEqual(['finished', 0, 'a b\n c', ...LIKELY]);
    // With something in between nobody knows its status, and none is made up.
    const end = exitCode === undefined ? ['lost', null, 'certain', ['process_exit']] : ['finished', exitCode, ...ENDED];
    expect((await outcome(made, [id, 'exit 7'])).filter((_, at) => at !== 2)).toEqual(end);
    expect(await made.result(['run', 'wait', String(runId)])).toMatchObject({
      outcome: 'finished',
      confidence: 'certain',
    });
    expect(await outcome(made, [id, 'echo back; (exit 9)'])).toEqual(['finished', 9, 'back\n', ...CERTAIN]);
  });

  it('is where the next command goes, at any depth, and is told of by inspect', async () => {
    await using made = home();
    const id = await made.create(BASH);
    await made.result(['run', id, 'bash', '--no-wait']);
    await made.result(['run', id, 'zsh', '--no-wait']);
    expect(await outcome(made, [id, 'echo $ZSH_NAME'])).toEqual(['finished', 0, 'zsh\n', ...LIKELY]);
    await made.result(['wait', id, '--prompt', '--timeout', '20s']);
    expect(await made.result(['inspect', id])).toMatchObject({
      completion: { source: 'sentinel', grade: 'basic', hooks: 'working', reader: { name: 'zsh' }, atPrompt: true },
    });
    expect((await outcome(made, [id, 'exit 3'])).slice(0, 2)).toEqual(['finished', 3]);
    expect(await outcome(made, [id, 'echo "$? ${ZSH_NAME-bash}"'])).toEqual(['finished', 0, '3 bash\n', ...LIKELY]);
    expect((await outcome(made, [id, 'kill -9 $$'])).slice(0, 2)).toEqual(['finished', 137]);
    expect((await made.result(['inspect', id]))['completion']).toMatchObject({ source: 'hooks', grade: 'rich' });
  });

  it('keeps the run that started it open; it is not told to be busy, and is when its own run goes on', async () => {
    await using made = home();
    const id = await made.create(BASH);
    const outer = await made.result(['run', id, 'bash', '--timeout', '500ms']);
    expect(outer).toMatchObject({ outcome: 'timed_out', completed: false });
    expect(await outcome(made, [id, 'echo hi', '--when-busy', 'fail'])).toEqual(['finished', 0, 'hi\n', ...LIKELY]);
    const sleep = await made.result(['run', id, 'sleep 30', '--no-wait']);
    const busy = await made.error(['run', id, 'echo no', '--when-busy', 'fail']);
    expect(busy).toMatchObject({ code: 'SESSION_BUSY', details: { runId: sleep['runId'] } });
    await made.result(['wait', id, '--text', 'sleep 30']);
    await expect.poll(async () => (await made.result(['inspect', id]))['foreground']).toMatchObject({ name: 'sleep' });
    await made.result(['send-keys', id, 'Ctrl+C']);
    expect(await made.result(['run', 'wait', String(sleep['runId']), '--timeout', '20s'])).toMatchObject({
      outcome: 'interrupted',
      exitCode: 130,
    });
    expect(await outcome(made, [id, 'echo $?'])).toEqual(['finished', 0, '130\n', ...LIKELY]);
  });

  it('may end in silence while the command that started it goes on', async () => {
    await using made = home();
    const id = await made.create(BASH);
    const { runId } = await made.result(['run', id, 'bash; sleep 60', '--no-wait']);
    const { outcome: how, durationMs } = await made.result(['run', id, 'kill -9 $$', '--timeout', '20s']);
    expect({ how, isSoon: Number(durationMs) < 10_000 }).toEqual({ how: 'lost', isSoon: true });
    expect(await made.result(['run', 'status', String(runId)])).toMatchObject({ state: 'started', outcome: null });
  });

  it('leaves no trace of the frame, neither in the log nor on the screen', async () => {
    await using made = home();
    const id = await made.create(['--cols', '40', ...BASH]);
    await made.result(['run', id, 'bash', '--no-wait']);
    await outcome(made, [id, 'echo one']);
    await outcome(made, [id, 'for i in 1 2; do\n echo $i\ndone']);
    const log = fs.readFileSync(path.join(made.home, 'sessions', id, 'events.jsonl'), 'utf8');
    const output = log.split('\n').filter((line) => line.includes('"type":"output"'));
    expect(output.join('\n')).not.toMatch(/29417|builtin|__at_/);
    expect((await made.run(['snapshot', id])).stdout).not.toMatch(/29417|builtin|eval/);
  });

  it('is not taken for one while it asks, runs its start-up files, or is a script', async () => {
    await using made = home();
    fs.writeFileSync(path.join(made.work, '.zshrc'), 'read -k 1 "x?Press a key: "\n');
    const id = await made.create(BASH);
    const asking = await made.result(['run', id, 'zsh', '--no-wait']);
    await made.result(['wait', id, '--text', 'Press a key:']);
    const before = (await made.run(['snapshot', id])).stdout;
    expect(await made.error(['run', id, 'echo no', '--timeout', '700ms'])).toMatchObject({ code: 'SESSION_BUSY' });
    expect((await made.run(['snapshot', id])).stdout).toBe(before);
    await made.result(['send-keys', id, 'q']);
    await outcome(made, [id, 'exit']);
    await made.result(['run', 'wait', String(asking['runId']), '--timeout', '20s']);
    for (const command of [
      'sh -c \'read -r x; echo "got $x"\'',
      '(read -e x; echo "got $x")',
      'read -e x; echo "got $x"',
    ]) {
      const { runId } = await made.result(['run', id, command, '--no-wait']);
      expect(await made.error(['run', id, 'echo no', '--timeout', '700ms'])).toMatchObject({ code: 'SESSION_BUSY' });
      await made.result(['type', id, 'answer\n']);
      expect((await made.run(['run', 'wait', String(runId), '--timeout', '20s'])).stdout).toBe('answer\ngot answer\n');
    }
  });
});

describe.runIf(process.getuid?.() === 0)('a program that another user runs in the shell of a session', () => {
  it('is given no file that it cannot read: what needs one is refused, and the rest runs', async () => {
    await using made = home();
    const id = await made.create(BASH);
    await made.result(['run', id, 'su -s /bin/bash nobody', '--no-wait']);
    expect(await outcome(made, [id, 'id -un; false'])).toEqual(['finished', 1, 'nobody\n', ...LIKELY]);
    const long = `echo ${'x'.repeat(20_000)}`;
    expect(await made.error(['run', id, long, '--timeout', '20s'])).toMatchObject({ code: 'INVALID_INPUT' });
    await made.result(['run', id, 'python3 -q', '--no-wait']);
    const refused = await made.error(['run', id, '1+1', '--timeout', '20s']);
    expect(refused).toMatchObject({ code: 'INVALID_INPUT', message: holding('python3, which runs for another user') });
    await made.result(['send-keys', id, 'Ctrl+D']);
    expect((await outcome(made, [id, 'exit 2'])).slice(0, 2)).toEqual(['finished', 2]);
    expect(await outcome(made, [id, 'echo back'])).toEqual(['finished', 0, 'back\n', ...CERTAIN]);
  });
});

describe('a shell in the place of the shell of a session', () => {
  it.each([
    ['exec bash', 'bash'],
    ['exec zsh', 'zsh'],
    ['exec fish', 'fish'],
    ['exec sh', 'sh'],
  ])('%s: the run is lost, as a guess, and the next ones go to %s', async (command, name) => {
    await using made = home();
    const id = await made.create(BASH);
    const [how, exitCode, , confidence, evidence] = await outcome(made, [id, command]);
    expect([how, exitCode, confidence, evidence]).toEqual(['lost', null, 'guess', ['foreground_group', 'prompt']]);
    expect(await outcome(made, [id, 'echo hi; false'])).toEqual(['finished', 1, 'hi\n', ...LIKELY]);
    await made.result(['wait', id, '--prompt', '--timeout', '20s']);
    expect((await made.result(['inspect', id]))['completion']).toMatchObject({
      source: 'sentinel',
      grade: 'basic',
      hooks: 'lost',
      reader: { name },
    });
    expect((await made.run(['inspect', id])).stdout).toContain('sentinel (basic), hooks lost');
    expect((await outcome(made, [id, 'exit 5'])).slice(0, 2)).toEqual(['session_exited', 5]);
  });

  it('is told from a program that is none: that run goes on to the end of the session', async () => {
    await using made = home();
    const id = await made.create(BASH);
    expect((await outcome(made, [id, "exec sh -c 'sleep 0.3; exit 6'"])).slice(0, 2)).toEqual(['session_exited', 6]);
  });

  it('is found in a start-up file too', async () => {
    await using made = home();
    fs.writeFileSync(path.join(made.work, '.bashrc'), 'exec fish\n');
    const id = await made.create(BASH);
    expect(await outcome(made, [id, 'echo (math 6 x 7); false'])).toEqual(['finished', 1, '42\n', ...LIKELY]);
  });
});
