// What belongs to the user: $?, $_, the history, the files.

export const cases = [
  {
    id: 'status-variable',
    title: "$? between runs is that of the user's last command",
    steps: [
      { run: { posix: '(exit 42)', fish: "sh -c 'exit 42'" }, expect: { exitCode: 42 } },
      { run: { posix: 'echo $?', fish: 'echo $status' }, expect: { output: '42\n' } },
      { run: { posix: 'echo $?', fish: 'echo $status' }, expect: { output: '0\n' } },
      { run: 'false', expect: { exitCode: 1 } },
      { run: { posix: 'echo "$? $?"', fish: 'echo "$status $status"' }, expect: { output: '1 1\n' } },
    ],
  },
  {
    id: 'last-argument',
    title: "$_ between runs is that of the user's last command",
    not: { fish: 'fish has it only for the running command' },
    steps: [
      { run: 'echo one two', expect: { output: 'one two\n' } },
      { run: 'echo $_', expect: { output: 'two\n' } },
    ],
  },
  {
    id: 'history',
    title: 'the history holds what was run and nothing else',
    not: { dash: 'dash has no history here' },
    steps: [
      { run: 'echo first', expect: { output: 'first\n' } },
      { run: 'echo second', expect: { output: 'second\n' } },
      {
        run: { bash: 'history', zsh: 'fc -l 1', fish: 'builtin history | head -n 10' },
        expect: {
          output: {
            bash: /^\s+1\s+echo first\n\s+2\s+echo second\n\s+3\s+history\n$/,
            zsh: /^\s*1\s+echo first\n\s*2\s+echo second\n(\s*3\s+fc -l 1\n)?$/,
            fish: /^(builtin history.*\n)?echo second\necho first\n$/,
          },
        },
      },
    ],
  },
  {
    id: 'history-file',
    title: 'the file of the history, after the shell has ended, is what it would be without the tool',
    not: { dash: 'dash has no history here' },
    ends: true,
    rc: { bash: 'HISTFILE=~/history', zsh: 'HISTFILE=~/history SAVEHIST=100 HISTSIZE=100', fish: '' },
    steps: [
      { run: 'echo first', expect: { output: 'first\n' } },
      { run: 'echo second', expect: { output: 'second\n' } },
      { run: 'exit 0', expect: { outcome: 'session_exited', exitCode: 0, output: /.*/s } },
      {
        file: { bash: 'home/history', zsh: 'home/history', fish: 'home/.local/share/fish/fish_history' },
        holds: {
          bash: 'echo first\necho second\nexit 0\n',
          zsh: 'echo first\necho second\nexit 0\n',
          fish: /^- cmd: echo first\n {2}when: \d+\n- cmd: echo second\n {2}when: \d+\n- cmd: exit 0\n {2}when: \d+\n$/,
        },
      },
    ],
  },
  {
    id: 'variables-own',
    title: "a start-up file that the tool had to replace is the user's again: ENV, ZDOTDIR, HOME",
    rc: { other: 'true' },
    run: {
      bash: 'echo "$ENV|$ZDOTDIR|$HOME"',
      zsh: 'echo "$ENV|$ZDOTDIR|$HOME"',
      fish: 'echo "$ENV|$ZDOTDIR|$HOME"',
      dash: 'echo "$ENV|$ZDOTDIR|$HOME"',
    },
    expect: { output: { other: '||{work}/home\n', dash: '{work}/home/.shrc||{work}/home\n' } },
  },
  {
    id: 'traps-own',
    title: 'no trap that the user did not set',
    not: { fish: 'fish traps differently' },
    run: 'trap',
    expect: { output: '' },
  },
  {
    id: 'options-own',
    title: 'the options of the shell are those of a fresh one',
    not: { fish: 'fish has none' },
    run: 'echo $-',
    expect: { output: { bash: 'himBHs\n', zsh: /^[0-9A-Za-z]+\n$/, dash: /^[ims]+\n$/ } },
  },
  {
    id: 'shell-level',
    title: 'the name and level of the shell',
    run: { bash: 'echo $SHLVL $0', zsh: 'echo $SHLVL', fish: 'echo $SHLVL', dash: 'echo $0' },
    expect: { output: { bash: '1 bash\n', zsh: '1\n', fish: '1\n', dash: 'dash\n' } },
  },
  {
    id: 'screen-clean',
    title: 'the screen shows prompts, commands and output, and nothing of ours',
    rc: { posix: "PS1='$ '", fish: "set fish_greeting; function fish_prompt; echo -n '$ '; end" },
    steps: [
      { run: 'echo hello', expect: { output: 'hello\n' } },
      { run: { posix: '(exit 3)', fish: "sh -c 'exit 3'" }, expect: { exitCode: 3 } },
      { pause: 150 },
      {
        screen: {
          posix: /^\$ echo hello\s*\nhello\s*\n\$ \(exit 3\)\s*\n\$\s*$/,
          fish: /^\$ echo hello\s*\nhello\s*\n\$ sh -c 'exit 3'\s*\n\$\s*$/,
        },
      },
    ],
  },
];
