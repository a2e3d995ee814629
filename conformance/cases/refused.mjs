// Lines that a shell does not take: what it cannot read, what is not complete, what it asks back about.

/** What a refused line may give: no command began, the shell has its say. */
const REJECTED = { outcome: 'rejected', exitCode: [null, 1, 2, 127, 130], output: /.*/s };

/** A line editor that does not say when it reads, as with an old readline, TERM=dumb, or by the user's wish. */
const NO_PASTE = { bash: "bind 'set enable-bracketed-paste off'", zsh: 'unset zle_bracketed_paste' };
const PASTES = { fish: 'fish always takes pastes', dash: 'dash has no line editor here' };
const FINE = { run: 'echo fine; false', expect: { exitCode: 1, output: 'fine\n' } };

export const cases = [
  {
    id: 'syntax-error',
    title: 'a line that no shell can read',
    within: 1_000,
    alone: true,
    run: { posix: 'echo a; ) b', fish: 'echo a; end' },
    expect: { ...REJECTED, output: /./ },
  },
  {
    id: 'syntax-error-nothing-ran',
    title: 'of a line that cannot be read, nothing runs',
    steps: [
      { run: { posix: 'touch {work}/ran; )', fish: 'touch {work}/ran; end' }, expect: REJECTED },
      { run: 'test -e {work}/ran', expect: { exitCode: 1 } },
    ],
  },
  {
    id: 'unclosed-quote',
    title: 'a quote that is not closed',
    within: 1_500,
    alone: true,
    run: 'echo "open',
    expect: REJECTED,
  },
  {
    id: 'incomplete',
    title: 'a command that is not complete',
    within: 1_500,
    alone: true,
    run: { posix: 'if true; then echo a', fish: 'if true; echo a' },
    expect: REJECTED,
  },
  {
    id: 'incomplete-then',
    title: 'after a command that is not complete the next one is as ever',
    steps: [
      { run: { posix: 'while true; do', fish: 'while true' }, expect: REJECTED },
      { run: 'echo fine', expect: { output: 'fine\n' } },
    ],
  },
  {
    id: 'no-paste-incomplete',
    title: 'commands that are not complete, for a line editor without bracketed paste',
    alone: true,
    rc: NO_PASTE,
    not: PASTES,
    steps: [
      { run: 'echo "open', within: 1_500, expect: REJECTED },
      FINE,
      { run: 'if true; then echo a', within: 1_500, expect: REJECTED },
      FINE,
    ],
  },
  {
    id: 'no-paste-live',
    title: 'the line editor stops using bracketed paste in the middle of the session',
    not: PASTES,
    steps: [
      { run: 'true' },
      { run: NO_PASTE, expect: {} },
      { run: 'echo "open', expect: REJECTED },
      FINE,
      { run: 'echo a; )', expect: { ...REJECTED, output: /./ } },
      FINE,
    ],
  },
  {
    id: 'no-paste-syntax-error',
    title:
      'a line that no shell can read, for a line editor without bracketed paste: what the shell says of it is there',
    alone: true,
    rc: NO_PASTE,
    not: PASTES,
    steps: [{ run: 'echo a; )', within: 1_000, expect: { ...REJECTED, output: /^(bash|zsh): / } }, FINE],
  },
  {
    id: 'no-hooks-no-paste',
    title: 'a shell that takes no hooks and whose editor has no bracketed paste, as a bash of 2007',
    rc: { bash: `readonly PROMPT_COMMAND=; ${NO_PASTE.bash}` },
    not: { zsh: 'a bash', fish: 'a bash', dash: 'a bash' },
    steps: [
      { run: 'echo said; (exit 42)', expect: { exitCode: 42, output: 'said\n' } },
      { run: '(echo sub; exit 3)', expect: { exitCode: 3, output: 'sub\n' } },
      { run: 'echo "open', expect: { ...REJECTED, outcome: ['finished', 'rejected'], completed: true } },
      { run: 'for i in 1 2; do\n  echo $i\ndone', expect: { output: '1\n2\n' } },
      FINE,
    ],
  },
  {
    id: 'shell-asks-first',
    title: 'a shell that asks back about the line instead of running it: nothing is answered for the user',
    rc: { bash: 'shopt -s histverify', zsh: 'setopt correct hist_verify' },
    not: { fish: 'fish has no such question', dash: 'dash has no such question' },
    steps: [
      { run: 'echo first', expect: { output: 'first\n' } },
      { run: 'echo !!', within: 3_000, expect: REJECTED },
      FINE,
      { zsh: { run: 'ehco wrong >{work}/ran', within: 3_000, expect: REJECTED }, bash: { run: 'true' } },
      FINE,
      { run: 'test -e {work}/ran', expect: { exitCode: 1 } },
    ],
  },
  { id: 'open-pipe', title: 'a pipe without its other side', run: 'echo a |', within: 3_000, expect: REJECTED },
  {
    id: 'trailing-backslash',
    title: 'a backslash at the end',
    within: 3_000,
    run: 'echo a \\',
    expect: { ...REJECTED, outcome: ['rejected', 'finished'], exitCode: [0, null, 1, 2, 130] },
  },
];
