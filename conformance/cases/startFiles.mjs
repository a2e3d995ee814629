// What start-up files do before the first prompt.

const COMMAND = { posix: 'echo said; (exit 3)', fish: "echo said; sh -c 'exit 3'" };
const WELL = { exitCode: 3, output: 'said\n' };

export const cases = [
  {
    id: 'rc-slow',
    title: 'a start-up file that takes two seconds, a run typed right after the start',
    rc: { other: 'sleep 2' },
    steps: [{ run: COMMAND, expect: WELL }],
  },
  {
    id: 'run-at-once',
    title: 'a run right after the start, an ordinary start-up file still being read',
    rc: { posix: 'x=1; sleep 0.2', fish: 'set x 1; sleep 0.2' },
    steps: [{ run: COMMAND, expect: WELL }],
  },
  {
    id: 'rc-prints',
    title: 'a start-up file that prints',
    rc: { other: 'echo welcome; echo to; printf "the shell"' },
    steps: [{ run: COMMAND, expect: WELL }, { log: { has: 'welcome' } }],
  },
  {
    id: 'rc-prints-slow',
    title: 'a start-up file that prints and then takes its time',
    rc: { other: 'echo welcome; sleep 1.2' },
    steps: [{ run: COMMAND, expect: WELL }],
  },
  {
    id: 'rc-prints-much',
    title: 'a start-up file that prints a picture in colours',
    rc: {
      posix: String.raw`i=0; while [ $i -lt 200 ]; do printf '\033[3%dm####\033[0m\n' $((i % 8)); i=$((i+1)); done`,
      fish: String.raw`for i in (seq 200); printf '\033[3%dm####\033[0m\n' 3; end`,
    },
    steps: [{ run: COMMAND, expect: WELL }],
  },
  {
    id: 'rc-fails',
    title: 'a start-up file with a mistake in it',
    rc: { posix: 'no_such_program\nx=1\nfalse', fish: 'no_such_program\nfalse' },
    steps: [{ run: COMMAND, expect: WELL }],
  },
  {
    id: 'rc-syntax-error',
    title: 'a start-up file that cannot be read to its end',
    rc: { posix: 'x=1\nif true; then\n', fish: 'set x 1\nif true\n' },
    steps: [
      {
        run: COMMAND,
        timeoutMs: 8_000,
        expect: {
          outcome: ['finished', 'session_exited', 'refused'],
          exitCode: [3, 2],
          completed: [true, false],
          output: /.*/s,
        },
      },
    ],
    ends: true,
  },
  {
    id: 'rc-returns',
    title: 'a start-up file that returns early',
    rc: { other: 'return' },
    steps: [{ run: COMMAND, expect: WELL }],
  },
  {
    id: 'rc-exports-hooks',
    title: 'what the tool puts into the shell is not in the environment of programs',
    rc: { posix: 'set -a', fish: 'set -gx PAGER cat' },
    steps: [
      { run: COMMAND, expect: WELL },
      { run: 'env', expect: { output: { lacks: /[0-9a-f]{32}/ } } },
      { run: "tr '\\0' '\\n' </proc/self/environ", expect: { output: { lacks: /[0-9a-f]{32}/ } } },
    ],
    // Under set -a every variable that is set is exported; what must not be there is the secret.
    traces: { posix: false, fish: true },
  },
  {
    id: 'rc-stops-flow',
    title: 'a start-up file that changes the terminal',
    rc: { other: 'stty -ixon; stty susp undef' },
    steps: [{ run: COMMAND, expect: WELL }],
  },
  {
    id: 'rc-asks',
    title: 'a start-up file that asks a question: nothing is typed into it',
    rc: { posix: 'printf "which? "; read -r which', fish: 'echo -n "which? "; head -n 1 >/dev/null' },
    steps: [
      { start: 'run', run: COMMAND },
      { see: 'which?' },
      { pause: 500 },
      { type: 'mine\n' },
      { end: 'run', expect: WELL },
      { run: { posix: 'echo "$which"', fish: 'echo mine' }, expect: { output: 'mine\n' } },
    ],
  },
  {
    id: 'rc-execs',
    title: 'a start-up file that becomes another shell',
    rc: { bash: 'exec dash', zsh: 'exec bash --norc', fish: 'exec bash --norc', dash: 'exec bash --norc' },
    after: false,
    steps: [
      {
        run: 'echo said; (exit 3)',
        timeoutMs: 6_000,
        expect: {
          outcome: ['finished', 'refused', 'lost', 'timed_out'],
          exitCode: [3, null],
          completed: [true, false, undefined],
          output: /.*/s,
        },
      },
    ],
  },
  {
    id: 'rc-aliases',
    title: 'a start-up file full of aliases, options and key bindings',
    rc: {
      bash: "shopt -s autocd cdspell globstar histappend; alias ls='ls --color=auto' ll='ls -la' ..='cd ..'; bind '\"\\e[A\": history-search-backward' 2>/dev/null; HISTCONTROL=ignoreboth; HISTSIZE=10",
      zsh: "setopt autocd extended_glob share_history hist_ignore_all_dups correct_all; autoload -Uz compinit && compinit -u -d ~/.zcompdump; bindkey -e; alias ls='ls --color=auto'; alias -g G='| grep'",
      fish: "set fish_greeting; alias ll 'ls -la'; abbr -a g git; bind \\cx 'echo x'",
      dash: "alias ls='ls --color=auto' ll='ls -la'",
    },
    steps: [
      { run: COMMAND, expect: WELL },
      { run: 'echo grep G; false', expect: { exitCode: 1, output: { other: 'grep G\n', zsh: /.*/s } } },
    ],
  },
  {
    id: 'no-rc',
    title: 'no start-up files and an empty home',
    steps: [{ run: COMMAND, expect: WELL }],
  },
];
