// Rules of what is sent to a session, and of what gc removes. The form is that of `table.mjs`.

const PASTE = 'test/unit/host/pty/paste.test.ts';
const INPUT = 'test/unit/host/session/input.test.ts';
const TARGET = 'test/unit/host/session/signalTarget.test.ts';
const GC = 'test/unit/client/gc.test.ts';

export const INPUT_MUTANTS = [
  {
    name: 'paste: markers are removed',
    file: 'src/host/pty/paste.ts',
    find: '  if (!isEscaped && bytes[at] !== CSI) return undefined;',
    replace: '  if (at > -2) return undefined;',
    test: PASTE,
  },
  {
    name: 'paste: markers are removed until none is left',
    file: 'src/host/pty/paste.ts',
    find: 'if (start === undefined) continue;',
    replace: 'if (start === undefined || removed > 0) continue;',
    test: `${PASTE} > brings together`,
  },
  {
    name: 'paste: control characters are refused',
    file: 'src/host/pty/paste.ts',
    find: 'if (at === -1) return;',
    replace: 'if (at > -2) return;',
    test: `${PASTE} > refuses other controls`,
  },
  {
    name: 'paste: framed only when the program asked for it',
    file: 'src/host/session/input.ts',
    find: 'const bracketed = modes.bracketedPaste;',
    replace: 'const bracketed = modes !== undefined;',
    test: `${INPUT} > is framed only`,
  },
  {
    name: 'input: refused whole before it is logged when there is no room',
    file: 'src/host/session/input.ts',
    find: '    pty.assertRoom(bytes.length);\n',
    replace: '',
    test: `${INPUT} > is refused whole`,
  },
  {
    name: 'input: parts of two verbs are never mixed',
    file: 'src/host/session/inputParts.ts',
    find: 'const isMixed = call.verb !== verb;',
    replace: 'const isMixed = false;',
    test: `${INPUT} > never mixed`,
  },
  {
    name: 'input: a writer stops with its terminal, in the same turn',
    file: 'src/host/pty/nodePty.ts',
    find: 'onClosing: () => this.#writer.stop(),',
    replace: 'onClosing: () => undefined,',
    test: 'test/unit/host/pty/deadTerminal.stress.test.ts',
  },
  {
    name: 'resize: the screen follows',
    file: 'src/host/session/verbs.ts',
    find: '    screen.resize(cols, rows, seq);\n',
    replace: '',
    test: `${INPUT} > told to terminal, screen and record`,
  },
  {
    name: 'signal: a group of another terminal session is left alone',
    file: 'src/host/session/signalTarget.ts',
    find: ' || members.some(({ sid }) => sid !== leader.pid)',
    replace: '',
    test: `${TARGET} > another terminal session`,
  },
  {
    name: 'signal: nothing is sent when the leader is gone',
    file: 'src/host/session/signalTarget.ts',
    find: " || liveness(leader) !== 'alive'",
    replace: '',
    test: `${TARGET} > belongs to somebody else`,
  },
  {
    name: 'gc: a session with processes stays',
    file: 'src/client/gc.ts',
    find: 'if (processes > 0) return',
    replace: 'if (processes > 99) return',
    test: `${GC} > leaves one that runs`,
  },
  {
    name: 'gc: links are not followed',
    file: 'src/client/gcFiles.ts',
    find: 'return fs.lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;',
    replace: 'return fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;',
    test: `${GC} > never follows a link`,
  },
  {
    name: 'gc: hosts are kept out while a dead one is cleared away',
    file: 'src/client/gcHosts.ts',
    find: 'return isOpen(record) ? this.#lock(record.hostId) : undefined;',
    replace: "return isOpen(record) && record.hostId === '' ? this.#lock(record.hostId) : undefined;",
    test: `${GC} > keeps hosts out`,
  },
];
