// What a person does with a running command: Ctrl+C, Ctrl+Z, Ctrl+\, and what becomes of it.

/** Seen with dash 0.5.12 by itself: about one in thirty. */
const DROPPED = { dash: 'dash drops a Ctrl+C that comes while it starts a program, and the command goes on' };
/** So does bash, less often: it only heeds one that the program died of. */
const DROPPED_IN_LOOP = {
  other: 'a Ctrl+C between two programs of a loop may be dropped by the shell, and the loop goes on',
};
const DASH_MAY_BE_BUSY = { dash: false, other: true };

const STOPPED = { outcome: 'stopped', exitCode: null, output: /.*/s };
/** Stops itself, stops again when it is brought back, and ends with 3. */
const STOPS_TWICE = `sh -c 'kill -STOP $$; kill -STOP $$; exit 3'`;
const INTERRUPTED = { outcome: 'interrupted', exitCode: 130, output: /.*/s };

export const cases = [
  {
    id: 'ctrl-c',
    title: 'Ctrl+C during sleep: told within 300 ms',
    alone: true,
    within: 300,
    run: 'echo begun; sleep 30',
    meanwhile: [{ see: 'begun\n' }, { pause: 200 }, { keys: 'Ctrl+C' }],
    expect: { ...INTERRUPTED, output: /^begun\n/ },
  },
  {
    id: 'ctrl-c-at-once',
    title: 'Ctrl+C as soon as the first output shows',
    run: 'echo begun; sleep 30',
    meanwhile: [{ see: 'begun\n' }, { keys: 'Ctrl+C' }],
    timeoutMs: 4_000,
    expect: INTERRUPTED,
    honest: DROPPED,
    after: DASH_MAY_BE_BUSY,
    within: 3_000,
  },
  {
    id: 'ctrl-c-loop',
    title: 'Ctrl+C in a loop of the shell itself',
    run: { posix: 'echo begun; while :; do :; done', fish: 'echo begun; while true; end' },
    meanwhile: [{ see: 'begun\n' }, { pause: 150 }, { keys: 'Ctrl+C' }],
    // fish gives its own loops the status 0 then, zsh sometimes.
    expect: {
      ...INTERRUPTED,
      outcome: { other: 'interrupted', zsh: ['interrupted', 'finished'], fish: ['interrupted', 'finished'] },
      exitCode: { other: 130, zsh: [0, 130], fish: [0, 130] },
    },
    within: 3_000,
  },
  {
    id: 'ctrl-c-loop-of-programs',
    title: 'Ctrl+C in a loop that runs programs',
    run: { posix: 'echo begun; while sleep 0.05; do :; done', fish: 'echo begun; while sleep 0.05; end' },
    meanwhile: [{ see: 'begun\n' }, { pause: 150 }, { keys: 'Ctrl+C' }],
    expect: {
      ...INTERRUPTED,
      outcome: ['interrupted', 'finished'],
      exitCode: { bash: 130, dash: 130, other: [0, 130] },
    },
    timeoutMs: 4_000,
    honest: DROPPED_IN_LOOP,
    after: false,
    within: 3_000,
  },
  {
    id: 'ctrl-c-cat',
    title: 'Ctrl+C for a program that waits for input',
    run: 'echo begun; cat',
    meanwhile: [{ see: 'begun\n' }, { pause: 200 }, { keys: 'Ctrl+C' }],
    expect: INTERRUPTED,
    within: 2_000,
  },
  {
    id: 'ctrl-c-read',
    title: 'Ctrl+C while the shell itself reads',
    run: 'echo begun; read x',
    meanwhile: [{ see: 'begun\n' }, { pause: 300 }, { keys: 'Ctrl+C' }],
    expect: {
      ...INTERRUPTED,
      outcome: ['interrupted', 'finished'],
      exitCode: { posix: 130, fish: [1, 130] },
      completed: true,
    },
    within: 3_000,
  },
  {
    id: 'ctrl-c-pipeline',
    title: 'Ctrl+C for a pipeline',
    run: 'echo begun; sleep 30 | cat',
    meanwhile: [{ see: 'begun\n' }, { pause: 200 }, { keys: 'Ctrl+C' }],
    expect: INTERRUPTED,
    within: 2_000,
  },
  {
    id: 'ctrl-c-ignored',
    title: 'Ctrl+C for a program that ignores it',
    run: `echo begun; sh -c 'trap "" INT; sleep 0.6; exit 5'`,
    meanwhile: [{ see: 'begun\n' }, { pause: 200 }, { keys: 'Ctrl+C' }],
    expect: { exitCode: 5, output: /^begun\n/ },
  },
  {
    id: 'ctrl-c-handled',
    title: 'Ctrl+C for a program that ends in its own way',
    run: `echo begun; sh -c 'trap "echo caught; exit 9" INT; while :; do sleep 0.05; done'`,
    meanwhile: [{ see: 'begun\n' }, { pause: 250 }, { keys: 'Ctrl+C' }],
    expect: { exitCode: 9, output: /caught\n/ },
    within: 3_000,
  },
  {
    id: 'ctrl-c-twice',
    title: 'Ctrl+C twice, and the next command is not hit',
    steps: [
      {
        run: 'echo begun; sleep 30',
        meanwhile: [{ see: 'begun\n' }, { pause: 150 }, { keys: ['Ctrl+C', 'Ctrl+C'] }],
        expect: INTERRUPTED,
        within: 3_000,
      },
      { run: 'echo next; sleep 0.3; echo over', expect: { output: 'next\nover\n' } },
    ],
  },
  {
    id: 'ctrl-c-type-ahead',
    title: 'Ctrl+C throws away what was typed ahead, not the waiter',
    run: 'echo begun; sleep 30',
    meanwhile: [{ see: 'begun\n' }, { type: 'echo ahead\n' }, { pause: 200 }, { keys: 'Ctrl+C' }],
    expect: INTERRUPTED,
    within: 3_000,
  },
  {
    id: 'ctrl-backslash',
    title: 'Ctrl+\\ during sleep',
    run: 'echo begun; sleep 30',
    meanwhile: [{ see: 'begun\n' }, { pause: 200 }, { keys: 'Ctrl+\\' }],
    expect: { exitCode: 131, output: /^begun\n/ },
    within: 3_000,
  },
  {
    id: 'ctrl-z',
    title: 'Ctrl+Z during sleep: stopped, not ended; fg brings it back',
    steps: [
      {
        run: 'echo begun; sleep 1.5',
        meanwhile: [{ see: 'begun\n' }, { pause: 200 }, { keys: 'Ctrl+Z' }],
        expect: { outcome: 'stopped', exitCode: null, output: /^begun\n/ },
        within: 3_000,
      },
      { run: 'echo meanwhile', expect: { output: /meanwhile\n$/ } },
      { run: 'fg', expect: { output: /.*/s } },
    ],
  },
  {
    id: 'ctrl-z-kill',
    title: 'a stopped job that the next command ends',
    steps: [
      {
        run: 'echo begun; sleep 30',
        meanwhile: [{ see: 'begun\n' }, { pause: 200 }, { keys: 'Ctrl+Z' }],
        expect: { outcome: 'stopped', exitCode: null, output: /^begun\n/ },
      },
      { run: 'kill -9 %1; sleep 0.2; true', expect: { output: /.*/s } },
    ],
  },
  {
    id: 'stop-again',
    title: 'a job that is brought back stops once more, then ends',
    steps: [
      { run: STOPS_TWICE, expect: STOPPED },
      { run: 'fg', expect: STOPPED },
      // fish's fg does not pass on how the job ended
      { run: 'fg', expect: { exitCode: { posix: 3, fish: 0 }, output: /.*/s } },
    ],
  },
  {
    id: 'stop-again-in-list',
    title: 'a job that a later part of the line brings back stops once more',
    steps: [
      { run: STOPS_TWICE, expect: STOPPED },
      { run: 'echo back; fg', expect: { ...STOPPED, output: /^back\n/ } },
      { run: 'kill -9 %1; sleep 0.2; true', expect: { output: /.*/s } },
    ],
  },
  {
    id: 'fg-nothing',
    title: 'fg without a job',
    run: 'fg',
    expect: { exitCode: [1, 2], output: /.*/s },
  },
  {
    id: 'fg-running',
    title: 'fg of a job that never stopped',
    steps: [
      { run: 'sleep 0.5 &', expect: { output: /.*/s } },
      { run: 'fg', expect: { output: /.*/s } },
    ],
  },
  {
    id: 'fg-beside-stopped',
    title: 'fg of one job beside another that stays stopped',
    steps: [
      { run: STOPS_TWICE, expect: STOPPED },
      { run: 'sleep 0.5 &', expect: { output: /.*/s } },
      { run: 'fg %2', expect: { output: /.*/s } },
      { run: 'echo fg', expect: { output: 'fg\n' } },
      { run: 'kill -9 %1; sleep 0.2; true', expect: { output: /.*/s } },
    ],
  },
  {
    id: 'ctrl-c-at-prompt',
    title: 'Ctrl+C at the prompt does nothing to the next run',
    steps: [
      { run: 'true' },
      { keys: 'Ctrl+C' },
      { run: 'echo next; false', expect: { exitCode: 1, output: 'next\n' } },
    ],
  },
  {
    id: 'trap-int',
    title: 'the shell has a trap for Ctrl+C',
    not: { fish: 'fish traps differently' },
    steps: [
      { run: "trap 'echo trapped' INT" },
      {
        run: 'echo begun; sleep 30',
        meanwhile: [{ see: 'begun\n' }, { pause: 200 }, { keys: 'Ctrl+C' }],
        expect: { ...INTERRUPTED, outcome: ['interrupted', 'finished'], exitCode: [130, 0], output: /begun/ },
        within: 3_000,
      },
    ],
  },
  {
    id: 'job-done-notice',
    title: 'the notice of a job that ended belongs to no run',
    not: { fish: 'fish has no such notice for a job by name' },
    steps: [
      { run: 'sleep 0.2 &', expect: { output: /.*/s } },
      { pause: 500 },
      { run: 'true', expect: { output: /.*/s } },
      { run: 'echo clean', expect: { output: 'clean\n' } },
    ],
  },
];
