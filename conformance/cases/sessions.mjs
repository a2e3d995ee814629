// Several runs, several callers, and ends that come from outside.

const COMMAND = { posix: 'echo said; (exit 3)', fish: "echo said; sh -c 'exit 3'" };
const WELL = { exitCode: 3, output: 'said\n' };
/** Goes on until the case says so by a file. */
const SLOW = {
  posix: 'until test -e {work}/go; do sleep 0.05; done; echo slow; (exit 5)',
  fish: "while not test -e {work}/go; sleep 0.05; end; echo slow; sh -c 'exit 5'",
};
const LOST = { outcome: 'lost', exitCode: null, output: /.*/s };

export const cases = [
  {
    id: 'two-at-once',
    title: 'two runs at once: in order, each with its own result',
    steps: [
      {
        start: 'first',
        run: { posix: 'sleep 0.4; echo first; (exit 1)', fish: "sleep 0.4; echo first; sh -c 'exit 1'" },
      },
      { start: 'second', run: { posix: 'echo second; (exit 2)', fish: "echo second; sh -c 'exit 2'" } },
      { start: 'third', run: 'echo third' },
      { end: 'second', expect: { exitCode: 2, output: 'second\n' } },
      { end: 'first', expect: { exitCode: 1, output: 'first\n' } },
      { end: 'third', expect: { output: 'third\n' } },
    ],
  },
  {
    id: 'busy-fail',
    title: 'a second run that does not want to wait is refused, nothing typed',
    steps: [
      { start: 'first', run: 'sleep 0.8; echo first' },
      { pause: 300 },
      { run: 'echo intruder', options: { whenBusy: 'fail' }, expect: { outcome: 'refused' } },
      { end: 'first', expect: { output: 'first\n' } },
    ],
    absent: ['intruder'],
  },
  {
    id: 'timed-out',
    title: 'a wait that times out, and then the end',
    can: ['waitRun'],
    steps: [
      { run: 'true' },
      {
        name: 'slow',
        run: SLOW,
        timeoutMs: 400,
        within: 5_000,
        expect: { outcome: 'timed_out' },
      },
      { touch: 'go' },
      { again: 'slow', expect: { exitCode: 5, output: 'slow\n' } },
      { again: 'slow', expect: { exitCode: 5, output: 'slow\n' } },
    ],
  },
  {
    id: 'timed-out-unheard',
    title: 'a run whose wait timed out ends with nobody waiting; the next one is not mixed up with it',
    steps: [
      { run: 'true' },
      {
        run: SLOW,
        timeoutMs: 400,
        expect: { outcome: 'timed_out' },
      },
      { touch: 'go' },
      { run: 'echo next; false', expect: { exitCode: 1, output: 'next\n' } },
    ],
  },
  {
    id: 'resize',
    title: 'the terminal is resized during the run',
    run: {
      posix: 'stty size; until test -e {work}/go; do sleep 0.05; done; stty size',
      fish: 'stty size; while not test -e {work}/go; sleep 0.05; end; stty size',
    },
    meanwhile: [{ see: '24 80' }, { resize: [100, 30] }, { touch: 'go' }],
    expect: { output: '24 80\n30 100\n' },
  },
  {
    id: 'resize-at-prompt',
    title: 'the terminal is resized at the prompt, where line editors repaint',
    steps: [
      { run: 'echo a', expect: { output: 'a\n' } },
      { resize: [30, 10] },
      { run: COMMAND, expect: WELL },
      { resize: [120, 40] },
      { run: COMMAND, expect: WELL },
    ],
  },
  {
    id: 'destroyed',
    title: 'the session is destroyed during the run',
    ends: true,
    steps: [
      { start: 'run', run: 'echo begun; sleep 60' },
      { see: 'begun\n' },
      { destroy: true },
      {
        end: 'run',
        from: 'now',
        within: 8_000,
        expect: {
          outcome: ['session_exited', 'lost'],
          exitCode: [null, 129, 137, 143, 0, 1],
          completed: false,
          output: /begun|^$/,
        },
      },
    ],
  },
  {
    id: 'host-killed',
    title: 'the host is killed during the run',
    can: ['killHost'],
    ownHost: true,
    ends: true,
    steps: [
      { start: 'run', run: 'echo begun; sleep 60' },
      { see: 'begun\n' },
      { killHost: true },
      { end: 'run', from: 'now', within: 8_000, expect: { ...LOST, completed: false, output: null } },
    ],
  },
  {
    id: 'client-killed',
    title: 'the client is killed while it waits; the run goes on and its end is there for the next one',
    can: ['killClient', 'waitRun'],
    steps: [
      {
        killedClient: {
          posix: 'echo begun; sleep 0.7; echo done; (exit 6)',
          fish: "echo begun; sleep 0.7; echo done; sh -c 'exit 6'",
        },
        see: 'begun\n',
        name: 'orphan',
      },
      { again: 'orphan', expect: { exitCode: 6, output: 'begun\ndone\n' } },
    ],
  },
  {
    id: 'foreign-command',
    title: 'a person types a command: no run is taken for it',
    steps: [
      { run: 'true' },
      { type: { posix: 'echo by-hand; (exit 9)\n', fish: "echo by-hand; sh -c 'exit 9'\r" } },
      { see: 'by-hand' },
      { pause: 200 },
      { run: COMMAND, expect: WELL },
    ],
  },
  {
    id: 'foreign-logged',
    title: 'commands of a person stand in the log as such, with their status; empty lines and runs of ours do not',
    can: ['foreignRuns'],
    steps: [
      { run: 'true' },
      { type: { posix: 'echo by-hand; (exit 9)\n', fish: "echo by-hand; sh -c 'exit 9'\r" } },
      { see: 'by-hand' },
      { pause: 200 },
      { keys: 'Enter' },
      { pause: 200 },
      { run: COMMAND, expect: WELL },
      { type: { posix: 'echo again\n', fish: 'echo again\r' } },
      { see: 'again' },
      { pause: 200 },
      { run: 'true' },
      { foreignRuns: [9, 0] },
    ],
  },
  {
    id: 'foreign-command-running',
    title: 'a run while a command is going on that a person typed: it waits for its turn',
    steps: [
      { run: 'true' },
      { type: { posix: 'echo by-hand; sleep 1; echo over\n', fish: 'echo by-hand; sleep 1; echo over\r' } },
      { see: 'by-hand\n' },
      { pause: 100 },
      { run: COMMAND, timeoutMs: 10_000, expect: { ...WELL, outcome: ['finished', 'refused'] } },
      { pause: 1_200 },
    ],
  },
  {
    id: 'foreign-then-at-once',
    title: 'a person types a command and the run comes in the same moment',
    steps: [
      { run: 'true' },
      { type: { posix: '(exit 9)\n', fish: "sh -c 'exit 9'\r" } },
      { run: COMMAND, expect: WELL },
      { run: 'true' },
    ],
  },
  {
    id: 'foreign-enter-at-once',
    title: 'a person presses Enter and the run comes in the same moment',
    steps: [
      { run: 'true' },
      { keys: 'Enter' },
      { run: COMMAND, expect: WELL },
      { keys: 'Enter' },
      { keys: 'Enter' },
      { run: COMMAND, expect: WELL },
      { run: 'true' },
    ],
  },
  {
    id: 'enter-then',
    title: 'empty lines at the prompt between runs',
    steps: [
      { run: 'true' },
      { keys: 'Enter' },
      { pause: 300 },
      { keys: 'Enter' },
      { pause: 300 },
      { run: COMMAND, expect: WELL },
    ],
  },
  {
    id: 'half-typed',
    title: 'a line that a person left half typed is not run together with ours without a word',
    steps: [
      { run: 'true' },
      { type: ': half ' },
      { pause: 300 },
      {
        run: 'echo whole',
        timeoutMs: 5_000,
        expect: {
          outcome: ['finished', 'refused', 'rejected'],
          exitCode: { other: [0, null], dash: [0, 2, null] },
          output: { other: /^(whole\n)?$/, dash: null },
          completed: [true, undefined],
        },
      },
    ],
    after: false,
  },
  {
    id: 'many-runs',
    title: 'a hundred runs in a row, every one with its own result',
    steps: Array.from({ length: 100 }, (_, i) => ({
      run: { posix: `echo ${i}; (exit ${i % 7})`, fish: `echo ${i}; sh -c 'exit ${i % 7}'` },
      expect: { exitCode: i % 7, output: `${i}\n` },
    })),
  },
];
