/** `doctor --shell` with start-up files that are sound, and with ones that break something. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestHome } from '../support/cli.ts';
import { holding, like } from '../support/like.ts';

interface Files {
  readonly [name: string]: string;
}

/** What doctor finds in `shell` when its user has these files, which it must leave alone. */
async function find(shell: string, files: Files): Promise<{ exitCode: number | null; check: unknown }> {
  await using home = new TestHome();
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(home.work, name)), { recursive: true });
    fs.writeFileSync(path.join(home.work, name), text);
  }
  const { result, exitCode } = await home.envelope(['doctor', '--shell', shell]);
  for (const [name, text] of Object.entries(files)) {
    expect(fs.readFileSync(path.join(home.work, name), 'utf8'), name).toBe(text);
  }
  const checks: unknown = result?.['checks'];
  return { exitCode, check: Array.isArray(checks) ? checks.at(-1) : undefined };
}

describe('doctor --shell', () => {
  it.each([
    ['bash', { '.bashrc': 'HISTCONTROL=; PROMPT_COMMAND="history -a"; PS1="me > "\n', '.bash_history': 'old\n' }],
    ['zsh', { '.zshrc': 'precmd() { :; }; PS1="me > "\n' }],
    ['fish', { '.config/fish/config.fish': 'function fish_prompt; echo "me > "; end\n' }],
    ['dash', {}],
  ] as const)('finds %s sound with settings of its user, and leaves the files alone', async (shell, files) => {
    expect(await find(shell, files)).toEqual({
      exitCode: 0,
      check: {
        name: shell,
        status: 'ok',
        message: like(/runs end by hooks \(certain\), first prompt after [0-9.]+m?s, true gives 0 and false 1$/),
      },
    });
  });

  it.each([
    [
      'bash',
      { '.bashrc': 'exec zsh -f\n' },
      0,
      'warn',
      'put zsh in its place; runs end by sentinel (likely)',
      '--shell zsh',
    ],
    ['zsh', { '.zshrc': 'exec fish\n' }, 0, 'warn', 'put fish in its place', 'take exec fish out of ~/.zshrc'],
    ['bash', { '.bashrc': 'set -e\n' }, 1, 'fail', '"false" gave session_exited (1)', 'take set -e out'],
    [
      'bash',
      { '.bashrc': 'echo no licence; exit 3\n' },
      1,
      'fail',
      'ended with 3 before its first prompt',
      '~/.bashrc',
    ],
    [
      'bash',
      { '.bashrc': 'PROMPT_COMMAND="unset PROMPT_COMMAND; PS0="\n' },
      0,
      'warn',
      'taken away',
      'let it add to what is there',
    ],
    ['bash', { '.bashrc': 'readonly PROMPT_COMMAND=true\n' }, 0, 'warn', 'is readonly', 'readonly'],
    ['zsh', { '.zshrc': 'precmd() { precmd_functions=(); }\n' }, 0, 'warn', 'taken away', 'precmd_functions'],
  ] as const)(
    'names what %s with %j does, and how to mend it',
    async (shell, files, exitCode, status, message, fix) => {
      expect(await find(shell, files)).toEqual({
        exitCode,
        check: { name: shell, status, message: holding(message), fix: holding(fix) },
      });
    },
  );
});
