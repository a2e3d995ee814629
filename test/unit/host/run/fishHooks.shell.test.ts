import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../../../src/base/clock.ts';
import { QUIET_MS } from '../../../../src/host/run/promptTracker.ts';
import { hookStart } from '../../../../src/host/run/sources/hookStart.ts';
import { ShellUnderTest, type ShellOptions } from '../../../support/shellUnderTest.ts';

function fish(options: Partial<ShellOptions> = {}): ShellUnderTest {
  return new ShellUnderTest({ argv: ['fish'], source: 'hooks', ...options });
}

describe('a fish with hooks', () => {
  it('tells exit code and exact output of what it runs', async () => {
    await using shell = fish();
    expect(await shell.outcomeOf("echo a; sh -c 'exit 42'")).toEqual(['finished', 42, 'a\n']);
    expect(await shell.outcomeOf('true')).toEqual(['finished', 0, '']);
    expect(await shell.outcomeOf('printf abc')).toEqual(['finished', 0, 'abc']);
    expect((await shell.outcomeOf('nosuchcommand')).slice(0, 2)).toEqual(['finished', 127]);
    expect((await shell.outcomeOf("sh -c 'kill -9 $$'")).slice(0, 2)).toEqual(['finished', 137]);
    expect((await shell.outcomeOf('true; sleep 5 &')).slice(0, 2)).toEqual(['finished', 0]);
    expect(await shell.run('true')).toMatchObject({
      source: 'hooks',
      evidence: ['hook_mark'],
      confidence: 'certain',
      completed: true,
    });
  });

  it('keeps what fish prints before and after a command out of its output, byte for byte', async () => {
    await using shell = fish({ home: { '.config/fish/config.fish': 'function fish_title; echo "t: $argv"; end\n' } });
    const id = await shell.start(String.raw`printf '\e[31mred\e[m\rx\x00\xff'`);
    await shell.end(id);
    const from = shell.events.findIndex(({ type }) => type === 'run_started');
    const to = shell.events.findIndex(({ type }) => type === 'run_complete');
    expect(shell.bytesBetween(from, to).toString('latin1')).toBe('\u001b[31mred\u001b[m\rx\u0000\u00ff');
  });

  it('takes several lines, here-strings and comments as one run each', async () => {
    await using shell = fish();
    expect(await shell.outcomeOf('for i in 1 2\n  echo $i\nend')).toEqual(['finished', 0, '1\n2\n']);
    expect(await shell.outcomeOf("echo one\necho two; sh -c 'exit 3'")).toEqual(['finished', 3, 'one\ntwo\n']);
    expect(await shell.outcomeOf('echo crlf\r\necho end')).toEqual(['finished', 0, 'crlf\nend\n']);
    expect(await shell.outcomeOf('# nothing to do')).toEqual(['finished', 0, '']);
    expect(await shell.outcomeOf('echo a # trailing')).toEqual(['finished', 0, 'a\n']);
  });

  it('rejects what the shell does not take, and has an empty line for the next command', async () => {
    await using shell = fish();
    for (const wrong of ['(exit 42)', 'end; fi', "echo 'open", 'if true', 'echo a \\', 'echo $(', 'begin; echo x']) {
      expect((await shell.outcomeOf(wrong)).slice(0, 2)).toEqual(['rejected', null]);
      expect(await shell.outcomeOf('echo fine')).toEqual(['finished', 0, 'fine\n']);
    }
    expect(await shell.outcomeOf('(exit 42)')).toEqual([
      'rejected',
      null,
      expect.stringMatching(/^fish: command substitutions not allowed here\n/),
    ]);
  });

  it('tells a job that stops, or stops again, from one that fg brings back to its end', async () => {
    await using shell = fish();
    const outcome = async (command: string): Promise<unknown> => (await shell.outcomeOf(command))[0];
    const stopsTwice = "sh -c 'kill -STOP $$; kill -STOP $$; exit 3'";
    expect(await outcome('fg')).toBe('finished'); // there is no job
    expect(await outcome("sh -c 'exec sleep 60' stopped &")).toBe('finished');
    expect(await outcome(stopsTwice)).toBe('stopped');
    expect(await outcome('echo fg; sleep 0.1 &')).toBe('finished');
    expect(await outcome('fg %3')).toBe('finished');
    expect(await outcome('fg 99999')).toBe('finished');
    expect(await outcome('true; and fg')).toBe('stopped');
    expect(await outcome(stopsTwice)).toBe('stopped');
    expect(await outcome('fg %2 # the older one')).toBe('finished');
    expect(await outcome('fg')).toBe('stopped');
    expect(await outcome('begin; fg; end')).toBe('finished');
    expect(await outcome('kill %1')).toBe('finished');
  });

  it('tells Ctrl+C and Ctrl+Z from an end', async () => {
    await using shell = fish();
    const sleep = await shell.start('sleep 30');
    await shell.inForeground('sleep');
    shell.interrupt();
    expect(await shell.end(sleep)).toMatchObject({ outcome: 'interrupted', exitCode: 130, completed: true });
    for (const command of ['sleep 30', 'fg']) {
      const stopped = await shell.start(command);
      await shell.inForeground('sleep');
      shell.type('\u001a');
      expect(await shell.end(stopped)).toMatchObject({ outcome: 'stopped', exitCode: null, completed: false });
    }
    expect((await shell.outcomeOf("kill %1; sh -c 'exit 148'")).slice(0, 2)).toEqual(['finished', 148]);
  });

  it('does not take its read built-in for a prompt, and goes on after the answer', async () => {
    await using shell = fish();
    const id = await shell.start('read x; echo "got $x"; read -P "" y; echo "and $y"');
    await shell.until(() => shell.output.includes('\u001b[32mread'), 'the prompt of read');
    // Longer than the shell may rest at what looks like a prompt.
    await delay(systemClock, 4 * QUIET_MS);
    expect(shell.coordinator.view(id)).toMatchObject({ state: 'started' });
    shell.type('one\r');
    await shell.until(() => shell.output.includes('got one'), 'the answer');
    await delay(systemClock, 4 * QUIET_MS);
    expect(shell.coordinator.view(id)).toMatchObject({ state: 'started' });
    shell.type('two\r');
    expect(await shell.end(id)).toMatchObject({ outcome: 'finished', exitCode: 0 });
    expect((await shell.outcomeOf('echo still $x')).slice(0, 3)).toEqual(['finished', 0, 'still one\n']);
  });

  it('leaves status and history to the user', async () => {
    await using shell = fish();
    await shell.run("sh -c 'exit 7'");
    expect(await shell.outcomeOf('echo $status')).toEqual(['finished', 0, '7\n']);
    const { output } = await shell.run('history --reverse');
    expect(output).toBe("sh -c 'exit 7'\necho $status\n");
  });

  it('hides from children what it knows', async () => {
    await using shell = fish();
    const { output } = await shell.run('env; tr "\\\\0" "\\\\n" </proc/self/environ');
    expect(output).not.toMatch(/__at_|29417/);
  });

  it.each(['fish_vi_key_bindings', 'set fish_trace 1', 'set -g fish_autosuggestion_enabled 0'])(
    'goes on under %s',
    async (setting) => {
      await using shell = fish();
      await shell.run(setting);
      await shell.run('true');
      const { output, exitCode } = await shell.run('echo out; false');
      expect(output.replaceAll(/^[->]+ .*\n/gm, '')).toBe('out\n');
      expect(exitCode).toBe(1);
      expect(shell.output.toString()).not.toContain('__at_');
    },
  );

  it.each([
    'function printf; echo wrong; end',
    'function test; return 1; end; function set; end',
    'function math; echo 7; end; function string; end',
  ])('is not deceived by %s', async (definition) => {
    await using shell = fish();
    await shell.run(definition);
    expect((await shell.outcomeOf("sh -c 'exit 9'")).slice(0, 2)).toEqual(['finished', 9]);
  });

  it('keeps the prompt, the hooks and the abbreviations of the configuration', async () => {
    const config = [
      'function fish_prompt; echo line; echo "two> "; end',
      'function fish_right_prompt; echo right; end',
      'function mine --on-event fish_postexec; echo user; false; end',
      'abbr -a ll echo expanded',
    ].join('\n');
    await using shell = fish({ home: { '.config/fish/config.fish': config } });
    expect((await shell.outcomeOf("echo out; sh -c 'exit 4'")).slice(0, 2)).toEqual(['finished', 4]);
    expect((await shell.outcomeOf('echo $status')).slice(0, 2)).toEqual(['finished', 0]);
    expect(shell.output.toString()).toContain('user\r\n');
    expect((await shell.run('ll')).output).toMatch(/^expanded\n/);
  });

  it('logs a command that a person typed as foreign and goes on with the next prompt', async () => {
    await using shell = fish();
    await shell.ready();
    shell.type("sh -c 'exit 6'\r");
    await shell.until(() => shell.events.some((event) => event.type === 'foreign_run'), 'the foreign run');
    expect(shell.events.find((event) => event.type === 'foreign_run')?.payload).toEqual({ exitCode: 6 });
    expect(await shell.outcomeOf('echo mine')).toEqual(['finished', 0, 'mine\n']);
  });

  it('does not lose count when a person drops a line or enters an empty or a wrong one', async () => {
    await using shell = fish();
    await shell.run('true');
    await shell.ready();
    shell.type('half a li\u0003\r\r)\r\u0003');
    expect(await shell.outcomeOf('echo mine')).toEqual(['finished', 0, 'mine\n']);
  });

  it('tells how the session went when the command ends it', async () => {
    for (const command of ['exit 7', "exec sh -c 'exit 7'"]) {
      await using shell = fish();
      const run = await shell.start(command);
      expect(await shell.end(run)).toMatchObject({ outcome: 'session_exited', exitCode: 7, completed: false });
    }
  });

  it('runs what is typed as it stands: quotes, backslashes, blanks in front, abbreviations', async () => {
    await using shell = fish({
      home: { '.config/fish/config.fish': 'abbr -a ll wrong\nfunction ll; echo right; end\n' },
    });
    expect(await shell.outcomeOf('  ll ; ll;ll|cat')).toEqual(['finished', 0, 'right\nright\nright\n']);
    const quoted = String.raw`echo 'it'\''s "x" \\' "a 'b' \$c" d\ e`;
    expect(await shell.outcomeOf(quoted)).toEqual(['finished', 0, String.raw`it's "x" \ a 'b' $c d e` + '\n']);
    // fish's own paste takes 400 ms for these quotes
    const many = "'q' ".repeat(100).trim();
    expect(await shell.outcomeOf(`echo ${many}`)).toEqual(['finished', 0, `${many.replaceAll("'", '')}\n`]);
    // behind the key of ours in a command nothing is taken for a line of its own
    const hostile = 'echo "\u001b[34~\u001b[33~echo not" | string escape --style=var';
    expect(await shell.outcomeOf(hostile)).toEqual(['finished', 0, '_1B_5B_33_34_7E_1B_5B_33_33_7E_echo_20_not\n']);
  });

  it('is heard where bindings of the user take all others away, at the start or later', async () => {
    const config = "function fish_user_key_bindings; bind --erase --all; bind '' self-insert; bind \\r execute; end\n";
    await using shell = fish({ home: { '.config/fish/config.fish': config } });
    expect(await shell.outcomeOf('echo one')).toEqual(['finished', 0, 'one\n']);
    expect((await shell.outcomeOf('bind --erase --all; fish_user_key_bindings')).slice(0, 2)).toEqual(['finished', 0]);
    expect(await shell.outcomeOf('echo two')).toEqual(['finished', 0, 'two\n']);
  });

  it('takes keys again when Ctrl+C drops a command that is half typed', async () => {
    await using shell = fish();
    await shell.run('true');
    await shell.ready();
    shell.type('\u001b[33~half a line');
    await shell.until(() => shell.output.includes('line'), 'the half');
    // one that comes while fish paints is lost until the next key
    while (!shell.output.includes('^C')) {
      shell.type('\u0003');
      await delay(systemClock, 4 * QUIET_MS);
    }
    shell.type("echo a'b'\r");
    await shell.until(() => shell.output.includes('\rab\r\n'), 'the line of a person');
    expect(await shell.outcomeOf('echo mine')).toEqual(['finished', 0, 'mine\n']);
  });

  it('runs 100 kB of text whole', async () => {
    await using shell = fish();
    const text = 'abcdefghi\n'.repeat(10_000);
    expect(await shell.outcomeOf(`set x '${text}'; string length -- "$x"`)).toEqual(['finished', 0, '100000\n']);
  });
});

describe('hookStart of fish', () => {
  it('takes fish alone, interactive, login and without configuration, and leaves no placeholder', () => {
    const surroundings = {
      program: 'fish',
      directory: "/a'b",
      nonce: 'ab'.repeat(16),
      environment: new Map<string, string>(),
    };
    const start = hookStart(['fish', '-N', '-l'], surroundings);
    expect(start?.argv).toEqual(['fish', '-N', '-l', '--init-command', String.raw`builtin source '/a\'b/init.fish'`]);
    expect(start?.files[0]?.script).not.toMatch(/@[A-Z]+@/);
    expect(hookStart(['fish', '-C', 'x'], surroundings)).toBeUndefined();
  });
});
