// What a caller may ask for beyond the end of a command. Each names the feature it needs; see notYet.mjs.

const BLOCKED = { outcome: 'blocked_on_input', exitCode: null, completed: false, output: /.*/s };
const until = (run, more) => ({ run, options: { untilInput: true }, within: 1_500, ...more });

const blocked = (id, title, run, answer, more = {}) => ({
  id,
  title,
  needs: 'until-input',
  can: ['waitRun'],
  alone: true,
  steps: [until(run, { name: 'asking', expect: BLOCKED }), answer, { again: 'asking', expect: { output: /.*/s } }],
  ...more,
});

export const cases = [
  blocked('input-cat', 'cat is known to wait for input', 'cat', { keys: 'Ctrl+D' }),
  blocked('input-read', 'read is known to wait for input', 'read answer', { type: { posix: 'x\n', fish: 'x\r' } }),
  blocked(
    'input-password',
    'a question for a secret is known to wait',
    'stty -echo; head -n 1 >/dev/null; stty echo',
    { type: 'hunter2\n' },
    { absent: ['hunter2'] },
  ),
  {
    id: 'input-repl',
    title: 'a python prompt is known to wait',
    needs: 'until-input',
    can: ['waitRun'],
    alone: true,
    steps: [
      // From its prompt on: how long it takes to start is its own affair.
      until('python3 -q', { name: 'asking', meanwhile: [{ see: '>>>' }], within: 1_000, expect: BLOCKED }),
      { type: 'exit()\n' },
      { again: 'asking', expect: { output: /.*/s } },
    ],
  },
  blocked('input-shell', 'a nested shell is known to wait', 'sh', { type: 'exit 0\n' }),
  blocked('input-rm', 'the question of rm -i is known to wait', 'touch {work}/x; rm -i {work}/x', { type: 'y\n' }),
  {
    id: 'input-sleep',
    title: 'sleep never waits for input',
    needs: 'until-input',
    steps: [until('sleep 3', { within: 8_000, expect: {} })],
  },
  {
    id: 'input-busy',
    title: 'a program that computes never waits for input',
    needs: 'until-input',
    steps: [
      until(
        { posix: 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done', fish: 'for i in (seq 100000); end' },
        { within: 15_000, expect: {} },
      ),
    ],
  },
  {
    id: 'cancel',
    title: 'a run is cancelled: INT is enough',
    needs: 'cancel',
    can: ['waitRun'],
    steps: [
      { name: 'long', run: 'sleep 60', timeoutMs: 400, expect: { outcome: 'timed_out' } },
      { cancel: 'long' },
      { again: 'long', within: 3_000, expect: { outcome: 'interrupted', exitCode: 130, output: /.*/s } },
    ],
  },
  {
    id: 'cancel-stubborn',
    title: 'a run is cancelled that ignores INT and TERM',
    needs: 'cancel',
    can: ['waitRun'],
    steps: [
      {
        name: 'long',
        run: `sh -c 'trap "" INT TERM; while :; do sleep 0.1; done'`,
        timeoutMs: 600,
        expect: { outcome: 'timed_out' },
      },
      { cancel: 'long' },
      {
        again: 'long',
        within: 15_000,
        expect: { outcome: ['finished', 'interrupted'], exitCode: [137, 130], output: /.*/s },
      },
    ],
  },
  {
    id: 'screen-output',
    title: 'the output of a program that addresses the screen is what stood there',
    needs: 'screen-output',
    run: String.raw`printf '\033[5;1Hlow\033[2;1Hhigh\033[7;1H\n'`,
    expect: { output: /high[\s\S]*low/ },
  },
];
