// Rules of what is masked. The form is that of `table.mjs`.

const REDACTOR = 'test/unit/redact/outputRedactor.test.ts';
const HELD = 'test/unit/host/session/heldOutput.test.ts';
const INPUT = 'test/unit/host/session/inputRecord.test.ts';
const MASKED = 'test/unit/host/run/maskedOutput.test.ts';
const KEYS = 'test/unit/host/session/runKeys.test.ts';
const SCAN = 'test/unit/artifacts/scan/scanDirectory.test.ts';
const EVENTS = 'src/artifacts/scan/eventScan.ts';
const SCANNER = 'src/redact/secretScanner.ts';
const TRACK = 'src/redact/track.ts';

export const REDACTION_MUTANTS = [
  {
    name: 'redaction: nothing that may be the beginning of a secret goes out before it is known',
    file: 'src/redact/outputRedactor.ts',
    find: 'Math.min(bytes.length, this.#scanner.unsureFrom - this.#base)',
    replace: 'bytes.length',
    test: `${REDACTOR} > is masked the same however it is split`,
  },
  {
    name: 'redaction: sequences between the characters of a secret do not hide it',
    file: SCANNER,
    find: "    if (byte === ESC) this.#mode = 'escape';\n    else if (byte === BS)",
    replace:
      "    if (byte === ESC) this.#mode = 'escape';\n    if (byte === ESC) this.#text.reset();\n    if (byte === BS)",
    test: `${REDACTOR} > with colours and other sequences`,
  },
  {
    name: 'redaction: the way of a line editor to the next line does not hide a secret',
    file: SCANNER,
    find: 'if (blank.hasReturned && byte !== LF) {',
    replace: 'if (byte === -1) {',
    test: `${REDACTOR} > the blank and return of a line editor`,
  },
  {
    name: 'redaction: a blank at the end of a line is one',
    file: SCANNER,
    find: 'if (blank.hasReturned && byte !== LF) {',
    replace: 'if (blank.hasReturned) {',
    test: `${REDACTOR} > a value with blanks`,
  },
  {
    name: 'redaction: what is struck over a character is masked with it',
    file: TRACK,
    find: 'if (this.#isStriking && this.#strike(byte, position)) return;',
    replace: '',
    test: `${REDACTOR} > characters struck over themselves`,
  },
  {
    name: 'redaction: a token is not looked for inside a word',
    file: TRACK,
    find: 'if (WORD_BYTE[this.#before[slot] ?? 0] === 1) continue;',
    replace: '',
    test: `${REDACTOR} > not inside a word`,
  },
  {
    name: 'redaction: half of a secret is enough',
    file: 'src/redact/forms.ts',
    find: 'return Math.min(formBytes, Math.max(MIN_PART_BYTES, Math.ceil(formBytes / 2)));',
    replace: 'return formBytes;',
    test: `${REDACTOR} > half of it and more`,
  },
  {
    name: 'redaction: as many columns as before',
    file: 'src/redact/masks.ts',
    find: 'for (let column = 0; column < columns; column++)',
    replace: 'for (let column = 0; column < size; column++)',
    test: `${REDACTOR} > wide and combining`,
  },
  {
    name: 'redaction: what continues something released goes out masked',
    file: 'src/redact/outputRedactor.ts',
    find: '    this.#scanner.markUnsure(this.#base, TELLING_BYTES);\n',
    replace: '',
    test: `${REDACTOR} > goes out masked when a part went out before`,
  },
  {
    name: 'redaction: what is held is released in time',
    file: 'src/host/session/heldOutput.ts',
    find: 'redactor.isTelling ? LONG_HOLD_MS : SHORT_HOLD_MS',
    replace: 'LONG_HOLD_MS',
    test: `${HELD} > a letter or two`,
  },
  {
    name: 'redaction: what has come already is read before anything is released',
    file: 'src/host/session/heldOutput.ts',
    find: '    pty.readNow();\n    this.#parts.drainOutput();\n',
    replace: '    pty.readNow();\n',
    test: `${HELD} > what came late`,
  },
  {
    name: 'redaction: nothing is released while reading is stopped',
    file: 'src/host/session/heldOutput.ts',
    find: 'redactor.isHolding && flow.reason === null && clock',
    replace: 'redactor.isHolding && clock',
    test: `${HELD} > while reading is stopped`,
  },
  {
    name: 'redaction: what is held comes before the mark that follows it',
    file: 'src/host/run/maskedOutput.ts',
    find: "piece.kind === 'output' ? mask.feed(piece.bytes) : mask.flush()",
    replace: "piece.kind === 'output' ? mask.feed(piece.bytes) : Buffer.alloc(0)",
    test: MASKED,
  },
  {
    name: 'redaction: a line that is not echoed is kept by its length',
    file: 'src/host/session/inputRecord.ts',
    find: 'modes !== undefined && modes.canonical && !modes.echo',
    replace: 'modes !== undefined && modes.canonical && modes.echo',
    test: INPUT,
  },
  {
    name: 'redaction: a line editor is no password prompt',
    file: 'src/host/session/inputRecord.ts',
    find: 'modes !== undefined && modes.canonical && !modes.echo',
    replace: 'modes !== undefined && !modes.echo',
    test: `${INPUT} > is told from a line editor`,
  },
  {
    name: 'redaction: a masked command is compared by what the log tells of it',
    file: 'src/host/session/runKeys.ts',
    find: 'entry.isOfLog ? hashOf(this.#parts.redaction.shown(command)) : hash',
    replace: 'hash',
    test: KEYS,
  },
  {
    name: 'proof scan: output is put together over the borders of events',
    file: EVENTS,
    find: 'this.#output.feed(bytes, seq);',
    replace: 'this.#text(bytes.toString(), seq);',
    test: `${SCAN} > over the borders of events`,
  },
  {
    name: 'proof scan: the screen is looked at while it stands, not only at the end',
    file: EVENTS,
    find: 'if (this.#bytesSince >= LOOK_BYTES || t - this.#lookedAt >= FRAME_US) await this.#look(t);',
    replace: '',
    test: `${SCAN} > painted in pieces`,
  },
  {
    name: 'proof scan: what left the screen at the top is looked at',
    file: EVENTS,
    find: 'includeScrollback: true',
    replace: 'includeScrollback: false',
    test: `${SCAN} > at the top`,
  },
  {
    name: 'proof scan: hashes of a log are no tokens',
    file: 'src/artifacts/scan/scanDirectory.ts',
    find: 'const raw = isLines ? named : all;',
    replace: 'const raw = all;',
    test: `${SCAN} > is clean`,
  },
  {
    name: 'proof scan: a place does not tell the secret in its name',
    file: 'src/artifacts/scan/findings.ts',
    find: 'file: this.#all.mask(finding.file).text',
    replace: 'file: finding.file',
    test: `${SCAN} > in a name`,
  },
];
