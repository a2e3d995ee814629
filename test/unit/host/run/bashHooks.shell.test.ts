import { describe, expect, it } from 'vitest';
import { hookStart } from '../../../../src/host/run/sources/hookStart.ts';
import { ShellUnderTest, type ShellOptions } from '../../../support/shellUnderTest.ts';

const NONCE = 'ab'.repeat(16);
const surroundings = { program: '/bin/x', directory: '/init', nonce: NONCE, environment: new Map<string, string>() };

function bash(options: Partial<ShellOptions> = {}): ShellUnderTest {
  return new ShellUnderTest({ argv: ['bash'], source: 'hooks', ...options });
}

describe('a bash with hooks', () => {
  it('tells exit code and exact output of what it runs', async () => {
    await using shell = bash();
    expect(await shell.outcomeOf('echo a; (exit 42)')).toEqual(['finished', 42, 'a\n']);
    expect(await shell.outcomeOf('true')).toEqual(['finished', 0, '']);
    expect(await shell.outcomeOf('printf abc')).toEqual(['finished', 0, 'abc']);
    expect(await shell.outcomeOf('nosuchcommand')).toEqual([
      'finished',
      127,
      'bash: nosuchcommand: command not found\n',
    ]);
    expect(await shell.outcomeOf("sh -c 'kill -9 $$'")).toEqual(['finished', 137, expect.stringContaining('Killed')]);
    expect(await shell.outcomeOf('sleep 5 &')).toEqual(['finished', 0, expect.stringMatching(/^\[1\] \d+\n$/)]);
    expect(await shell.run('true')).toMatchObject({
      source: 'hooks',
      evidence: ['hook_mark'],
      confidence: 'certain',
      completed: true,
    });
  });

  it('tells the end also when its outputs go elsewhere, and without printf', async () => {
    await using shell = bash();
    await shell.run('exec 2>/dev/null');
    expect(await shell.outcomeOf('echo heard; (exit 5)')).toEqual(['finished', 5, 'heard\n']);
    expect(await shell.outcomeOf('enable -n printf')).toEqual(['finished', 0, '']);
    expect(await shell.outcomeOf('echo heard; (exit 6)')).toEqual(['finished', 6, 'heard\n']);
    expect(await shell.outcomeOf('builtin printf x')).toEqual(['finished', 1, '']);
  });

  it('takes several lines, here-documents and comments as one run each', async () => {
    await using shell = bash();
    expect(await shell.outcomeOf('for i in 1 2; do\n  echo $i\ndone')).toEqual(['finished', 0, '1\n2\n']);
    expect(await shell.outcomeOf('echo one\necho two; (exit 3)')).toEqual(['finished', 3, 'one\ntwo\n']);
    expect(await shell.outcomeOf('cat <<E\n\ttab\nE')).toEqual(['finished', 0, '\ttab\n']);
    expect(await shell.outcomeOf('echo crlf\r\necho end')).toEqual(['finished', 0, 'crlf\nend\n']);
    expect(await shell.outcomeOf('# nothing to do')).toEqual(['finished', 0, '']);
    expect(await shell.outcomeOf('echo a # trailing')).toEqual(['finished', 0, 'a\n']);
  });

  it('rejects what the shell does not take, and gets the prompt back from incomplete input', async () => {
    await using shell = bash();
    const message = "bash: syntax error near unexpected token `;'\n";
    expect(await shell.outcomeOf('if; fi')).toEqual(['rejected', 2, message]);
    expect((await shell.outcomeOf("echo 'open")).slice(0, 2)).toEqual(['rejected', 130]);
    expect((await shell.outcomeOf('echo a \\')).slice(0, 2)).toEqual(['rejected', 130]);
    expect((await shell.outcomeOf('echo first\nif true; then')).slice(0, 2)).toEqual(['rejected', 130]);
    expect(await shell.outcomeOf('echo fine')).toEqual(['finished', 0, 'fine\n']);
  });

  it('tells Ctrl+C and Ctrl+Z from an end', async () => {
    await using shell = bash();
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

  it('cannot be answered or ended by what reads the terminal or prints marks', async () => {
    await using shell = bash();
    const reader = await shell.start('read x; echo "got $x"');
    await shell.started(reader);
    shell.type('answer\n');
    expect(await shell.end(reader)).toMatchObject({ outcome: 'finished', output: 'answer\ngot answer\n' });
    const forged = String.raw`printf '\033]29417;${NONCE};D;0;0\007\033]29417;${NONCE};C;3\007'; (exit 5)`;
    expect(await shell.outcomeOf(forged)).toEqual(['finished', 5, '']);
    expect(shell.output.toString()).toContain(`\u001b]29417;${NONCE};D;0;0\u0007`);
  });

  it('leaves status, last argument and history to the user', async () => {
    await using shell = bash();
    await shell.run('(exit 7)');
    expect(await shell.outcomeOf('echo $?')).toEqual(['finished', 0, '7\n']);
    await shell.run('echo some words');
    expect(await shell.outcomeOf('echo $_')).toEqual(['finished', 0, 'words\n']);
    const history = await shell.run('history');
    expect(history.output.match(/^ +\d+ +.*$/gm)?.map((line) => line.replace(/^ +\d+ +/, ''))).toEqual([
      '(exit 7)',
      'echo $?',
      'echo some words',
      'echo $_',
      'history',
    ]);
  });

  it('hides from children what it knows', async () => {
    await using shell = bash();
    const { output } = await shell.run(
      'env; tr "\\0" "\\n" </proc/self/environ; bash --norc -ic "echo [\\$PS0\\$PROMPT_COMMAND]"',
    );
    expect(output).not.toMatch(/__at_|29417/);
    expect(output).toContain('[]');
  });

  it.each(['set -u', 'set -x', 'set -e', 'set -o posix', 'set -o vi', 'shopt -u promptvars', 'PS0="[ps0]"', 'PS0='])(
    'goes on under %s',
    async (setting) => {
      await using shell = bash();
      await shell.run(setting);
      await shell.run('true');
      const { output, exitCode } = await shell.run('echo out; ! true');
      expect(output.replaceAll(/^\+ .*\n/gm, '')).toBe('out\n');
      expect(exitCode).toBe(1);
      expect((await shell.run('echo $?')).output).toContain('1\n');
      expect(shell.output.toString()).not.toMatch(/__at_(?!s\b)/);
    },
  );

  it.each([
    'printf() { echo wrong; }',
    'builtin() { :; }',
    'command() { return 1; }; echo() { :; }; test() { return 3; }',
    'alias printf="echo no" builtin="echo no" return="echo no"',
  ])('is not deceived by %s', async (definition) => {
    await using shell = bash();
    await shell.run(definition);
    expect((await shell.outcomeOf('(exit 9)')).slice(0, 2)).toEqual(['finished', 9]);
  });

  it.each([
    ['PROMPT_COMMAND="echo user"', 'a string'],
    ['PROMPT_COMMAND=("echo user" "echo more")', 'an array'],
    ['export PROMPT_COMMAND="echo user"', 'exported'],
    ['PROMPT_COMMAND="false"', 'failing'],
  ])('runs %s of the start-up file, %s', async (line) => {
    await using shell = bash({ home: { '.bashrc': `${line}\n` } });
    expect(await shell.outcomeOf('echo out; (exit 4)')).toEqual(['finished', 4, 'out\n']);
    expect(await shell.outcomeOf('echo $?')).toEqual(['finished', 0, '4\n']);
    if (line.includes('user')) expect(shell.output.toString()).toContain('user\r\n');
    if (line.includes('more')) expect(shell.output.toString()).toContain('more\r\n');
  });

  it.each([
    'PROMPT_COMMAND="echo later"',
    'PROMPT_COMMAND=',
    'PROMPT_COMMAND+=("echo later")',
    'PROMPT_COMMAND+="; echo later"',
  ])('survives %s', async (change) => {
    await using shell = bash();
    expect((await shell.run(change)).outcome).toBe('finished');
    expect(await shell.outcomeOf('echo out; (exit 4)')).toEqual(['finished', 4, 'out\n']);
    await shell.ready();
    if (change.includes('later')) expect(shell.output.toString()).toContain('later\r\n');
  });

  it('notices lost hooks, says so, and has them back for the next run', async () => {
    await using shell = bash();
    expect(await shell.run('unset PROMPT_COMMAND')).toMatchObject({
      outcome: 'lost',
      exitCode: null,
      evidence: ['prompt'],
      confidence: 'guess',
    });
    expect(await shell.outcomeOf('echo back; (exit 3)')).toEqual(['finished', 3, 'back\n']);
  });

  it('keeps a DEBUG trap and what it sees of commands', async () => {
    await using shell = bash({ home: { '.bashrc': `trap 'echo "dbg $BASH_COMMAND"' DEBUG\n` } });
    expect(await shell.outcomeOf('echo out')).toEqual(['finished', 0, 'dbg echo out\nout\n']);
    expect(await shell.outcomeOf('true')).toEqual(['finished', 0, 'dbg true\n']);
    expect(shell.output.toString()).not.toContain('__at_');
  });

  it('logs a command that a person typed as foreign and goes on with the next prompt', async () => {
    await using shell = bash();
    await shell.ready();
    shell.type('(exit 6)\r');
    await shell.until(() => shell.events.some((event) => event.type === 'foreign_run'), 'the foreign run');
    expect(shell.events.find((event) => event.type === 'foreign_run')?.payload).toEqual({ exitCode: 6 });
    expect(await shell.outcomeOf('echo mine')).toEqual(['finished', 0, 'mine\n']);
  });

  it('reads what a login shell would read, and what any other would', async () => {
    const home = { '.bash_profile': 'echo profile\n', '.profile': 'echo wrong\n', '.bashrc': 'echo rc; return 0\n' };
    for (const [argv, expected] of [
      [['bash'], 'rc\r\n'],
      [['bash', '--login'], 'profile\r\n'],
    ] as const) {
      await using shell = bash({ argv, home });
      await shell.ready();
      const printed = shell.output.toString();
      expect(printed).toContain(expected);
      expect(printed.match(/rc|profile|wrong/g)).toHaveLength(1);
    }
  });

  it('tells how the session went when the command ends it', async () => {
    await using shell = bash();
    const run = await shell.start('exit 7');
    expect(await shell.end(run)).toMatchObject({ outcome: 'session_exited', exitCode: 7, completed: false });
    expect(shell.events.at(-1)).toEqual({ type: 'exit', payload: { exitCode: 7, exitSignal: null } });
  });

  it('runs 100 kB of text whole, pasted, and control characters by file', async () => {
    await using shell = bash();
    const text = 'abcdefghi\n'.repeat(10_000);
    expect(await shell.outcomeOf(`x='${text}'; echo \${#x}`)).toEqual(['finished', 0, '100000\n']);
    expect(await shell.outcomeOf("printf %s 'a\u0003b\u0015c' | od -An -c")).toEqual([
      'finished',
      0,
      '   a 003   b 025   c\n',
    ]);
  });

  it('works without bracketed paste', async () => {
    await using shell = bash({ term: 'dumb' });
    expect(await shell.outcomeOf('echo a; (exit 2)')).toEqual(['finished', 2, 'a\n']);
    expect(await shell.outcomeOf('echo a\necho b')).toEqual(['finished', 0, 'a\nb\n']);
  });
});

describe('a bash that is too old for hooks', () => {
  /** The installed bash, taken for another version by the start-up file. */
  function oldBash(version: string, rc: string): ShellUnderTest {
    const adapt = (script: string): string => script.replace('BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]', version);
    return bash({ adapt, home: { '.bashrc': rc } });
  }

  it.each([
    ['302', 'none'],
    ['403', 'none'],
    ['404', 'hooks'],
  ])('of version %s gets %s, and keeps what the user has', async (version, hooks) => {
    await using shell = oldBash(version, "PROMPT_COMMAND='MINE=1'; trap 'LAST=1' DEBUG\n");
    const commands =
      'echo "[$MINE][$(trap -p DEBUG)][${PS0+ps0}]"; echo "<$PROMPT_COMMAND>" | tr -d "\\n"; echo; echo EN"D"';
    await shell.until(() => shell.pty.modes()?.canonical === false, 'the line editor');
    shell.type(`${commands}\r`);
    await shell.until(() => shell.output.toString().includes('\r\nEND'), 'the answer');
    const printed = shell.output.toString();
    expect(printed).toContain(`[1][trap -- 'LAST=1' DEBUG][${hooks === 'hooks' ? 'ps0' : ''}]`);
    expect(printed.includes('<MINE=1>')).toBe(hooks === 'none');
    expect(shell.coordinator.hooksSeen).toBe(hooks === 'hooks');
  });

  it('can read the whole script: what is newer than 3.2 stands in expansions alone', () => {
    const { script } = hookStart(['bash'], surroundings)?.files[0] ?? {};
    const code = script?.replaceAll(/^\s*#.*$/gm, '').replaceAll(/'[^']*'/g, "''");
    // fall-through of case, |&, &>>, variables for descriptors, co-processes, -v and -R, changes of case, negative indices
    const newer =
      /;&|;;&|\|&|&>>|\{\w+\}[<>]|\bcoproc\b|\[\[[^\]]* -[vR] |\$\{\w+[\^,]|\[-\d+\]|\b(?:mapfile|readarray)\b|\b(?:declare|typeset) -/;
    expect(code).toMatch(/__at_install/);
    expect(code).not.toMatch(newer);
  });
});

describe('hookStart of bash', () => {
  it('takes bash alone, -i, -l and --login, and nothing else', () => {
    for (const argv of [['/bin/bash'], ['bash', '-i'], ['bash', '-l'], ['bash', '--login', '-i']]) {
      expect(hookStart(argv, surroundings)?.argv).toEqual([argv[0], '--init-file', '/init/bash-init', '-i']);
    }
    for (const argv of [[], ['sh'], ['bash', '-c', 'x'], ['bash', '--norc'], ['bash', 'script']]) {
      expect(hookStart(argv, surroundings)).toBeUndefined();
    }
  });

  it('leaves no placeholder in the script', () => {
    expect(hookStart(['bash'], surroundings)?.files[0]?.script).not.toMatch(/@[A-Z]+@|\\\$\{/);
  });
});
