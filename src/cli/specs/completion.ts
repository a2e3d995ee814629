import { defineSpec } from '../command.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export const completionSpec = defineSpec({
  name: 'completion',
  summary: 'Prints a script that lets a shell complete commands, options, their values and sessions',
  positionals: [{ name: 'SHELL', help: SHELLS.join(', '), choices: SHELLS }],
  options: {},
  homeless: true,
  examples: [
    'eval "$(agent-tty completion bash)"',
    'agent-tty completion fish > ~/.config/fish/completions/agent-tty.fish',
  ],
});
