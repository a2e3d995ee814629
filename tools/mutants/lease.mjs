// Rules of the lease layer and what is left of the code when one is taken out; see table.mjs.

import { LEASE_WORK_MUTANTS } from './leaseWork.mjs';

const SIMULATION = 'test/unit/lease/simulation.test.ts';
const HOLDERS = 'test/unit/lease/holders.test.ts';
const QUEUE = 'test/unit/lease/queue.test.ts';
const ENGINE = 'test/unit/lease/engine.test.ts';
const LOCK = 'test/unit/lease/kernelLock.test.ts';
const RULES = 'test/unit/lease/rules.test.ts';
const ADMISSION = 'test/unit/lease/admission.test.ts';
const FORCE = 'test/unit/lease/force.test.ts';
const WAITING = 'test/unit/lease/waiting.test.ts';

export const LEASE_MUTANTS = [
  ...LEASE_WORK_MUTANTS,
  {
    name: 'lease: holders are counted one by one, not merged by their names',
    file: 'src/lease/holders.ts',
    find: "if (lock === 'busy' || lock === 'unreadable') {\n      active++;",
    replace: "if (lock === 'busy' || lock === 'unreadable') {\n      active = Math.max(active, 1);",
    test: `${SIMULATION} > never hold more than the limit`,
  },
  {
    name: 'lease: what is no ticket of ours is a holder',
    file: 'src/lease/holders.ts',
    find: 'parseTicketName(name) !== undefined && ',
    replace: '',
    test: `${HOLDERS} > none of it is touched`,
  },
  {
    name: 'lease: the strictest limit decides',
    file: 'src/lease/rules.ts',
    find: 'live < Math.min(ticketLimit, promoterLimit)',
    replace: 'live < promoterLimit',
    test: `${SIMULATION} > agree on the strictest limit`,
  },
  {
    name: 'lease: nobody passes those who wait',
    file: 'src/lease/ticketOffice.ts',
    find: 'now.next === undefined && mayPromote(',
    replace: 'mayPromote(',
    test: `${QUEUE} > lets nobody pass`,
  },
  {
    name: 'lease: a gate that was replaced keeps nobody out',
    file: 'src/lease/gate.ts',
    find: "if (!lock.isAt(paths.gate)) return { kind: 'busy' };",
    replace: '',
    test: 'test/unit/lease/gate.test.ts > removed between',
  },
  {
    name: 'lease: the gate is a lock',
    file: 'src/lease/gate.ts',
    find: "if (lock === 'busy') return { kind: 'busy' };",
    replace:
      "if (lock === 'busy') return { kind: 'entered', value: work({ state: () => NEW_GATE, save: () => undefined }) };",
    test: SIMULATION,
  },
  {
    name: 'lease: the gate opens again',
    file: 'src/lease/gate.ts',
    find: '  } finally {\n    lock.release();\n  }',
    replace: '  } finally {\n    void lock;\n  }',
    test: SIMULATION,
  },
  {
    name: 'lease: a directory that vanished is made again',
    file: 'src/lease/ticketOffice.ts',
    find: "if (outcome.kind === 'absent') makeKeyDirectories(this.#disk, this.#paths);",
    replace: '',
    test: `${ENGINE} > at the last moment`,
  },
  {
    name: 'lease: a directory that vanishes inside the gate is a new try',
    file: 'src/lease/ticketOffice.ts',
    find: "if (!isErrno(error, 'ENOENT')) throw error;",
    replace: 'throw error;',
    test: 'test/unit/lease/gate.test.ts > vanishes',
  },
  {
    name: 'lease: any other error is told at once',
    file: 'src/lease/ticketOffice.ts',
    find: "if (!isErrno(error, 'ENOENT')) throw error;",
    replace: '',
    test: `${ENGINE} > other than those that races bring`,
  },
  {
    name: 'lease: the deadline is looked at before every further try',
    file: 'src/lease/pace.ts',
    find: "if (clock.nowMs() >= deadlineMs) return 'gate_timeout';",
    replace: "if (outcome.kind === 'busy' && clock.nowMs() >= deadlineMs) return 'gate_timeout';",
    test: `${WAITING} > stays absent`,
  },
  {
    name: 'lease: a missing directory is no hot loop',
    file: 'src/lease/pace.ts',
    find: 'const REBUILD_MS = 25;',
    replace: 'const REBUILD_MS = 0;',
    test: `${WAITING} > stays absent`,
  },
  {
    name: 'lease: a ring before the sleep is not lost',
    file: 'src/lease/bell.ts',
    find: '    this.#hasRung = true;\n',
    replace: '    if (this.#wake !== undefined) this.#hasRung = true;\n',
    test: `${WAITING} > rang while nobody listened`,
  },
  {
    name: 'lease: a limit is never bent into shape',
    file: 'src/lease/engine.ts',
    find: "if (!isLimit(request.limit)) return denied('invalid_limit');",
    replace: '',
    test: `${ENGINE} > no whole number from 1`,
  },
  {
    name: 'lease: no key, no lease',
    file: 'src/lease/engine.ts',
    find: "invariant(KEY.test(request.key), 'a lease needs a key');",
    replace: '',
    test: `${ENGINE} > without a key`,
  },
  {
    name: 'lease: only the own token frees',
    file: 'src/lease/heldLease.ts',
    find: "if (token !== this.token) return 'not_yours';",
    replace: '',
    test: `${ENGINE} > needs the token`,
  },
  {
    name: 'lease: a second release frees nothing',
    file: 'src/lease/heldLease.ts',
    find: "if (this.#isOver) return 'already';",
    replace: '',
    test: `${ENGINE} > needs the token`,
  },
  {
    name: 'lease: a place that is freed is given to the next at once',
    file: 'src/lease/ticketOffice.ts',
    find: 'return this.#inGate((gate) => {\n      const now = this.#advance(limit, after !== undefined);',
    replace:
      'return this.#inGate((gate) => {\n      const now = this.#advance(after === undefined ? limit : 0, after !== undefined);',
    test: 'test/unit/lease/gate.test.ts > by whoever lets go',
  },
  {
    name: 'lease: another family of locks is refused',
    file: 'src/lease/root.ts',
    find: 'marker.lockFamily !== now.lockFamily',
    replace: 'marker.lockFamily === undefined',
    test: `${LOCK} > another family`,
  },
  {
    name: 'lease: a root that others can open is refused',
    file: 'src/lease/root.ts',
    find: 'const OTHERS = 0o077;',
    replace: 'const OTHERS = 0;',
    test: `${LOCK} > is refused when it is a link`,
  },
  {
    name: 'lease: locks that do not hold are found',
    file: 'src/lease/root.ts',
    find: 'if (failed !== undefined) return denied(',
    replace: "if (failed?.name === '') return denied(",
    test: `${LOCK} > do not hold`,
  },
  {
    name: 'lease: a link is not followed',
    file: 'src/lease/fileDisk.ts',
    find: 'const flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK',
    replace: 'const flags = O_RDWR | O_NONBLOCK',
    test: `${LOCK} > is absent, or unreadable`,
  },
  {
    name: 'lease: a ticket that could not be made leaves nothing',
    file: 'src/lease/fileDisk.ts',
    find: '      fs.rmSync(file, { force: true });\n',
    replace: '',
    test: `${LOCK} > not left behind`,
  },
  {
    name: 'lease: a variable only lowers',
    file: 'src/lease/admission.ts',
    find: 'return Math.min(fact.limit, ...lowered);',
    replace: 'return lowered[0] ?? fact.limit;',
    test: `${ADMISSION} > lowered by the variable`,
  },
  {
    name: 'lease: a key is of the directory, not of its path',
    file: 'src/lease/admission.ts',
    find: "return hash('directory', String(stat.dev), String(stat.ino));",
    replace: "return hash('directory', directory);",
    test: `${ADMISSION} > is that of the directory`,
  },
  {
    name: 'lease: a key does not have the name of the provider in it',
    file: 'src/lease/admission.ts',
    find: "return hash('directory', String(stat.dev), String(stat.ino));",
    replace: 'return hash(provider, String(stat.dev), String(stat.ino));',
    test: `${ADMISSION} > is that of the directory`,
  },
  {
    name: 'lease: the root of shared state cannot be moved',
    file: 'src/lease/admission.ts',
    find: '(isTest || !isShared)',
    replace: 'true',
    test: `${ADMISSION} > can be moved by nothing`,
  },
  {
    name: 'lease: an account is in a key only as a hash',
    file: 'src/lease/admission.ts',
    find: "? 'none' : `key ${hash(value)}`",
    replace: "? 'none' : 'key'",
    test: `${ADMISSION} > never the same for two`,
  },
  {
    name: 'lease: nothing but counts is told',
    file: 'src/protocol/leaseOutcome.ts',
    find: '  return { active, limit, queued: isCount(queued) ? queued : 0 };',
    replace: '  return { ...value, active, limit, queued: isCount(queued) ? queued : 0 };',
    test: 'test/unit/protocol/leaseOutcome.test.ts > reason and counts',
  },
  {
    name: 'lease: work is ended under the lock of its place',
    file: 'src/lease/force.ts',
    find: "return (await endWork(record.work, options)) ? take(target, lock, disk) : 'error';",
    replace: "lock.release();\n    return (await endWork(record.work, options)) ? take(target, lock, disk) : 'error';",
    test: `${FORCE} > one of two janitors`,
  },
  {
    name: 'lease: what nobody understands is not proven dead',
    file: 'src/lease/force.ts',
    find: "if (record === undefined) return 'conflict'; // what",
    replace: 'if (record === undefined) return take(target, lock, disk); // what',
    test: `${FORCE} > only by eviction`,
  },
  {
    name: 'lease: a record that lost its directory is put back',
    file: 'src/lease/heldLease.ts',
    find: 'this.#ticket.file.links() === 0) await',
    replace: 'this.#ticket.file.links() < 0) await',
    test: `${FORCE} > puts its record back`,
  },
  {
    name: 'lease: waiting lifts a ticket',
    file: 'src/lease/rules.ts',
    find: 'ticket.class - Math.floor(waitedMs / agingMs)',
    replace: 'ticket.class',
    test: `${RULES} > lifts whoever waits`,
  },
  {
    name: 'lease: a child inherits no lock',
    file: 'src/base/native.ts',
    find: "if (native.flock(fd, LOCK_EX | LOCK_NB) === 0) return 'locked';",
    replace: "if (native.flock(fd, LOCK_EX | LOCK_NB) === 0) return (native.fcntl(fd, F_SETFD, 0), 'locked');",
    test: `${LOCK} > is not inherited`,
  },
  {
    name: 'lease: a lock does not go with an object that is collected',
    file: 'src/lease/fileDisk.ts',
    find: '    this.#fd = fd;\n',
    replace:
      '    this.#fd = fd;\n    (globalThis.closers ??= new FinalizationRegistry((n) => fs.closeSync(n))).register(this, fd);\n',
    test: `${LOCK} > whatever is collected`,
  },
  {
    name: 'lease: the first reason ends a command, once',
    file: 'src/cli/lifetime.ts',
    find: 'if (this.#reason !== undefined || this.#isTearingDown) {',
    replace: 'if (this.#isTearingDown) {',
    test: 'test/unit/cli/lifetime.test.ts > ends for the first reason',
  },
  {
    name: 'lease: a teardown is not interrupted',
    file: 'src/cli/lifetime.ts',
    find: 'if (this.#reason !== undefined || this.#isTearingDown) {',
    replace: 'if (this.#reason !== undefined) {',
    test: 'test/unit/cli/lifetime.test.ts > not interrupted',
  },
];
