// Lines that are typed: when, whether the shell took them, and what others typed.

export const LINE_MUTANTS = [
  {
    name: 'lines: a shell that is awake is not taken for one that reads on',
    file: 'src/host/run/lineJudge.ts',
    find: ' && isAsleep !== false',
    replace: '',
    test: 'test/unit/host/run/lineJudge.test.ts',
  },
  {
    name: 'lines: one look does not make a shell that reads on',
    file: 'src/host/run/lineJudge.ts',
    find: 'reads ? this.#looks + 1 : 0',
    replace: 'reads ? LOOKS : 0',
    test: 'test/unit/host/run/lineJudge.test.ts',
  },
  {
    name: 'lines: what the shell says stands behind the whole echo',
    file: 'src/host/run/refusal.ts',
    find: ' && withoutBlanks(drawn) === wanted',
    replace: '',
    test: 'test/unit/host/run/refusal.test.ts',
  },
  {
    name: 'lines: Ctrl+C drops what the shell has not read',
    file: 'src/host/run/typedLines.ts',
    find: 'this.#waiting = this.#waiting.slice(0, 1);',
    replace: '',
    test: 'test/unit/host/run/typedLines.test.ts',
  },
  {
    name: 'lines: the first prompt of all answers nothing',
    file: 'src/host/run/markReader.ts',
    find: 'prompts.reported && stack.top',
    replace: 'stack.top',
    test: 'test/unit/host/run/typedLines.test.ts > behind the first one',
  },
  {
    name: 'lines: the rest of the prompt is read before a run is typed',
    file: 'src/host/session/runs.ts',
    find: '      this.#parts.readOutput();\n',
    replace: '',
    test: 'test/unit/host/session/runs.test.ts > waits on when',
  },
];
