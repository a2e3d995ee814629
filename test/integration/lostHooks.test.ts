/** Hooks that go while the shell stays: the run that took them away, the ones after it, and what only looks like that. */
import { describe, expect, it } from 'vitest';
import { TestHome } from '../support/cli.ts';

async function run(home: TestHome, id: string, command: string): Promise<Record<string, unknown>> {
  const { outcome, exitCode, output, confidence } = await home.result(['run', id, command, '--timeout', '20s']);
  return { outcome, exitCode, output, confidence };
}

const LOST = { outcome: 'lost', exitCode: null, confidence: 'guess' };

describe('hooks that go', () => {
  it.each([
    ['bash', 'unset PROMPT_COMMAND PS0'],
    ['bash', 'PROMPT_COMMAND=; PS0=; readonly PS0 PROMPT_COMMAND'],
    ['zsh', 'autoload -Uz add-zsh-hook; add-zsh-hook -d precmd __at_precmd; add-zsh-hook -d preexec __at_preexec'],
    ['zsh', 'precmd_functions=() preexec_functions=()'],
    ['fish', 'functions -e __at_prompt'],
    ['dash', "PS1='new> '"],
  ])('in %s by %s leave a lost run, and the next ones are likely', async (shell, command) => {
    await using home = new TestHome();
    const id = await home.create(['--shell', shell]);
    expect(await run(home, id, 'true')).toMatchObject({ exitCode: 0, confidence: 'certain' });
    const first = await run(home, id, command);
    // The shell may have put them back before the prompt.
    if (first['outcome'] !== 'finished') expect(first).toMatchObject(LOST);
    expect(await run(home, id, 'echo hi; false')).toMatchObject({
      outcome: 'finished',
      exitCode: 1,
      output: 'hi\n',
      confidence: 'likely',
    });
    expect(await run(home, id, 'echo more')).toMatchObject({ exitCode: 0, output: 'more\n', confidence: 'likely' });
    expect((await home.result(['inspect', id]))['completion']).toMatchObject({ hooks: 'lost', source: 'sentinel' });
  });

  it('and come back are believed again', async () => {
    await using home = new TestHome();
    const id = await home.create(['--shell', 'bash']);
    expect(await run(home, id, 'unset PROMPT_COMMAND')).toMatchObject(LOST);
    expect(await run(home, id, 'false')).toMatchObject({ outcome: 'finished', exitCode: 1, confidence: 'likely' });
    expect(await run(home, id, 'false')).toMatchObject({ outcome: 'finished', exitCode: 1, confidence: 'certain' });
    const { runs } = await home.result(['run', 'list', id]);
    expect(runs).toHaveLength(3);
    expect((await home.run(['events', id, '--types', 'foreign_run'])).stdout).toBe('');
  });

  it('by the hand of a person are noticed before anything is typed', async () => {
    await using home = new TestHome();
    const id = await home.create(['--shell', 'bash']);
    await run(home, id, 'true');
    await home.result(['type', id, ' unset PROMPT_COMMAND PS0\n']);
    await expect.poll(async () => (await home.result(['inspect', id]))['completion']).toMatchObject({ hooks: 'lost' });
    expect(await run(home, id, 'echo hi; false')).toMatchObject({
      outcome: 'finished',
      exitCode: 1,
      confidence: 'likely',
    });
  });
});

describe('what only looks like lost hooks', () => {
  it.each([
    ['bash', 'read -e -p \'Name? \' x; echo "got $x"'],
    ['bash', 'read -e x; echo "got $x"'],
    ['zsh', 'x=; vared x; echo "got $x"'],
    ['fish', 'read x; echo "got $x"'],
    ['dash', 'read x; echo "got $x"'],
  ])('in %s: %s goes on, and gets its answer and nothing else', async (shell, command) => {
    await using home = new TestHome();
    const id = await home.create(['--shell', shell]);
    await run(home, id, 'true');
    const { runId, outcome } = await home.result(['run', id, command, '--timeout', '500ms']);
    expect(outcome).toBe('timed_out');
    expect(await home.error(['run', id, 'echo no', '--timeout', '500ms'])).toMatchObject({ code: 'SESSION_BUSY' });
    await home.result(['send-keys', id, 'b', 'o', 'b', 'Enter']);
    const end = await home.result(['run', 'wait', String(runId), '--timeout', '20s']);
    expect(end).toMatchObject({ outcome: 'finished', exitCode: 0, confidence: 'certain' });
    expect(end['output']).toMatch(/got bob\n$/);
  });
});
