// Commands that read: nothing of the tool may reach them, and what somebody answers does.

const NO_LINES = { dash: 'it reads its lines by the kernel, which was told to give none' };

export const cases = [
  {
    id: 'cat',
    title: 'cat reads the terminal until Ctrl+D',
    run: 'echo begun; cat',
    meanwhile: [{ see: 'begun\n' }, { pause: 200 }, { type: 'one\n' }, { see: 'one\none' }, { keys: 'Ctrl+D' }],
    expect: { output: 'begun\none\none\n' },
  },
  {
    id: 'cat-nothing-typed',
    title: 'a command that waits for input gets nothing from the tool',
    steps: [
      {
        name: 'cat',
        run: 'cat >{work}/read; cat {work}/read',
        timeoutMs: 800,
        expect: { outcome: 'timed_out', output: /.*/s },
      },
      { keys: 'Ctrl+D' },
      { again: 'cat', expect: { output: '' } },
    ],
    can: ['waitRun'],
  },
  {
    id: 'read',
    title: 'read and an answer',
    run: {
      posix: 'echo ask; read answer; echo "got $answer"; (exit 3)',
      fish: 'echo ask; read answer; echo "got $answer"; sh -c \'exit 3\'',
    },
    meanwhile: [{ see: 'ask' }, { pause: 200 }, { type: { posix: 'it\n', fish: 'it\r' } }],
    expect: { exitCode: 3, output: /got it\n$/ },
  },
  {
    id: 'read-three',
    title: 'three questions one after the other',
    run: {
      posix: 'for i in 1 2 3; do printf "q$i: "; read a; echo "a$i=$a"; done',
      fish: 'for i in 1 2 3; read -P "q$i: " a; echo "a$i=$a"; end',
    },
    meanwhile: [
      { see: 'q1:' },
      { pause: 150 },
      { type: { posix: 'x\n', fish: 'x\r' } },
      { see: 'q2:' },
      { pause: 150 },
      { type: { posix: 'y\n', fish: 'y\r' } },
      { see: 'q3:' },
      { pause: 150 },
      { type: { posix: 'z\n', fish: 'z\r' } },
    ],
    expect: { output: /a1=x\n(.*\n)*.*a2=y\n(.*\n)*.*a3=z\n$/ },
  },
  {
    id: 'read-timeout',
    title: 'a loop that looks for input again and again',
    not: { dash: 'its read has no time-out', fish: 'its read has no time-out' },
    run: {
      bash: 'for i in 1 2 3; do read -t 0.2 x; done; echo over; (exit 4)',
      zsh: 'for i in 1 2 3; do read -t 0.2 x; done; echo over; (exit 4)',
    },
    expect: { exitCode: 4, output: 'over\n' },
  },
  {
    id: 'password',
    title: 'a question for a secret: what is typed is nowhere',
    run: 'stty -echo; printf "Password: "; head -n 1 >{work}/secret; stty echo; echo; echo thanks',
    meanwhile: [{ see: 'Password: ' }, { pause: 200 }, { type: 'hunter2\n' }],
    expect: { output: /thanks\n$/ },
    steps: undefined,
    absent: ['hunter2'],
  },
  {
    id: 'type-ahead',
    title: 'what somebody types ahead for the next prompt is no part of the run',
    run: 'echo begun; sleep 0.5; echo first',
    meanwhile: [{ see: 'begun\n' }, { type: 'echo ahead\n' }],
    expect: { output: /first\n$/ },
  },
  {
    id: 'type-ahead-at-start',
    title: 'what somebody types while the shell starts is no run of ours',
    rc: { other: 'sleep 0.5' },
    steps: [
      { type: { posix: 'echo ahead\n', fish: 'echo ahead\r' } },
      { run: 'echo ours', expect: { output: 'ours\n' } },
    ],
  },
  {
    id: 'swallow',
    title: 'a command that reads everything there is to read',
    run: 'timeout 0.5 cat >{work}/all; wc -c <{work}/all',
    expect: { output: /^\s*0\n$/ },
  },
  {
    id: 'stty-no-echo',
    title: 'a command leaves the echo of the terminal off',
    steps: [
      { run: 'stty -echo; echo x', expect: { output: 'x\n' } },
      { run: 'echo y; false', expect: { exitCode: 1, output: 'y\n' } },
    ],
  },
  {
    id: 'stty-raw',
    title: 'a command puts the terminal into raw mode and back',
    run: 'stty raw -echo; sleep 0.3; stty sane; echo back',
    expect: { output: /back\n$/ },
  },
  {
    id: 'stty-raw-left',
    title: 'a command leaves the terminal in raw mode',
    steps: [
      { run: 'stty raw -echo; true', timeoutMs: 5_000 },
      { run: 'stty sane; true', timeoutMs: 5_000, honest: NO_LINES, expect: { output: /^[\r\n]*$/ } },
      { run: 'echo well; false', timeoutMs: 5_000, honest: NO_LINES, expect: { exitCode: 1, output: 'well\n' } },
    ],
    after: { dash: false, other: true },
  },
  {
    id: 'raw-program',
    title: 'a program that reads single keys in raw mode',
    run: 'echo begun; stty raw -echo; dd bs=1 count=1 of={work}/key 2>/dev/null; stty sane; echo "key $(cat {work}/key)"',
    meanwhile: [{ see: 'begun' }, { pause: 400 }, { type: 'q' }],
    expect: { output: /key q\n$/ },
  },
  {
    id: 'rm-i',
    title: 'a question by rm -i, answered with no',
    run: 'touch {work}/keep; rm -i {work}/keep; test -e {work}/keep',
    meanwhile: [{ see: 'remove' }, { type: 'n\n' }],
    expect: { output: /remove/ },
  },
  {
    id: 'read-eof',
    title: 'a read that gets an end of input instead of an answer',
    run: 'echo begun; read x; echo "status $?"',
    not: { fish: 'Ctrl+D there deletes a character or ends the read, by version' },
    meanwhile: [{ see: 'begun' }, { pause: 200 }, { keys: 'Ctrl+D' }],
    expect: { output: /status 1\n$/ },
  },
];
