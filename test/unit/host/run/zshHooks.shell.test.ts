import { describe, expect, it } from 'vitest';
import { hookStart } from '../../../../src/host/run/sources/hookStart.ts';
import { ShellUnderTest, type ShellOptions } from '../../../support/shellUnderTest.ts';

function zsh(options: Partial<ShellOptions> = {}): ShellUnderTest {
  return new ShellUnderTest({ argv: ['zsh'], source: 'hooks', ...options, home: { '.zshrc': '', ...options.home } });
}

describe('a zsh with hooks', () => {
  it('tells exit code and exact output of what it runs', async () => {
    await using shell = zsh();
    expect(await shell.outcomeOf('echo a; (exit 42)')).toEqual(['finished', 42, 'a\n']);
    expect(await shell.outcomeOf('true')).toEqual(['finished', 0, '']);
    expect(await shell.outcomeOf('printf abc')).toEqual(['finished', 0, 'abc']);
    expect(await shell.outcomeOf('nosuchcommand')).toEqual([
      'finished',
      127,
      'zsh: command not found: nosuchcommand\n',
    ]);
    expect((await shell.outcomeOf("sh -c 'kill -9 $$'")).slice(0, 2)).toEqual(['finished', 137]);
    expect((await shell.outcomeOf('sleep 5 &')).slice(0, 2)).toEqual(['finished', 0]);
    expect(await shell.run('true')).toMatchObject({
      source: 'hooks',
      evidence: ['hook_mark'],
      confidence: 'certain',
      completed: true,
    });
  });

  it('shows the mark of a partial line as zsh does, behind the output of the run', async () => {
    await using shell = zsh({ cols: 30 });
    await shell.run('printf abc');
    await shell.ready();
    expect(shell.output.toString()).toContain(
      `abc\u001b[1m\u001b[7m${process.getuid?.() === 0 ? '#' : '%'}\u001b[27m\u001b[1m\u001b[0m${' '.repeat(29)}\r \r`,
    );
    await shell.run("PROMPT_EOL_MARK='<%F{red}no%f>'");
    await shell.run('printf xyz');
    await shell.ready();
    expect(shell.output.toString()).toMatch(/xyz<\u001b\[31mno\u001b\[39m>(?:\u001b\[0m)? {26}\r {4}\r/);
    await shell.run("PROMPT_EOL_MARK=''");
    expect(await shell.outcomeOf('printf end')).toEqual(['finished', 0, 'end']);
  });

  it('takes several lines, here-documents and comments as one run each', async () => {
    await using shell = zsh();
    expect(await shell.outcomeOf('for i in 1 2; do\n  echo $i\ndone')).toEqual(['finished', 0, '1\n2\n']);
    expect(await shell.outcomeOf('echo one\necho two; (exit 3)')).toEqual(['finished', 3, 'one\ntwo\n']);
    expect(await shell.outcomeOf('cat <<E\n\ttab\nE')).toEqual(['finished', 0, '\ttab\n']);
    expect(await shell.outcomeOf('echo crlf\r\necho end')).toEqual(['finished', 0, 'crlf\nend\n']);
  });

  it('rejects what the shell does not take, and gets the prompt back from incomplete input', async () => {
    await using shell = zsh();
    expect((await shell.outcomeOf('(exit 7)')).slice(0, 2)).toEqual(['finished', 7]);
    expect(await shell.outcomeOf('if; fi')).toEqual(['rejected', null, "zsh: parse error near `fi'\n"]);
    expect((await shell.outcomeOf("echo 'open")).slice(0, 2)).toEqual(['rejected', 130]);
    expect((await shell.outcomeOf('echo a \\')).slice(0, 2)).toEqual(['rejected', 130]);
    expect(await shell.outcomeOf('echo fine')).toEqual(['finished', 0, 'fine\n']);
  });

  it('tells Ctrl+C and Ctrl+Z from an end', async () => {
    await using shell = zsh();
    const sleep = await shell.start('sleep 30');
    await shell.inForeground('sleep');
    shell.interrupt();
    expect(await shell.end(sleep)).toMatchObject({ outcome: 'interrupted', exitCode: 130, completed: true });
    const stopped = await shell.start('sleep 30');
    await shell.inForeground('sleep');
    shell.type('\u001a');
    expect(await shell.end(stopped)).toMatchObject({ outcome: 'stopped', exitCode: null, completed: false });
    expect((await shell.outcomeOf('kill %1; (exit 148)')).slice(0, 2)).toEqual(['finished', 148]);
  });

  it('leaves status, last argument and history to the user', async () => {
    await using shell = zsh();
    await shell.run('(exit 7)');
    expect(await shell.outcomeOf('echo $?')).toEqual(['finished', 0, '7\n']);
    await shell.run('echo some words');
    expect(await shell.outcomeOf('echo $_')).toEqual(['finished', 0, 'words\n']);
    const history = await shell.run('history 1');
    expect(history.output.split('\n').map((line) => line.replace(/^ +\d+ +/, ''))).toEqual([
      '(exit 7)',
      'echo $?',
      'echo some words',
      'echo $_',
      '',
    ]);
  });

  it('hides from children what it knows', async () => {
    await using shell = zsh();
    const { output } = await shell.run('env; tr "\\0" "\\n" </proc/self/environ; zsh -fc "echo [$ZDOTDIR]"');
    expect(output).not.toMatch(/__at_|29417|hooks/);
    expect(output).toContain('[]');
  });

  it.each([
    'setopt nounset',
    'setopt xtrace',
    'setopt errreturn',
    'setopt ksharrays shwordsplit',
    'setopt vi',
    'emulate sh',
    'emulate ksh',
    'unsetopt promptcr',
    'setopt promptsp',
    'setopt extendedglob nomatch noclobber',
  ])('goes on under %s', async (setting) => {
    await using shell = zsh();
    await shell.run(setting);
    await shell.run('true');
    const { output, exitCode } = await shell.run('echo out; ! true');
    expect(output.replaceAll(/^\+.*\n/gm, '')).toBe('out\n');
    expect(exitCode).toBe(1);
    expect((await shell.run('echo $?')).output).toContain('1\n');
    expect(shell.output.toString()).not.toContain('__at_');
  });

  it.each([
    'printf() { echo wrong; }',
    'builtin() { :; }',
    'print() { return 1; }; echo() { :; }',
    'alias printf="echo no" builtin="echo no" emulate="echo no"',
  ])('is not deceived by %s', async (definition) => {
    await using shell = zsh();
    await shell.run(definition);
    expect((await shell.outcomeOf('(exit 9)')).slice(0, 2)).toEqual(['finished', 9]);
  });

  it.each([
    'precmd() { echo user }; preexec() { echo before }',
    'precmd_functions=(mine); mine() { echo user }',
    'autoload -Uz add-zsh-hook; mine() { echo user; false }; add-zsh-hook precmd mine',
    'PS1=$\'line one\\n%# \'; RPS1="%T"',
  ])('keeps the hooks and prompts of the start-up file: %s', async (line) => {
    await using shell = zsh({ home: { '.zshrc': `${line}\n` } });
    expect((await shell.outcomeOf('echo out; (exit 4)')).slice(0, 2)).toEqual(['finished', 4]);
    expect(await shell.outcomeOf('echo $?')).toEqual(['finished', 0, '4\n']);
    await shell.ready();
    if (line.includes('user')) expect(shell.output.toString()).toContain('user\r\n');
  });

  it('reads what zsh would read, with the directory that the user chose', async () => {
    const home = {
      '.zshenv': 'echo env; export ZDOTDIR=$HOME/zd\n',
      '.zshrc': 'echo wrong\n',
      'zd/.zshrc': 'echo "rc $ZDOTDIR"\n',
      'zd/.zprofile': 'echo profile\n',
      'zd/.zlogin': 'echo login\n',
    };
    for (const [argv, words] of [
      [['zsh'], ['env', 'rc']],
      [
        ['zsh', '-l'],
        ['env', 'profile', 'rc', 'login'],
      ],
    ] as const) {
      await using shell = zsh({ argv, home });
      await shell.ready();
      expect(shell.output.toString().match(/^(?:env|rc|profile|login|wrong)/gm)).toEqual(words);
      expect((await shell.run('echo $ZDOTDIR')).output).toBe(`${shell.home}/zd\n`);
    }
    await using given = zsh({ env: ['ZDOTDIR=/nowhere/at all'] });
    expect((await given.run('echo $ZDOTDIR')).output).toBe('/nowhere/at all\n');
  });

  it('logs a command that a person typed as foreign and goes on with the next prompt', async () => {
    await using shell = zsh();
    await shell.ready();
    shell.type('(exit 6)\r');
    await shell.until(() => shell.events.some((event) => event.type === 'foreign_run'), 'the foreign run');
    expect(shell.events.find((event) => event.type === 'foreign_run')?.payload).toEqual({ exitCode: 6 });
    expect(await shell.outcomeOf('echo mine')).toEqual(['finished', 0, 'mine\n']);
  });

  it('tells how the session went when the command ends it, also by errexit and exec', async () => {
    for (const command of ['exit 7', 'setopt errexit; (exit 7)', "exec sh -c 'exit 7'"]) {
      await using shell = zsh();
      const run = await shell.start(command);
      expect(await shell.end(run)).toMatchObject({ outcome: 'session_exited', exitCode: 7, completed: false });
    }
  });

  it('notices lost hooks and says so', async () => {
    await using shell = zsh();
    expect(await shell.run('precmd_functions=() preexec_functions=()')).toMatchObject({
      outcome: 'lost',
      exitCode: null,
      confidence: 'guess',
    });
  });

  it('runs 100 kB of text whole', async () => {
    await using shell = zsh();
    const text = 'abcdefghi\n'.repeat(10_000);
    expect(await shell.outcomeOf(`x='${text}'; echo \${#x}`)).toEqual(['finished', 0, '100000\n']);
  });
});

describe('hookStart of zsh', () => {
  it('leaves no placeholder, and quotes what comes from outside', () => {
    const directory = "/a b'c";
    const environment = new Map([['ZDOTDIR', "it's"]]);
    const start = hookStart(['zsh'], { program: 'zsh', directory, nonce: 'ab'.repeat(16), environment });
    for (const { script } of start?.files ?? []) expect(script).not.toMatch(/@[A-Z]+@|\\\$\{/);
    expect(start?.files[0]?.script).toContain(String.raw`__at_dir='/a b'\''c'`);
    expect(start?.files[0]?.script).toContain(String.raw`ZDOTDIR='it'\''s'`);
    expect(start?.environment).toEqual({ ZDOTDIR: directory });
    expect(hookStart(['zsh', '-f'], { program: 'zsh', directory, nonce: '', environment })).toBeUndefined();
  });
});
