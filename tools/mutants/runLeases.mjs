// Rules about the places that runs hold and what is left of the code when one is taken out; see table.mjs.

const LEASES = 'test/unit/host/session/runLeases.test.ts';
const QUEUE = 'test/unit/host/session/runQueue.test.ts';
const WORK = 'test/unit/lease/work.test.ts';

export const RUN_LEASE_MUTANTS = [
  {
    name: 'run lease: a command waits for its place before it is typed',
    file: 'src/host/session/runs.ts',
    find: 'if (provider !== undefined) return { provider, waitMs: leaseWaitMs ?? 0 };',
    replace: 'if (provider !== undefined) return undefined;',
    test: `${LEASES} > is refused at once`,
  },
  {
    name: 'run lease: a place is bound before the intention is logged',
    file: 'src/host/session/runs.ts',
    find: '      if (held !== undefined) leases.bind(held);\n',
    replace: '',
    test: `${LEASES} > takes its place, binds it`,
  },
  {
    name: 'run lease: the log says of the place before it says of the command',
    file: 'src/host/session/runs.ts',
    find: 'const before = held === undefined ? [] : [leases.heldEvent(prepared.runId, held)];',
    replace: 'const before = [];',
    test: `${LEASES} > takes its place, binds it`,
  },
  {
    name: 'run lease: a place under which nothing was typed is given back',
    file: 'src/host/session/runLeases.ts',
    find: '    this.giveBack(place);\n    throw error;',
    replace: '    throw error;',
    test: `${LEASES} > under which nothing could be typed`,
  },
  {
    name: 'run lease: a place goes with the work and not with whoever waits',
    file: 'src/host/session/runLeases.ts',
    find: '        this.#drains(entry, entry.waiters === 0);',
    replace: '        this.#release(entry);',
    test: `${LEASES} > kept through its caller's time-out`,
  },
  {
    name: 'run lease: whether anybody waits is told',
    file: 'src/host/session/runLeases.ts',
    find: '    entry.place.setDraining(isDraining);\n',
    replace: '',
    test: `${LEASES} > kept through its caller's time-out`,
  },
  {
    name: 'run lease: an end that cannot be written is an end',
    file: 'src/host/session/runLeases.ts',
    find: '() => this.#runEnded(entry, false), // its end could not be written: it ended all the same',
    replace: '() => undefined,',
    test: `${LEASES} > end of the command cannot be written`,
  },
  {
    name: 'run lease: a command that may go on keeps its place',
    file: 'src/host/session/runLeases.ts',
    find: "outcome.end.outcome === 'stopped' || outcome.end.outcome === 'lost'",
    replace: "outcome.end.outcome === 'rejected'",
    test: `${LEASES} > may go on although its run is over`,
  },
  {
    name: 'run lease: nothing follows an exit in the log',
    file: 'src/host/session/runLeases.ts',
    find: '    if (this.#parts.ended.aborted) return;\n    const payload',
    replace: '    const payload',
    test: `${LEASES} > also when the exit cannot be written`,
  },
  {
    name: 'run lease: a run whose place was taken away is ended',
    file: 'src/host/session/runLeases.ts',
    find: '    this.#parts.cancel(entry.runId).catch((error: unknown) => {',
    replace: '    Promise.resolve().catch((error: unknown) => {',
    test: `${LEASES} > that an operator took away`,
  },
  {
    name: 'run lease: whoever waits is told of a place that was taken away',
    file: 'src/host/session/runs.ts',
    find: "      if (result.outcome !== 'timed_out') leases.assertKept(runId);\n",
    replace: '',
    test: `${LEASES} > that an operator took away`,
  },
  {
    name: 'run lease: no place is held while something else is under way',
    file: 'src/host/session/runQueue.ts',
    find: 'if (this.#inTurn === 0 && gate.atPrompt)',
    replace: 'if (this.#inTurn >= 0)',
    test: `${LEASES} > beside that of another run`,
  },
  {
    name: 'run lease: at its turn a run does not wait for a place',
    file: 'src/host/session/runQueue.ts',
    find: '{ ...wish, waitMs: 0 }, signal)',
    replace: 'wish, signal)',
    test: `${QUEUE} > at its turn goes back`,
  },
  {
    name: 'run lease: waiting for a place has a bound of its own',
    file: 'src/host/session/runs.ts',
    find: 'timeoutMs + (this.#wish(request)?.waitMs ?? 0)',
    replace: 'timeoutMs',
    test: `${QUEUE} > with a key takes one place`,
  },
  {
    name: 'run lease: a caller that goes leaves the queue',
    file: 'src/host/session/runQueue.ts',
    find: "    signal.addEventListener('abort', abort, { once: true });\n    ended",
    replace: '    ended',
    test: `${QUEUE} > leaves the queue when its caller goes`,
  },
  {
    name: 'run lease: what was there before a command is none of its work',
    file: 'src/lease/work.ts',
    find: 'Number(stat.startTicks) >= Number(since)',
    replace: 'Number(stat.startTicks) >= 0',
    test: `${WORK} > that was given to a shell`,
  },
  {
    name: 'run lease: a shell is not ended with the command of a living host',
    file: 'src/lease/work.ts',
    find: '(withLeader && isSame && stat.pid === work.id)',
    replace: '(isSame && stat.pid === work.id)',
    test: `${WORK} > that was given to a shell`,
  },
  {
    name: 'run lease: processes that left the terminal session are told by its mark',
    file: 'src/lease/work.ts',
    find: 'const MARK_VARIABLES = [LEASE_MARK_VARIABLE, SESSION_MARK_VARIABLE];',
    replace: 'const MARK_VARIABLES = [LEASE_MARK_VARIABLE];',
    test: `${WORK} > carries the mark of its session`,
  },
];
