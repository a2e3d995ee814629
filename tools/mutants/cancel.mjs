// Rules of cancelled runs and of idempotency keys. The form is that of `table.mjs`.

const LADDER = 'test/unit/host/run/cancelLadder.test.ts';
const PROCESSES = 'test/unit/host/run/runProcesses.test.ts';
const KEYS = 'test/unit/host/session/runKeys.test.ts';
const COORDINATOR = 'test/unit/host/run/coordinator.test.ts';

export const CANCEL_MUTANTS = [
  {
    name: 'cancel: nothing is done for a run that ended by itself',
    file: 'src/host/run/cancelLadder.ts',
    find: '  if (isFirst && view.isOver) return done(state);\n',
    replace: '',
    test: `${LADDER} > ended by itself`,
  },
  {
    name: 'cancel: the shell is interrupted only when it stays in front',
    file: 'src/host/run/cancelLadder.ts',
    find: 'const SHELL_MS = 300;',
    replace: 'const SHELL_MS = 0;',
    test: `${LADDER} > shell itself`,
  },
  {
    name: 'cancel: each process gets the signal of a rung once',
    file: 'src/host/run/cancelLadder.ts',
    find: 'view.alive.filter((name) => !signalled.has(name))',
    replace: 'view.alive.filter((name) => !signalled.has(`${name}?`))',
    test: LADDER,
  },
  {
    name: 'cancel: the ladder goes on while something of the run lives',
    file: 'src/host/run/cancelLadder.ts',
    find: '(view.isOver && view.alive.length === 0)',
    replace: 'view.isOver',
    test: `${LADDER} > never got the interrupt`,
  },
  {
    name: 'cancel: the shell and the host are never the run',
    file: 'src/host/run/runProcesses.ts',
    find: 'pid !== shellPid && pid !== hostPid',
    replace: 'pid > 0 && (pid !== shellPid || hostPid < 0)',
    test: `${PROCESSES} > never the shell`,
  },
  {
    name: 'cancel: earlier jobs and their children are not the run',
    file: 'src/host/run/runProcesses.ts',
    find: 'origin.before.has(processName(stat)) && !isInFront(stat, query)',
    replace: 'origin.before.has(`${processName(stat)}?`)',
    test: `${PROCESSES} > background jobs of earlier runs`,
  },
  {
    name: 'cancel: workers of an earlier daemon are not the run',
    file: 'src/host/run/runProcesses.ts',
    find: '      !isOfEarlier(stat, query, isOfSession),\n',
    replace: '',
    test: `${PROCESSES} > workers of a daemon`,
  },
  {
    name: 'cancel: a daemon is the run only when nobody else can have begun it',
    file: 'src/host/run/runProcesses.ts',
    find: "(isAlone && isInTime(stat, origin) === 'yes')",
    replace: "isInTime(stat, origin) === 'yes'",
    test: `${PROCESSES} > left group, session and parent`,
  },
  {
    name: 'cancel: what the shell starts behind the end is not the run',
    file: 'src/host/run/runProcesses.ts',
    find: 'query.adopts && stat.ppid === shellPid',
    replace: 'stat.ppid === shellPid',
    test: `${PROCESSES} > behind the end`,
  },
  {
    name: 'cancel: in the tick of the typing the process id decides',
    file: 'src/host/run/runProcesses.ts',
    find: "lastPid !== undefined && pid > lastPid ? 'yes' : 'unclear'",
    replace: "lastPid !== undefined && pid > 0 ? 'yes' : 'unclear'",
    test: `${PROCESSES} > order of their ids`,
  },
  {
    name: 'cancel: the program of a session has no prompt to return to',
    file: 'src/host/run/runInFlight.ts',
    find: 'if (this.#options.action === undefined) return;',
    replace: '',
    test: `${COORDINATOR} > by its exit alone`,
  },
  {
    name: 'interrupt: marks that it took are not waited for',
    file: 'src/host/run/markReader.ts',
    find: '    if (this.#reportsPrompts && prompts.isAhead(prompt)) prompts.skipTo(prompt);\n',
    replace: '',
    test: `${COORDINATOR} > has taken the marks`,
  },
  {
    name: 'interrupt: without one no mark of a later prompt counts',
    file: 'src/host/run/promptCounter.ts',
    find: 'return this.#mayMiss && prompt',
    replace: 'return prompt',
    test: `${COORDINATOR} > marks of other prompts`,
  },
  {
    name: 'key: another command is refused',
    file: 'src/host/session/runKeys.ts',
    find: '    if (entry.hash !== hash) throw keyReused(key, entry.runId);\n    if (entry.runId',
    replace: '    if (entry.runId',
    test: `${KEYS} > refused for another command`,
  },
  {
    name: 'key: another command is refused by the log too',
    file: 'src/host/session/runKeys.ts',
    find: '    entry.hash = hashOf(found.command);\n',
    replace: '',
    test: `${KEYS} > 10,000 runs ago`,
  },
  {
    name: 'key: one that memory forgot is looked for in the log',
    file: 'src/host/session/runKeys.ts',
    find: '      this.#older.add(key);\n',
    replace: '',
    test: `${KEYS} > 10,000 runs ago`,
  },
  {
    name: 'key: one whose run was typed is not free again',
    file: 'src/host/session/runKeys.ts',
    find: 'if (entry.runId === undefined && this',
    replace: 'if (this',
    test: `${KEYS} > in the very turn`,
  },
  {
    name: 'key: one whose run was not typed is free again',
    file: 'src/host/session/runKeys.ts',
    find: '      } finally {\n        free();\n      }',
    replace: '      } finally {\n        await undefined;\n      }',
    test: `${KEYS} > leaves its key free`,
  },
  {
    name: 'key: the place is kept until the last caller is gone',
    file: 'src/host/session/sharedStart.ts',
    find: '        if (this.#callers > 0) return;\n',
    replace: '',
    test: `${KEYS} > keeps its place`,
  },
  {
    name: 'key: what all callers gave up is not joined',
    file: 'src/host/session/sharedStart.ts',
    find: '        this.#onGivenUp();\n',
    replace: '',
    test: `${KEYS} > leaves its key free`,
  },
];
