import { describe, expect, it } from 'vitest';
import {
  childEnvironment,
  environmentPairs,
  interactiveShell,
  parseEnvironment,
  planLaunch,
} from '../../../../src/host/session/launchPlan.ts';

const environment = new Map([['SHELL', '/bin/zsh']]);

describe('planLaunch', () => {
  it.each([
    [[], 'auto', { argv: ['/bin/zsh'], shell: 'zsh', source: 'hooks', dialect: 'posix' }],
    [['dash'], 'auto', { argv: ['dash'], shell: 'dash', source: 'hooks', dialect: 'posix' }],
    [['bash'], 'auto', { argv: ['bash'], shell: 'bash', source: 'hooks', dialect: 'posix' }],
    [
      ['/usr/bin/fish', '--no-config'],
      'auto',
      { argv: ['/usr/bin/fish', '--no-config'], shell: 'fish', source: 'hooks', dialect: 'fish' },
    ],
    [['vim', 'x'], 'auto', { argv: ['vim', 'x'], shell: null, source: 'process', dialect: null }],
    [['bash', '-c', 'ls'], 'auto', { argv: ['bash', '-c', 'ls'], shell: null, source: 'process', dialect: null }],
    [['ssh', 'there'], 'sentinel:posix', { argv: ['ssh', 'there'], shell: null, source: 'sentinel', dialect: 'posix' }],
    [['bash'], 'none', { argv: ['bash'], shell: 'bash', source: 'process', dialect: null }],
  ] as const)('%j with %s', (command, completion, plan) => {
    expect(planLaunch({ command, shell: undefined, completion }, environment)).toEqual(plan);
  });

  it('refuses a source that the program does not have', () => {
    expect(() => planLaunch({ command: ['vim'], shell: undefined, completion: 'hooks' }, environment)).toThrow(
      'needs a shell of this list: bash, zsh, fish, dash, sh',
    );
    expect(() => planLaunch({ command: ['vim'], shell: undefined, completion: 'sentinel' }, environment)).toThrow(
      'needs a shell',
    );
  });

  it('takes the configured shell, then the environment, then /bin/sh', () => {
    const shell = (configured: string | undefined, map: Map<string, string>): string =>
      planLaunch({ command: [], shell: configured, completion: 'auto' }, map).argv[0];
    expect([shell('/bin/dash', environment), shell(undefined, environment), shell(undefined, new Map())]).toEqual([
      '/bin/dash',
      '/bin/zsh',
      '/bin/sh',
    ]);
  });
});

describe('interactiveShell', () => {
  it.each([
    [['bash', '--rcfile', 'x', '-i'], 'bash'],
    [['-zsh'], 'zsh'],
    [['bash', 'script.sh'], null],
    [['sh', '-ec', 'ls'], null],
    [['bash', '-o', 'vi'], 'bash'],
  ])('%j', (argv, name) => {
    expect(interactiveShell(argv)).toBe(name);
  });
});

describe('the environment of a child', () => {
  it('is the caller\u2019s without what described its terminal, plus the mark', () => {
    const caller = parseEnvironment('A=1\0COLUMNS=9\0TMUX=x\0B=x=y\0A=2\0__proto__=z\0');
    const child = childEnvironment(caller, { id: 'S', term: 'xterm-256color', cwd: '/w' });
    expect(environmentPairs(child)).toEqual([
      'A=2',
      'B=x=y',
      '__proto__=z',
      'TERM=xterm-256color',
      'PWD=/w',
      'AGENT_TTY_SESSION=S',
    ]);
  });

  it('needs names', () => {
    expect(() => parseEnvironment('=x\0')).toThrow('NAME=VALUE');
  });
});
