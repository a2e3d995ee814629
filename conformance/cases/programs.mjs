// Programs that take the terminal over: shells, a REPL, pagers, editors.

const CHILD = { outcome: 'timed_out', output: /.*/s };

export const cases = [
  {
    id: 'nested-bash',
    title: 'a shell in the shell: nothing is typed into it, its exit is the end of the run',
    can: ['waitRun'],
    steps: [
      { name: 'bash', run: 'bash --norc --noprofile', timeoutMs: 700, expect: CHILD },
      { type: 'exit 3\n' },
      { again: 'bash', expect: { exitCode: 3, output: /.*/s } },
    ],
  },
  {
    id: 'nested-sh',
    title: 'a plain shell in the shell',
    can: ['waitRun'],
    steps: [
      { name: 'sh', run: 'sh', timeoutMs: 700, expect: CHILD },
      { type: 'exit 4\n' },
      { again: 'sh', expect: { exitCode: 4, output: /.*/s } },
    ],
  },
  {
    id: 'nested-same',
    title: 'the same shell once more, with the environment of the first',
    can: ['waitRun'],
    steps: [
      { name: 'inner', run: { bash: 'bash', zsh: 'zsh', fish: 'fish', dash: 'dash' }, timeoutMs: 1_200, expect: CHILD },
      { type: { posix: 'exit 5\n', fish: 'exit 5\r' } },
      { again: 'inner', expect: { exitCode: 5, output: /.*/s } },
    ],
  },
  {
    id: 'nested-run',
    title: 'a run in a nested shell: its status, or no claim to know it',
    needs: 'nested',
    can: ['waitRun'],
    after: false,
    steps: [
      {
        name: 'bash',
        run: 'bash --norc --noprofile',
        timeoutMs: 700,
        expect: { outcome: ['timed_out', 'lost'], output: /.*/s },
      },
      {
        run: 'echo inside; (exit 6)',
        timeoutMs: 5_000,
        expect: {
          outcome: ['finished', 'refused', 'timed_out', 'lost'],
          exitCode: [6, null],
          completed: [true, false, undefined],
          output: /.*/s,
        },
      },
    ],
  },
  {
    id: 'subshell-script',
    title: 'a script that runs in a shell of its own',
    run: "bash -c 'echo in; exit 8'",
    expect: { exitCode: 8, output: 'in\n' },
  },
  {
    id: 'exec-shell',
    title: 'the shell becomes another interactive shell: no end is claimed that was not seen',
    after: false,
    steps: [
      {
        run: 'exec bash --norc --noprofile',
        timeoutMs: 1_500,
        expect: {
          outcome: ['timed_out', 'lost', 'finished'],
          exitCode: [null, 0],
          completed: [true, false],
          output: /.*/s,
        },
      },
    ],
  },
  {
    id: 'exec-shell-then',
    title: 'runs after the shell became another one give their status, or no claim',
    needs: 'lost-hooks',
    after: false,
    steps: [
      {
        run: 'exec bash --norc --noprofile',
        timeoutMs: 3_000,
        expect: {
          outcome: ['timed_out', 'lost', 'finished'],
          exitCode: [null, 0],
          completed: [true, false],
          output: /.*/s,
        },
      },
      {
        run: 'echo well; (exit 6)',
        timeoutMs: 5_000,
        expect: {
          outcome: ['finished', 'refused', 'timed_out', 'lost'],
          exitCode: [6, null],
          completed: [true, false, undefined],
          output: /.*/s,
        },
      },
    ],
  },
  {
    id: 'login-shell',
    title: 'a login shell in the shell, as su - gives it',
    can: ['waitRun'],
    steps: [
      { name: 'login', run: 'env -i HOME="$HOME" TERM="$TERM" bash --login', timeoutMs: 1_000, expect: CHILD },
      { type: 'exit 5\n' },
      { again: 'login', expect: { exitCode: 5, output: /.*/s } },
    ],
  },
  {
    id: 'repl',
    title: 'a python prompt and back',
    can: ['waitRun'],
    steps: [
      { name: 'python', run: 'python3 -q', timeoutMs: 1_500, expect: CHILD },
      { see: '>>>' },
      { type: 'raise SystemExit(7)\n' },
      { again: 'python', expect: { exitCode: 7, output: />>>/ } },
    ],
  },
  {
    id: 'repl-run',
    title: 'a run at the prompt of python gives what it prints, or no claim',
    needs: 'repl',
    can: ['waitRun'],
    after: false,
    steps: [
      {
        name: 'python',
        run: 'python3 -q',
        timeoutMs: 1_500,
        expect: { outcome: ['timed_out', 'lost'], output: /.*/s },
      },
      {
        run: 'print(6 * 7)',
        timeoutMs: 5_000,
        expect: { outcome: ['finished', 'refused'], exitCode: [0, null], completed: [true, undefined], output: /42/ },
      },
    ],
  },
  {
    id: 'less',
    title: 'less as the command: quit ends it',
    run: 'seq 1 500 | less',
    meanwhile: [{ see: '12' }, { pause: 300 }, { keys: 'q' }],
    expect: { output: /.*/s },
  },
  {
    id: 'vim',
    title: 'vim as the command: quit ends it',
    run: 'vim -u NONE -N {work}/text',
    meanwhile: [{ see: 'text' }, { pause: 400 }, { keys: ['Escape', ':', 'c', 'q', 'Enter'] }],
    expect: { exitCode: 1, output: /.*/s },
    after: true,
  },
  {
    id: 'busy-full-screen',
    title: 'a run while a full-screen program is up: refused, nothing typed',
    steps: [
      { start: 'less', run: 'seq 1 500 | less' },
      { see: '12' },
      { pause: 300 },
      { run: 'echo intruder', options: { whenBusy: 'fail' }, expect: { outcome: 'refused' } },
      { keys: 'q' },
      { end: 'less', expect: { output: { lacks: 'intruder' } } },
    ],
    absent: ['intruder'],
  },
  {
    id: 'foreign-full-screen',
    title: 'a run while a full-screen program is up that a person started: refused, nothing typed',
    steps: [
      { run: 'true' },
      { type: { posix: 'seq 1 500 | less\n', fish: 'seq 1 500 | less\r' } },
      { see: '12' },
      { pause: 400 },
      { run: 'echo intruder', timeoutMs: 3_000, expect: { outcome: 'refused' } },
      { keys: 'q' },
      { pause: 300 },
    ],
    absent: ['intruder'],
  },
  {
    id: 'program-changes-title-and-dies',
    title: 'a full-screen program that is killed and leaves its screen behind',
    run: String.raw`sh -c 'printf "\033[?1049h\033[2Jup"; kill -9 $$'`,
    expect: { exitCode: 137, output: /.*/s },
    after: false,
  },
];
