import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { completion } from '../../../src/cli/commands/completion.ts';
import { SPECS } from '../../../src/cli/specs/all.ts';
import { call, contextOf, newDirectory } from './support.ts';

let directory: string;
/** In front of everything else: what the scripts call to learn the sessions. */
beforeEach(() => {
  directory = newDirectory();
  const list =
    'SESSION                     NAME      STATUS\\n01JZ0000000000000000000001  buildbox  running\\n01JZ0000000000000000000002  -  running\\n';
  fs.writeFileSync(path.join(directory, 'agent-tty'), `#!/bin/sh\n[ "$1" = list ] && printf '${list}'\n`, {
    mode: 0o755,
  });
});

async function script(shell: string): Promise<string> {
  const reply = await completion({ positionals: [shell], rest: undefined, options: {} }, contextOf());
  const file = path.join(directory, `script.${shell}`);
  fs.writeFileSync(file, reply.human());
  return file;
}

function run(program: string, args: readonly string[]): string {
  const env = { PATH: `${directory}:${process.env['PATH'] ?? ''}`, HOME: directory, LC_ALL: 'C.UTF-8', TERM: 'dumb' };
  const { stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env,
    cwd: directory,
    timeout: 30_000,
  });
  if (error !== undefined) throw error;
  expect(stderr).toBe('');
  return stdout;
}

/** What a shell offers for a command line whose last word is being typed. */
type Offer = (line: string) => Promise<readonly string[]>;

const bash: Offer = async (line) => {
  const words = line.split(' ').flatMap((word) => word.split(/(=)/).filter((part, i) => part !== '' || i === 0));
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const text = `source ${await script('bash')}; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _agent_tty; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return run('bash', ['--norc', '-c', text]).trim().split('\n');
};

/** The functions that show what was found are replaced by ones that print it. */
const zsh: Offer = async (line) => {
  const words = line.split(' ');
  const fake = [
    'compdef() { : }',
    'show() { local one; for one in "$@"; do [[ $one == ${PREFIX}* ]] && print -r -- $one; done }',
    'compadd() { if [[ $argv[-2] == -a ]]; then show ${(P)argv[-1]}; else shift; show "$@"; fi }',
    '_describe() { local -a all=(${(P)argv[-1]}); show ${all%%:*} }',
    '_files() { print -r -- files $* }',
    '_normal() { print -r -- normal }',
    `compset() { PREFIX=\${PREFIX#*=} }`,
  ].join('\n');
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const text = `${fake}\nsource ${await script('zsh')}\nwords=(${quoted}); CURRENT=${words.length}; PREFIX=$words[-1]; _agent-tty; :`;
  return run('zsh', ['-f', '-c', text]).trim().split('\n');
};

const fish: Offer = async (line) =>
  run('fish', ['--no-config', '-c', `source ${await script('fish')}; complete -C '${line}'`])
    .trim()
    .split('\n')
    .map((found) => (found.split('\t')[0] ?? '').replace(/^--[^=]+=/, ''));

const SHELLS: readonly (readonly [string, Offer])[] = [
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
];

describe.each(SHELLS)('completion in %s', (_shell, offer) => {
  it.each([
    ['agent-tty sna', ['snapshot']],
    ['agent-tty rec', ['record']],
    ['agent-tty host ', ['status', 'stop']],
    ['agent-tty --home /x host st', ['status', 'stop']],
    ['agent-tty snapshot b', ['buildbox']],
    ['agent-tty snapshot --format str', ['structured']],
    [
      'agent-tty create --completion=sentinel',
      ['sentinel', 'sentinel:fish', 'sentinel:node', 'sentinel:posix', 'sentinel:pwsh', 'sentinel:python'],
    ],
    ['agent-tty snapshot --include-scr', ['--include-scrollback']],
    ['agent-tty run wait --prop', ['--propagate-exit']],
    ['agent-tty completion ', ['bash', 'fish', 'zsh']],
    ['agent-tty ls --js', ['--json']],
  ])('offers for "%s" %j', async (line, expected) => {
    expect([...(await offer(line))].toSorted()).toEqual(expected);
  });

  it('offers sessions and the words of its family after run', async () => {
    const offered = await offer('agent-tty run ');
    for (const word of ['wait', 'output', 'buildbox', '01JZ0000000000000000000002']) expect(offered).toContain(word);
  });

  it('knows every command and every option', async () => {
    const first = await offer('agent-tty ');
    for (const { name, options } of SPECS) {
      expect(first).toContain(name.split(' ')[0]);
      if (Object.keys(options).length === 0) continue;
      const offered = await offer(`agent-tty ${name} --`);
      expect(offered, name).toEqual(expect.arrayContaining(Object.keys(options).map((option) => `--${option}`)));
    }
  }, 120_000);
});

describe('a completion script', () => {
  it('is registered by bash and loaded by the completion system of zsh', async () => {
    expect(run('bash', ['--norc', '-c', `source ${await script('bash')}; complete -p agent-tty`])).toBe(
      'complete -F _agent_tty agent-tty\n',
    );
    fs.renameSync(await script('zsh'), path.join(directory, '_agent-tty'));
    const text = `fpath=(${directory} $fpath); autoload -U compinit; compinit -u -D; print $_comps[agent-tty]; autoload +X _agent-tty && whence -w _agent-tty`;
    expect(run('zsh', ['-f', '-c', text])).toBe('_agent-tty\n_agent-tty: function\n');
    expect(run('zsh', ['-n', path.join(directory, '_agent-tty')])).toBe('');
  });

  it('is not there for another shell', async () => {
    const { exitCode, stderr } = await call(['completion', 'tcsh']);
    expect([exitCode, stderr]).toEqual([2, 'agent-tty: SHELL must be one of bash, zsh, fish, got "tcsh"\n']);
  });
});
