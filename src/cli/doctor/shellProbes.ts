/**
 * What `doctor` asks a shell about itself, in the shell's own words: one line `name=value` for each fact. The first command
 * keeps what follows out of the user's history file.
 */

export interface ShellProbe {
  readonly forgetHistory: string;
  /** Tells `hooks` (1 when they stand where they were put), `options`, and what draws the prompt. */
  readonly facts: string;
  /** Where the user's settings are, for the advice. */
  readonly files: string;
}

const POSIX_FACTS = 'echo "options=$-"; echo "starship=$STARSHIP_SHELL"';

const PROBES: Readonly<Record<string, ShellProbe>> = {
  bash: {
    forgetHistory: ' unset HISTFILE',
    facts: ` case "$PS0 \${PROMPT_COMMAND[*]}" in *__at_c*__at_end*) echo hooks=1 ;; *) echo hooks=0 ;; esac; ${POSIX_FACTS}; echo "preexec=\${bash_preexec_imported-}\${__bp_imported-}"; echo "readonly=$(readonly -p | grep -cE ' (PS0|PROMPT_COMMAND)(=|$)')"; echo "version=$((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]))"`,
    files: '~/.bashrc',
  },
  zsh: {
    forgetHistory: ' unset HISTFILE',
    facts: ` if (( \${precmd_functions[(I)__at_precmd]} && \${preexec_functions[(I)__at_preexec]} )); then echo hooks=1; else echo hooks=0; fi; ${POSIX_FACTS}; echo "instant=\${POWERLEVEL9K_INSTANT_PROMPT-}"`,
    files: '~/.zshrc',
  },
  fish: {
    forgetHistory: ' set -g fish_history ""',
    facts:
      ' if functions -q __at_prompt __at_preexec __at_postexec; echo hooks=1; else; echo hooks=0; end; echo "options="; echo "starship=$STARSHIP_SHELL"',
    files: '~/.config/fish/config.fish',
  },
  dash: {
    forgetHistory: ':',
    facts: ` case "$PS1" in *__at_m*) echo hooks=1 ;; *) echo hooks=0 ;; esac; ${POSIX_FACTS}`,
    files: 'the file that $ENV names',
  },
};

/** The probe for the shell `name`; `undefined` for one without hooks. */
export function shellProbe(name: string): ShellProbe | undefined {
  const known = name === 'sh' ? 'dash' : name;
  return Object.hasOwn(PROBES, known) ? PROBES[known] : undefined;
}

/** The facts that a probe printed. */
export function readFacts(output: string): ReadonlyMap<string, string> {
  const facts = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [, name, value] = /^([a-z]+)=(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) facts.set(name, value);
  }
  return facts;
}
