import { describe, expect, it } from 'vitest';
import { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';
import { like } from '../../../support/like.ts';
import { ShellUnderTest } from '../../../support/shellUnderTest.ts';

const SHELLS = [
  ['bash', ['bash', '--norc', '-i']],
  ['zsh', ['zsh', '-f', '-i']],
  ['fish', ['fish']],
  ['dash', ['dash', '-i']],
] as const;
const WIDTHS = [20, 80, 200];
const CASES = SHELLS.flatMap(([name, argv]) => WIDTHS.map((cols) => ({ name, argv, cols })));

/** Anything of the frame that could be seen: its words, its number, the name of its variable. */
const TRACE = /29417|printf|\(exit \$|eval|__at|\\0/;

function open(argv: readonly [string, ...string[]], cols = 80): ShellUnderTest {
  return new ShellUnderTest({ argv, source: 'sentinel', cols, home: { '.config': '' } });
}

/** Everything a person would have seen of the output, scrollback included, wraps undone. */
async function rendered(output: Buffer, cols: number): Promise<string> {
  using screen = new ScreenModel({ cols, rows: 24 });
  screen.write(output);
  await screen.flush();
  const { visibleLines, scrollbackLines = [] } = screen.state({ includeScrollback: true });
  return [...scrollbackLines, ...visibleLines].map((line) => line.text).join('\n');
}

describe.each(CASES)('$name without hooks at $cols columns', ({ argv, cols, name }) => {
  it('gives status and exact output, and shows the command but no trace of the frame', async () => {
    await using shell = open(argv, cols);
    expect(await shell.run('echo out; echo more')).toMatchObject({
      outcome: 'finished',
      exitCode: 0,
      output: 'out\nmore\n',
      source: 'sentinel',
      evidence: ['sentinel'],
      confidence: 'likely',
    });
    expect(await shell.run("sh -c 'exit 42'")).toMatchObject({ outcome: 'finished', exitCode: 42, output: '' });
    expect(await shell.run(name === 'fish' ? 'echo $status' : 'echo $?')).toMatchObject({ output: '42\n' });
    expect(await shell.run(`echo "it's" 'a \\ b'; echo ünï 漢字`)).toMatchObject({
      exitCode: 0,
      output: like(/^it's a .*b\nünï 漢字\n$/),
    });
    await shell.ready();
    expect(shell.output.toString()).not.toMatch(TRACE);
    const screen = (await rendered(shell.output, cols)).replaceAll(/\s/g, '');
    expect(screen).not.toMatch(TRACE);
    expect(screen).toContain('echoout;echomoreoutmore');
    expect(screen).toContain("sh-c'exit42'");
  });
});

describe.each(SHELLS)('%s without hooks', (name, argv) => {
  it('takes several lines, syntax errors and unknown commands', async () => {
    await using shell = open(argv);
    const loop = name === 'fish' ? 'for i in 1 2\n  echo $i\nend' : 'for i in 1 2; do\n  echo $i\ndone';
    expect(await shell.run(loop)).toMatchObject({ outcome: 'finished', exitCode: 0, output: '1\n2\n' });
    const wrong = await shell.run(name === 'fish' ? 'echo (' : 'if; fi');
    expect(wrong.outcome).toBe('finished');
    expect(wrong.exitCode).toBeGreaterThan(0);
    expect(await shell.run('nosuchcommand')).toMatchObject({ outcome: 'finished', exitCode: 127 });
    expect(await shell.run('echo a # trailing')).toMatchObject({ exitCode: 0, output: 'a\n' });
  });

  it('lets the command read the terminal without reading the frame', async () => {
    await using shell = open(argv);
    const run = await shell.start('cat');
    await shell.inForeground('cat');
    shell.type('typed\n\u0004');
    expect(await shell.end(run)).toMatchObject({ outcome: 'finished', exitCode: 0, output: 'typed\ntyped\n' });
  });

  it('says that Ctrl+C interrupted', async () => {
    await using shell = open(argv);
    const run = await shell.start('sleep 30');
    await shell.inForeground('sleep');
    shell.interrupt();
    const result = await shell.end(run);
    expect(result).toMatchObject({ outcome: 'interrupted', exitCode: 130, completed: true });
    // dash does not tell where its prompt begins, and zsh paints it before its editor begins to read.
    if (name === 'bash' || name === 'fish') expect(result.output).toMatch(/^\^C\n?$/);
    expect(await shell.run('echo next')).toMatchObject({ outcome: 'finished', output: 'next\n' });
  });

  it('takes 100 kB', async () => {
    await using shell = open(argv);
    const text = 'abcdefghi\n'.repeat(10_000);
    const count = await shell.run(`printf %s '${text}' | wc -c`);
    expect([count.outcome, count.exitCode, count.output.trim()]).toEqual(['finished', 0, '100000']);
    expect(shell.output.toString()).not.toMatch(/29417/);
  });

  it('types control characters by file', async () => {
    await using shell = open(argv);
    expect(await shell.run("printf %s 'a\u0003b\u0015c' | od -An -c")).toMatchObject({
      exitCode: 0,
      output: '   a 003   b 025   c\n',
    });
  });

  it('keeps every byte of the echo in the log', async () => {
    await using shell = open(argv);
    await shell.run('echo x');
    const types = shell.events.map((event) => event.type).filter((type) => type !== 'output');
    expect(types).toEqual(['input_run', 'run_echo', 'run_started', 'run_complete']);
    const echo = shell.events.find((event) => event.type === 'run_echo');
    expect(JSON.stringify(echo?.payload)).toContain('29417');
  });
});

describe('a shell whose built-in reads a line with the editor', () => {
  it('is not taken to be at its prompt', async () => {
    await using shell = open(['fish']);
    const run = await shell.start('read x; echo got $x');
    await shell.started(run);
    await shell.until(() => shell.coordinator.promptSuspected, 'the editor of read');
    shell.type('answer\r');
    expect(await shell.end(run)).toMatchObject({ outcome: 'finished', exitCode: 0 });
  });
});
