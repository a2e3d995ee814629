// Rules about seeing that a command waits for input. For the form see `table.mjs`.

const JUDGE = { file: 'src/host/probe/inputJudge.ts', test: 'test/unit/host/probe/inputJudge.test.ts' };
const PROBE = { file: 'src/host/probe/terminalProbe.ts', test: 'test/unit/host/probe/terminalProbe.test.ts' };
const WATCH = { file: 'src/host/session/inputWatch.ts', test: 'test/unit/host/session/inputWatch.test.ts' };
const PACE = { file: 'src/host/probe/inputPace.ts', test: 'test/unit/host/probe/inputPace.test.ts' };

export const BLOCKED_ON_INPUT_MUTANTS = [
  {
    ...JUDGE,
    name: 'blocked: nothing happened between the two looks',
    find: '    earlier.seq === later.seq &&\n',
    replace: '',
  },
  {
    ...JUDGE,
    name: 'blocked: two looks are some time apart',
    find: ' || later.atMs - earlier.atMs < PAIR_MS',
    replace: '',
  },
  {
    ...JUDGE,
    name: 'blocked: both looks see the same call',
    find: ' && call === wait.call',
    replace: '',
  },
  {
    ...JUDGE,
    name: 'blocked: a reader beside busy threads is not certain',
    find: ' && wait.alone && !isBusy',
    replace: ' && !isBusy',
  },
  {
    ...JUDGE,
    name: 'blocked: a reader beside busy processes is not certain',
    find: ' && wait.alone && !isBusy',
    replace: ' && wait.alone',
  },
  {
    ...JUDGE,
    name: 'blocked: a shell that reads through the kernel may be at its prompt',
    find: ' && own?.kernelPrompt !== true',
    replace: '',
  },
  {
    ...JUDGE,
    name: "blocked: a shell's line editor may be at its prompt",
    find: 'own !== undefined && own.editorReads && !canonical',
    replace: 'false',
  },
  {
    ...JUDGE,
    name: 'blocked: who waits for other things too has to show a prompt',
    find: "wait.how === 'read' || (wait.how === 'poll' && wait.only)",
    replace: "wait.how === 'read' || wait.how === 'poll'",
  },
  {
    ...JUDGE,
    name: 'blocked: a prompt rests',
    find: 'const asks = later.quietMs >= PROMPT_QUIET_MS && later.promptLine;',
    replace: 'const asks = later.promptLine;',
  },
  {
    ...JUDGE,
    name: 'blocked: of a hidden program only a question for a secret is told',
    find: '|| isBusy || !asksSecret(later.modes)) return undefined;',
    replace: '|| isBusy) return undefined;',
  },
  {
    ...PROBE,
    name: 'blocked: only what is open on the terminal counts',
    find: 'return device?.rdev === terminal.rdev && device.dev === terminal.dev;',
    replace: 'return device !== undefined;',
  },
  {
    ...PROBE,
    name: 'blocked: only the foreground counts',
    find: 'belongs: stat.pgid === group || (entry.belongs && stat.sid !== root.sid)',
    replace: 'belongs: true',
  },
  {
    ...PROBE,
    name: 'blocked: who left the session but not the terminal counts',
    find: ' || (entry.belongs && stat.sid !== root.sid)',
    replace: '',
  },
  {
    ...PROBE,
    name: 'blocked: a stopped program does not read',
    find: "if (state !== 'S') return;",
    replace: '',
  },
  {
    ...PROBE,
    name: 'blocked: what a poll waits for besides is seen',
    find: 'set.readsOnly && reads.length === 1 && waitsWithoutTimeout(call)',
    replace: 'waitsWithoutTimeout(call)',
  },
  {
    ...PROBE,
    name: 'blocked: the time of a poll is seen',
    find: ' && waitsWithoutTimeout(call)',
    replace: '',
  },
  {
    ...PROBE,
    name: 'blocked: where system calls are not to be seen the place in the kernel counts',
    find: 'if (call === undefined) return this.#byKernelWait(stat);',
    replace: 'if (call === undefined) return;',
  },
  {
    ...WATCH,
    name: 'blocked: nothing follows from silence while output waits unread',
    find: ' || !pty.readNow()',
    replace: '',
  },
  {
    ...WATCH,
    name: 'blocked: a command that has not begun waits for nothing',
    find: " || view?.state !== 'started'",
    replace: ' || view === undefined',
  },
  {
    ...WATCH,
    name: 'blocked: nobody looks when nobody waits',
    find: 'if (this.#waiters.size === 0) this.#rest();',
    replace: '',
  },
  {
    ...WATCH,
    name: 'blocked: nobody looks while output comes',
    find: 'if (quietMs < QUIET_MS) return this.#lookIn(QUIET_MS - quietMs);',
    replace: '',
  },
  {
    ...WATCH,
    name: 'blocked: what follows output is looked at soon',
    find: '    this.#timer.clear();\n    this.#lookIn(QUIET_MS);\n',
    replace: '',
  },
  {
    ...PACE,
    name: 'blocked: looks become rare while nothing happens',
    find: 'this.#pauseMs = Math.min(this.#pauseMs * GROWTH, LAST_PAUSE_MS);',
    replace: '',
  },
  {
    ...PACE,
    name: 'blocked: looks cost less than 1 % of a core',
    find: 'Math.max(pauseMs, Math.min(costMs * COST_FACTOR, MAX_COST_PAUSE_MS))',
    replace: 'pauseMs',
  },
  {
    name: 'blocked: a built-in that reads with the editor is no prompt (coordinator)',
    file: 'src/host/run/runInFlight.ts',
    find: 'reading && !this.#isEditorLent ?',
    replace: 'reading ?',
    test: 'test/unit/host/run/coordinator.test.ts > a built-in reads with the editor',
  },
  {
    name: 'blocked: a built-in that reads with the editor is no prompt (fish)',
    file: 'src/host/run/sources/fishHooksScript.ts',
    find: '    __at_mark B\n',
    replace: '    true\n',
    test: 'test/unit/host/run/fishHooks.shell.test.ts > read built-in',
  },
  {
    name: 'blocked: a carriage return is progress, not a prompt',
    file: 'src/host/probe/promptLine.ts',
    find: "if (OVERWRITTEN.test(bytes.toString('latin1'))) return false;",
    replace: '',
    test: 'test/unit/host/probe/promptLine.test.ts',
  },
  {
    name: 'blocked: a run that ended before the answer went out is told to have ended',
    file: 'src/host/session/runs.ts',
    find: 'if (block === undefined || result.outcome !== outcome) return',
    replace: 'if (block === undefined) return',
    test: 'test/unit/host/session/runs.test.ts > told to have ended',
  },
];
