import { describe, expect, it } from 'vitest';
import { hookStart } from '../../../../src/host/run/sources/hookStart.ts';
import { ShellUnderTest, type ShellOptions } from '../../../support/shellUnderTest.ts';

function dash(options: Partial<ShellOptions> = {}): ShellUnderTest {
  return new ShellUnderTest({ argv: ['dash'], source: 'hooks', ...options });
}

describe('a dash with hooks', () => {
  it('tells exit code and exact output of what it runs', async () => {
    await using shell = dash();
    expect(await shell.outcomeOf('echo a; (exit 42)')).toEqual(['finished', 42, 'a\n']);
    expect(await shell.outcomeOf('true')).toEqual(['finished', 0, '']);
    expect(await shell.outcomeOf('printf abc')).toEqual(['finished', 0, 'abc']);
    expect((await shell.outcomeOf('nosuchcommand')).slice(0, 2)).toEqual(['finished', 127]);
    expect((await shell.outcomeOf("sh -c 'kill -9 $$'")).slice(0, 2)).toEqual(['finished', 137]);
    expect((await shell.outcomeOf('sleep 5 &')).slice(0, 2)).toEqual(['finished', 0]);
    expect(await shell.run('true')).toMatchObject({
      source: 'hooks',
      evidence: ['hook_mark'],
      confidence: 'certain',
      completed: true,
    });
  });

  it('takes several lines, here-documents and comments as one run each', async () => {
    await using shell = dash();
    expect(await shell.outcomeOf('for i in 1 2; do\n  echo $i\ndone')).toEqual(['finished', 0, '1\n2\n']);
    expect(await shell.outcomeOf('echo one\necho two; (exit 3)')).toEqual(['finished', 3, 'one\ntwo\n']);
    expect(await shell.outcomeOf('cat <<E\n\ttab\nE')).toEqual(['finished', 0, '\ttab\n']);
    expect(await shell.outcomeOf('# nothing to do')).toEqual(['finished', 0, '']);
    expect(await shell.outcomeOf('echo a # trailing')).toEqual(['finished', 0, 'a\n']);
  });

  it('rejects what the shell does not take, and gets the prompt back from incomplete input', async () => {
    await using shell = dash();
    expect(await shell.outcomeOf('if; fi')).toEqual(['rejected', 2, 'dash: 1: Syntax error: ";" unexpected\n']);
    expect((await shell.outcomeOf("echo 'open")).slice(0, 2)).toEqual(['rejected', 130]);
    expect((await shell.outcomeOf('if true; then echo a')).slice(0, 2)).toEqual(['rejected', 130]);
    expect((await shell.outcomeOf('echo a \\')).slice(0, 2)).toEqual(['rejected', 130]);
    expect(await shell.outcomeOf('echo fine')).toEqual(['finished', 0, 'fine\n']);
  });

  it('tells Ctrl+C and Ctrl+Z from an end', async () => {
    await using shell = dash();
    const sleep = await shell.start('sleep 30');
    await shell.inForeground('sleep');
    shell.interrupt();
    expect(await shell.end(sleep)).toMatchObject({ outcome: 'interrupted', exitCode: 130, completed: true });
    const reading = await shell.start('read x');
    await shell.started(reading);
    await shell.alone();
    shell.interrupt();
    expect(await shell.end(reading)).toMatchObject({ outcome: 'interrupted', exitCode: 130 });
    const stopped = await shell.start('sleep 30');
    await shell.inForeground('sleep');
    shell.type('\u001a');
    expect(await shell.end(stopped)).toMatchObject({ outcome: 'stopped', exitCode: null, completed: false });
    expect(await shell.outcomeOf('echo $?')).toEqual(['finished', 0, '148\n']);
    expect((await shell.outcomeOf('kill -9 %1; sleep 0.1; (exit 148)')).slice(0, 2)).toEqual(['finished', 148]);
  });

  it('leaves the status to the user, and shows what was typed as the user would', async () => {
    await using shell = dash();
    await shell.run('(exit 7)');
    expect(await shell.outcomeOf('echo $?')).toEqual(['finished', 0, '7\n']);
    await shell.ready();
    expect(shell.output.toString()).toMatch(/^([#$]) \(exit 7\)\r\n\1 echo \$\?\r\n7\r\n\1 $/);
  });

  it('leaves the last word to the user, whatever it is, and no words of ours in a trace', async () => {
    await using shell = dash();
    const word = String.raw`it's "\$(x)" ;`;
    await shell.run(`echo 'it'\\''s "\\$(x)" ;'; (exit 3)`);
    expect(await shell.outcomeOf('printf %s "$_"')).toEqual(['finished', 0, word]);
    expect(await shell.outcomeOf('set -x; true one')).toEqual(['finished', 0, '+ true one\n']);
    expect(await shell.outcomeOf('echo "$_"')).toEqual(['finished', 0, '+ echo one\none\n']);
    expect(await shell.outcomeOf('false')).toEqual(['finished', 1, '+ false\n']);
    expect(await shell.outcomeOf('true')).toEqual(['finished', 0, '+ true\n']);
  });

  it('tells the end also when its output goes elsewhere', async () => {
    await using shell = dash();
    await shell.run('exec >/dev/null');
    expect(await shell.outcomeOf('echo unheard; (exit 5)')).toEqual(['finished', 5, '']);
  });

  it('reports its prompts although the start-up file of the user breaks off', async () => {
    await using shell = dash({ home: { rc: 'x=1\nif true; then\n' }, env: ['ENV=$HOME/rc'] });
    expect(await shell.outcomeOf('echo a; (exit 5)')).toEqual(['finished', 5, 'a\n']);
  });

  it('hides from children what it knows, also when the prompt is exported', async () => {
    await using shell = dash({ env: ['PS1=mine> ', 'PS2=more> '] });
    const { output } = await shell.run('env; tr "\\0" "\\n" </proc/self/environ; dash -ic "echo [\\$PS1]"');
    expect(output).not.toContain('29417');
    await shell.ready();
    expect(shell.output.toString()).toMatch(/mine> $/);
  });

  it.each(['set -u', 'set -x', 'set -e', 'set -C', 'set -f', 'set -a', 'set -v'])(
    'goes on under %s',
    async (setting) => {
      await using shell = dash();
      await shell.run(setting);
      await shell.run('true');
      const { output, exitCode } = await shell.run('echo out; ! true');
      expect(output.replaceAll(/^\+ .*\n/gm, '')).toBe('out\n');
      expect(exitCode).toBe(1);
      expect((await shell.run('echo $?')).output).toContain('1\n');
      expect((await shell.run('env')).output).not.toContain('29417');
    },
  );

  it.each([
    'printf() { echo wrong; }',
    'command() { return 1; }; echo() { :; }',
    'alias printf="echo no" eval="echo no"',
  ])('is not deceived by %s', async (definition) => {
    await using shell = dash();
    await shell.run(definition);
    expect((await shell.outcomeOf('(exit 9)')).slice(0, 2)).toEqual(['finished', 9]);
  });

  it('reads the file that ENV names for the user, and gives ENV back', async () => {
    const home = { rc: 'PS1="two\nlines "; echo started\n' };
    await using shell = dash({ home, env: ['ENV=$HOME/rc'] });
    expect(await shell.outcomeOf('echo "$ENV"; (exit 5)')).toEqual(['finished', 5, '$HOME/rc\n']);
    expect(shell.output.toString()).toContain('started\r\n');
    expect(shell.output.toString()).toContain('two\r\nlines ');
  });

  it('tells how the session went when the command ends it', async () => {
    for (const command of ['exit 7', 'set -e; (exit 7)', "exec sh -c 'exit 7'"]) {
      await using shell = dash();
      const run = await shell.start(command);
      expect(await shell.end(run)).toMatchObject({ outcome: 'session_exited', exitCode: 7, completed: false });
    }
  });

  it('runs 100 kB of text whole', async () => {
    await using shell = dash();
    const text = 'abcdefghi\n'.repeat(10_000);
    expect(await shell.outcomeOf(`x='${text}'; echo \${#x}`)).toEqual(['finished', 0, '100000\n']);
  });
});

describe('hookStart of dash', () => {
  it('takes dash, and sh where that is dash, and leaves no placeholder', () => {
    const surroundings = { program: '/usr/bin/dash', directory: '/d', nonce: 'ab'.repeat(16), environment: new Map() };
    expect(hookStart(['/bin/sh'], surroundings)?.environment).toEqual({ ENV: '/d/dash-init' });
    expect(hookStart(['dash', '-i'], surroundings)?.files[0]?.script).not.toMatch(/@[A-Z]+@|\\\$\{/);
    expect(hookStart(['sh'], { ...surroundings, program: '/usr/bin/bash' })).toBeUndefined();
    expect(hookStart(['dash', '-c', 'x'], surroundings)).toBeUndefined();
  });
});
