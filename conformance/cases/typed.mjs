// What a command can look like: lines, quotes, mistakes, length.

const BIG = `: ${'x'.repeat(100_000)}`;
const BIG_LINES = Array.from({ length: 2_000 }, (_, i) => `: line ${i} ${'y'.repeat(40)}`).join('\n');

/** What a refused line may give: no command began, the shell has its say. */
const REJECTED = { outcome: 'rejected', exitCode: [null, 1, 2, 127, 130], output: /.*/s };

export const cases = [
  {
    id: 'lines',
    title: 'a script of several lines',
    run: {
      posix: 'for i in 1 2\ndo\n  echo "line $i"\ndone\n(exit 6)',
      fish: 'for i in 1 2\n  echo "line $i"\nend\nsh -c \'exit 6\'',
    },
    expect: { exitCode: 6, output: 'line 1\nline 2\n' },
  },
  {
    id: 'lines-of-their-own',
    title: 'several commands, one a line: the status of the last one, the output of all',
    run: 'echo one\nfalse\necho three\nfalse',
    expect: { exitCode: 1, output: 'one\nthree\n' },
  },
  {
    id: 'lines-blank',
    title: 'blank lines before, between and behind',
    run: '\n\necho a\n\n\necho b\n\n',
    expect: { output: 'a\nb\n' },
  },
  {
    id: 'lines-last-fails-to-parse',
    title: 'lines of which the last one is not complete',
    run: { posix: 'echo first\necho "open', fish: 'echo first\necho "open' },
    within: 3_000,
    expect: {
      ...REJECTED,
      outcome: ['rejected', 'interrupted', 'finished', 'lost'],
      exitCode: [null, 1, 2, 127, 130],
      completed: [true, false],
    },
  },
  {
    id: 'heredoc',
    title: 'a here-document',
    not: { fish: 'fish has none' },
    run: "cat <<'EOF'\none\n  two $x\nEOF",
    expect: { output: 'one\n  two $x\n' },
  },
  {
    id: 'heredoc-open',
    title: 'a here-document whose end is missing',
    not: { fish: 'fish has none' },
    run: 'cat <<EOF\none',
    within: 3_000,
    expect: { ...REJECTED, outcome: ['rejected', 'finished'], exitCode: [0, null, 2, 130], completed: true },
  },
  {
    id: 'here-string',
    title: 'a here-string',
    not: { fish: 'fish has none', dash: 'dash has none' },
    run: 'cat <<<word',
    expect: { output: 'word\n' },
  },
  {
    id: 'function',
    title: 'a function is defined and called by the next command',
    steps: [
      {
        run: {
          posix: 'greet() { echo "hello $1"; return 4; }',
          fish: 'function greet; echo "hello $argv[1]"; return 4; end',
        },
      },
      { run: 'greet you', expect: { exitCode: 4, output: 'hello you\n' } },
    ],
  },
  {
    id: 'variables',
    title: 'variables, directory and options last from one command to the next',
    steps: [
      { run: { posix: 'x=kept; cd /', fish: 'set x kept; cd /' } },
      { run: 'echo $x; pwd', expect: { output: 'kept\n/\n' } },
    ],
  },
  {
    id: 'trailing-comment',
    title: 'a comment behind the command',
    steps: [
      { run: { other: 'true', zsh: 'setopt interactive_comments' } },
      { run: 'echo a # b', expect: { output: 'a\n' } },
    ],
  },
  {
    id: 'only-comment',
    title: 'nothing but a comment',
    run: '# nothing to do',
    not: { zsh: 'an interactive zsh has no comments' },
    expect: { output: '' },
  },
  {
    id: 'comment-first',
    title: 'a comment line with a quote in it, then a command',
    not: { zsh: 'an interactive zsh has no comments' },
    run: "# don't\necho done; sh -c 'exit 3'",
    expect: { exitCode: 3, output: 'done\n' },
  },
  { id: 'semicolon-last', title: 'a semicolon at the end', run: 'echo a;', expect: { output: 'a\n' } },
  { id: 'leading-space', title: 'a space in front', run: '  echo a', expect: { output: 'a\n' } },
  {
    id: 'tab-in-command',
    title: 'a TAB, which would complete',
    run: "printf '%s|' a\tb '\t'",
    expect: { output: 'a|b|\t|' },
  },
  {
    id: 'escape-in-command',
    title: 'an ESC and other control characters in the command',
    run: "printf '%s\\n' '\u001b[31mx\u0001y\u0015z' | od -An -c | tr -d ' \\n'",
    expect: { output: /^033\[31mx001y025z\\n$/ },
  },
  {
    id: 'unicode',
    title: 'accents, wide characters and emoji in the command',
    run: "echo 'é 日本語 👩‍💻'",
    expect: { output: 'é 日本語 👩‍💻\n' },
  },
  {
    id: 'crlf',
    title: 'line ends of Windows',
    run: 'echo a\r\necho b\r\n',
    expect: { output: 'a\nb\n' },
  },
  {
    id: 'command-100kb-no-paste',
    title: 'a command of 100 kB for a line editor without bracketed paste',
    rc: { bash: "bind 'set enable-bracketed-paste off'", zsh: 'unset zle_bracketed_paste' },
    not: { fish: 'fish always takes pastes', dash: 'dash has no line editor here' },
    run: BIG,
    timeoutMs: 10_000,
    expect: { output: '' },
  },
  { id: 'command-100kb', title: 'a command of 100 kB', run: BIG, timeoutMs: 40_000, expect: { output: '' } },
  {
    id: 'command-100kb-lines',
    title: 'a command of 100 kB in 2,000 lines',
    run: BIG_LINES,
    timeoutMs: 60_000,
    expect: { output: '' },
  },
  {
    id: 'command-5kb-line',
    title: "a line longer than the kernel's editor takes",
    run: `echo ${'z'.repeat(5_000)} | wc -c`,
    expect: { output: /^\s*5001\n$/ },
  },
  {
    id: 'history-expansion',
    title: 'an exclamation mark that the shell looks up in its history',
    not: { fish: 'fish has no history expansion', dash: 'dash has no history' },
    run: 'echo "a!nosuchevent"',
    within: 3_000,
    expect: { ...REJECTED, output: /event not found|^$/ },
  },
  {
    id: 'exclamation',
    title: 'an exclamation mark at the end of a word',
    run: "echo 'hello!'",
    expect: { output: 'hello!\n' },
  },
  {
    id: 'glob-no-match',
    title: 'a pattern that matches nothing',
    run: 'echo /nonexistent-dir-*/x',
    expect: {
      outcome: 'finished',
      exitCode: { posix: 0, zsh: 1, fish: 124 },
      output: { other: '/nonexistent-dir-*/x\n', zsh: /no matches found/, fish: /[Nn]o matches/ },
    },
  },
  {
    id: 'abbreviation',
    title: 'a word that the line editor would expand',
    rc: { fish: 'abbr -a echo false' },
    not: { bash: 'no abbreviations', zsh: 'no abbreviations', dash: 'no abbreviations' },
    run: 'echo said',
    expect: { outcome: 'finished', exitCode: [0, 1], output: /said\n|^$/ },
  },
  {
    id: 'alias',
    title: "the user's aliases count",
    rc: { posix: "alias hi='echo hello'", fish: "alias hi 'echo hello'" },
    run: 'hi there',
    expect: { output: 'hello there\n' },
  },
  {
    id: 'empty-command',
    title: 'nothing to type',
    run: '   ',
    expect: { outcome: 'refused' },
  },
  {
    id: 'nul-in-command',
    title: 'a NUL, which no terminal passes on',
    run: 'echo a\0b',
    expect: { outcome: 'refused' },
  },
  {
    id: 'paste-frame-in-command',
    title: 'the end of a bracketed paste inside the command does not break out of it',
    steps: [
      {
        run: 'echo a \u001b[201~; touch {work}/escaped',
        expect: {
          outcome: ['refused', 'finished', 'rejected'],
          exitCode: [0, null, 1, 2, 127],
          output: /.*/s,
          completed: [true, false, undefined],
        },
      },
    ],
  },
];
