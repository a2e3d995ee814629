// Rules of the product and what is left of the code when one is taken out. `find` stands exactly once in `file`; `test` is a
// test file, or a file and a part of a test's name after ` > `.

import { BLOCKED_ON_INPUT_MUTANTS } from './blockedOnInput.mjs';
import { CANCEL_MUTANTS } from './cancel.mjs';
import { INPUT_MUTANTS } from './input.mjs';
import { LEASE_MUTANTS } from './lease.mjs';
import { LINE_MUTANTS } from './lines.mjs';
import { LOG_FAULT_MUTANTS } from './logFaults.mjs';
import { RECORDING_MUTANTS } from './recordings.mjs';
import { RUN_LEASE_MUTANTS } from './runLeases.mjs';
import { REDACTION_MUTANTS } from './redaction.mjs';

export const MUTANTS = [
  ...BLOCKED_ON_INPUT_MUTANTS,
  ...CANCEL_MUTANTS,
  ...INPUT_MUTANTS,
  ...LOG_FAULT_MUTANTS,
  ...LEASE_MUTANTS,
  ...RUN_LEASE_MUTANTS,
  ...REDACTION_MUTANTS,
  ...LINE_MUTANTS,
  ...RECORDING_MUTANTS,
  {
    name: 'pty: what the program left behind is read before the terminal closes',
    file: 'src/host/pty/ptyMaster.ts',
    find: 'if (this.#isDrainWanted) this.#deliver(MAX_DRAIN_BYTES);',
    replace: '',
    test: 'test/unit/host/pty/nodePty.stress.test.ts > paused at the first byte',
  },
  {
    name: 'pty: pending input stops with the terminal',
    file: 'src/host/pty/ptyMaster.ts',
    find: '      this.#options.onClosing();\n',
    replace: '',
    test: 'test/contract/pty.contract.test.ts',
  },
  {
    name: 'pty: a child gets no descriptor of another session',
    file: 'src/host/pty/descriptorGaps.ts',
    find: "process.platform === 'linux' ? fillGaps() : []",
    replace: '[]',
    test: 'test/unit/host/pty/nodePty.test.ts > no descriptor of another session',
  },
  {
    name: 'pty: the last two descriptors are left to a new terminal',
    file: 'src/host/pty/descriptorGaps.ts',
    find: '    fs.closeSync(fd);\n  } catch',
    replace: '    fillers.push(fd);\n  } catch',
    test: 'test/unit/host/pty/spawnLimits.test.ts > at the limit of open files',
  },
  {
    name: 'pty: Backspace removes a whole character',
    file: 'src/host/pty/nodePty.ts',
    find: 'const IS_UTF8 = true;',
    replace: 'const IS_UTF8 = false;',
    test: 'test/unit/host/pty/nodePty.test.ts > Backspace',
  },
  {
    name: 'pty: a stuck reader is asked less and less often',
    file: 'src/host/pty/inputWriter.ts',
    find: 'this.#backoffMs = Math.min(this.#backoffMs * 2, MAX_BACKOFF_MS);',
    replace: '',
    test: 'test/unit/host/pty/inputWriter.test.ts',
  },
  {
    name: 'pty: input is taken whole or refused whole',
    file: 'src/host/pty/inputWriter.ts',
    find: 'if (queuedBytes + bytes > this.#maxBytes) {',
    replace: 'if (queuedBytes > this.#maxBytes) {',
    test: 'test/unit/host/pty/inputWriter.test.ts > refuses whole',
  },
  {
    name: 'log: a failed batch leaves nothing in the file',
    file: 'src/eventlog/appender.ts',
    find: '      this.#cutDebrisQuietly();\n      const failure',
    replace: '      const failure',
    test: 'test/unit/eventlog/appender.test.ts',
  },
  {
    name: 'log: nothing is written behind debris that could not be cut',
    file: 'src/eventlog/appender.ts',
    find: '      if (this.#hasDebris) this.#cutDebris();\n      this.#hasDebris = true;',
    replace: '      this.#hasDebris = true;',
    test: 'test/unit/eventlog/appender.test.ts > cannot be taken back',
  },
  {
    name: 'log: a failed sync is final',
    file: 'src/eventlog/durability.ts',
    find: '      this.#failed = true;\n',
    replace: '',
    test: 'test/unit/eventlog/logTrouble.test.ts > takes nothing more',
  },
  {
    name: 'log: t never goes back',
    file: 'src/eventlog/appender.ts',
    find: 'return Math.max(this.#t, this.#startedAt.t + elapsedUs);',
    replace: 'return this.#startedAt.t + elapsedUs;',
    test: 'test/unit/eventlog/appender.test.ts > never backwards',
  },
  {
    name: 'processes: a pid that was given to another is no target',
    file: 'src/base/processIdentity.ts',
    find: "stat.startTicks === identity.startTicks && stat.state !== 'Z'",
    replace: "stat.state !== 'Z'",
    test: 'test/unit/base/processIdentity.test.ts',
  },
  {
    name: 'processes: a zombie is dead',
    file: 'src/base/processIdentity.ts',
    find: " && stat.state !== 'Z' && stat.state !== 'X' ?",
    replace: ' ?',
    test: 'test/unit/base/processIdentity.test.ts',
  },
  {
    name: 'session: a program that nobody owns is ended',
    file: 'src/host/session/session.ts',
    find: "signalIdentity(pty.identity, 'SIGKILL');",
    replace: '',
    test: 'test/unit/host/session/session.test.ts',
  },
  {
    name: 'journal: a full disk that had nothing to write does not block for ever',
    file: 'src/host/session/journal.ts',
    find: 'if (this.#pending.length === 0) return this.#unblock();',
    replace: 'if (this.#pending.length === 0) return;',
    test: 'test/unit/host/session/journal.test.ts',
  },
  {
    name: 'runs: the queue is asked before a run is in flight',
    file: 'src/host/session/runs.ts',
    find: 'pty.assertRoom(action.bytes.length);',
    replace: '',
    test: 'test/unit/host/session/runs.test.ts',
  },
  {
    name: 'runs: a run whose caller has gone is not typed',
    file: 'src/host/session/runs.ts',
    find: 'if (signal.aborted || ended.aborted) abort();',
    replace: '',
    test: 'test/unit/host/session/runs.test.ts',
  },
  {
    name: 'runs: an interrupt that the editor lost is typed again',
    file: 'src/host/run/promptBack.ts',
    find: 'run.wantsMore && run.interrupts < MAX_INTERRUPTS',
    replace: 'false',
    test: 'test/unit/host/run/coordinator.test.ts',
  },
  {
    name: 'runs: a mark of another prompt is output',
    file: 'src/host/run/promptCounter.ts',
    find: 'return prompt === this.#current;',
    replace: 'return true;',
    test: 'test/unit/host/run/coordinator.test.ts',
  },
  {
    name: 'runs: a frame without the token of the run is output',
    file: 'src/host/run/markReader.ts',
    find: 'stack.find(({ record }) => record.identity.token === mark.token)',
    replace: 'stack.top',
    test: 'test/unit/host/run/coordinator.test.ts > not ended by the frame',
  },
  {
    name: 'runs: what a shell prints before the first byte of a command is not its output',
    file: 'src/host/run/sources/fishHooks.ts',
    find: 'hasStartNoise: true,',
    replace: 'hasStartNoise: false,',
    test: 'test/unit/host/run/fishHooks.shell.test.ts > byte for byte',
  },
  {
    name: 'runs: fish is not left with a line that it did not take',
    file: 'src/host/run/sources/fishHooks.ts',
    find: "const SUBMIT_KEY = '\\u001b[34~';",
    replace: "const SUBMIT_KEY = '\\r';",
    test: 'test/unit/host/run/fishHooks.shell.test.ts > rejects',
  },
  {
    name: 'runs: zsh still marks a partial line, behind the output',
    file: 'src/host/run/sources/zshHooksScript.ts',
    find: 'if [[ $__at_sp == 1 && -o prompt_cr ]]; then __at_partial; fi',
    replace: '',
    test: 'test/unit/host/run/zshHooks.shell.test.ts > partial line',
  },
];
