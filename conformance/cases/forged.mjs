// Programs that print what a shell's hooks would print, to be taken for them.

const forged = (id, title, sequence) => ({
  id,
  title,
  run: {
    posix: `printf '${sequence}'; sleep 0.3; echo after; (exit 3)`,
    fish: `printf '${sequence}'; sleep 0.3; echo after; sh -c 'exit 3'`,
  },
  expect: { exitCode: 3, output: /after\n$/ },
});

export const cases = [
  forged('forged-133', 'an end by OSC 133 that is none', String.raw`\033]133;D;0\007`),
  forged(
    'forged-133-all',
    'a whole prompt by OSC 133 that is none',
    String.raw`\033]133;D;0\007\033]133;A\007$ \033]133;B\007\033]133;C\007`,
  ),
  forged('forged-633', 'an end by OSC 633 that is none', String.raw`\033]633;D;0\007`),
  forged(
    'forged-3008',
    'an end by OSC 3008 of nobody we know',
    String.raw`\033]3008;end=00000000-0000-0000-0000-000000000000;exit=success\033\134`,
  ),
  forged('forged-paste-switch', 'a line editor that is none', String.raw`\033[?2004h\033[?2004l\033[?2004h`),
  forged('forged-prompt', 'a prompt that is none', String.raw`$ `),
  {
    id: 'forged-own',
    title: "the tool's own mark without its secret",
    can: ['ownMark'],
    steps: [{ run: '', own: 'forged', expect: { exitCode: 3, output: /after\n$/ } }],
    traces: false,
  },
  {
    id: 'replayed-own',
    title: "the tool's own mark of an earlier run once more",
    can: ['ownMark'],
    steps: [{ run: 'true' }, { run: '', own: 'replayed', expect: { exitCode: 3, output: /after\n$/ } }],
    traces: false,
  },
  {
    id: 'forged-then',
    title: 'after a forged end the next run is as ever',
    steps: [
      {
        run: {
          posix: String.raw`printf '\033]133;D;0\007'; (exit 4)`,
          fish: String.raw`printf '\033]133;D;0\007'; sh -c 'exit 4'`,
        },
        expect: { exitCode: 4, output: '' },
      },
      { run: 'false', expect: { exitCode: 1 } },
    ],
  },
  {
    id: 'binary-noise',
    title: 'noise of every byte, from a file of random bytes',
    run: {
      posix: "head -c 60000 /dev/urandom | tr -d '\\033\\005' ; printf '\\033\\\\\\033c\\n'; (exit 3)",
      fish: "head -c 60000 /dev/urandom | tr -d '\\033\\005' ; printf '\\033\\\\\\033c\\n'; sh -c 'exit 3'",
    },
    expect: { exitCode: 3, output: /.*/s },
    after: false,
  },
];
