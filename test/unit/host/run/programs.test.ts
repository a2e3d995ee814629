import { describe, expect, it } from 'vitest';
import { isOneProgram } from '../../../../src/host/run/reader.ts';
import { commandProgram } from '../../../../src/host/run/sources/programs.ts';

describe('a program that takes commands from its terminal', () => {
  it.each([
    [['bash', '--rcfile', 'x', '-i'], undefined, 'bash', 'posix', 'line_editor'],
    [['-zsh'], undefined, 'zsh', 'posix', 'line_editor'],
    [['sh'], 'dash', 'dash', 'posix', 'kernel'],
    [['fish', '-C', 'x'], undefined, 'fish', 'fish', 'line_editor'],
    [['python3', '-q', '-W', 'error', '-Wignore::c'], 'python3.11', 'python3.11', 'python', 'repl'],
    [['python3.13'], undefined, 'python3.13', 'python', 'repl'],
    [['node', '--require', 'x.js'], undefined, 'node', 'node', 'repl'],
    [['pwsh', '-NoLogo', '-NoProfile'], undefined, 'pwsh', 'pwsh', 'repl'],
    [['/bin/busybox-sh'], 'sh', 'sh', 'posix', 'kernel'],
  ])('%j, run from the file %j, is %s', (argv, executable, name, language, editing) => {
    expect(commandProgram(argv, executable)).toMatchObject({ name, language, editing });
  });

  it.each([
    [['bash', 'script.sh']],
    [['bash', '-lc', 'ls']],
    [['sh', '-ec', 'ls']],
    [['python3', 'app.py']],
    [['python3', '-m', 'http.server']],
    [['python3', '-ic', 'x = 1']],
    [['python3', '-']],
    [['python3', '-cprint(1)']],
    [['python3', '-Iqmhttp.server']],
    [['fish', '--command=ls']],
    [['node', '--eval=1']],
    [['node', '--test']],
    [['pwsh', '-NonInteractive']],
    [['node', 'server.js']],
    [['node', '-e', '1']],
    [['node', '-p', '1']],
    [['pwsh', '-File', 'x.ps1']],
    [['vim']],
    [['ipython3']],
    [['ssh', 'bash']],
    [[]],
  ])('%j is none', (argv) => {
    expect(commandProgram(argv)).toBeUndefined();
  });

  it('is told by its prompt, and by no line that asks something', () => {
    const promptOf = (name: string, line: string): boolean => commandProgram([name])?.prompt.test(line) === true;
    expect(['# ', 'root@vm:~# ', 'x> ', '~ ❯ ', '% '].map((line) => promptOf('dash', line))).toEqual(
      Array(5).fill(true),
    );
    expect(['', 'Password: ', '> ...', 'really? ', '#'].map((line) => promptOf('dash', line))).toEqual(
      Array(5).fill(false),
    );
    expect([promptOf('python3', '>>> '), promptOf('python3', 'no line end>>> '), promptOf('python3', '... ')]).toEqual([
      true,
      true,
      false,
    ]);
    expect([promptOf('node', '> '), promptOf('node', '| '), promptOf('node', '> half')]).toEqual([true, false, false]);
    expect(promptOf('pwsh', 'PS /home/x> ')).toBe(true);
  });
});

describe('one program', () => {
  it.each([
    ['bash', true],
    ['su - nobody', true],
    ['python3 -q', true],
    ['bash; true', false],
    ['bash && echo x', false],
    ['bash | tee log', false],
    ['(bash)', false],
    ['! bash', false],
    ['bash\necho x', false],
    ['$SHELL', false],
  ])('%j: %s', (command, isOne) => {
    expect(isOneProgram(command)).toBe(isOne);
  });
});
