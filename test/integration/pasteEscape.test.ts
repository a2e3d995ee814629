/**
 * Pasted text stays text: hostile pastes into real line editors, each of which tries to make a file. `PASTE_FUZZ=4` pastes four
 * times as many, `PASTE_SEED` begins elsewhere.
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/index.ts';
import { LIBRARY, TestHome } from '../support/cli.ts';

const PASTES = 250 * Number(process.env['PASTE_FUZZ'] ?? 1);
const SEED = Number(process.env['PASTE_SEED'] ?? 1);
/** Pastes between two looks: all of them stand in the editor's buffer, and have to fit the screen. */
const BATCH = 5;

interface Editor {
  readonly name: string;
  readonly command: readonly string[];
  /** A line that makes the program ask for the frame, where it does not by itself. */
  readonly setUp?: string;
  /** A line that makes `file`, for this program. */
  readonly make: (file: string) => string;
}

const shellLine = (file: string): string => `touch ${file}`;
const EDITORS: readonly Editor[] = [
  { name: 'bash', command: ['bash', '--norc'], make: shellLine },
  { name: 'zsh', command: ['zsh', '-f'], make: shellLine },
  { name: 'fish', command: ['fish'], make: shellLine },
  {
    name: 'python3',
    command: ['python3', '-q'],
    // Python switches the frame off when readline starts, whatever the user's inputrc says.
    setUp: 'import readline; readline.parse_and_bind("set enable-bracketed-paste on")',
    make: (file) => `open(${JSON.stringify(file)}, 'w').close()`,
  },
];

/** A small generator of numbers (mulberry32) that gives the same ones for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** Ends of the frame in every form, split, nested and cut off. */
const MARKERS = [
  '\u001b[201~',
  '\u009b201~',
  '\u001b[200~',
  '\u001b[0201~',
  '\u001b[201;1~',
  '\u06db201~',
  '\u001b[20\u001b[201~1~',
  '\u001b[2\u009b201~01~',
  '\u001b\u001b[201~[201~',
  '\u001b[201\u001b[200~~',
];
const PIECES = [
  '\r',
  '\n',
  '\r\n',
  '\n\n',
  ' ',
  ';',
  '&&',
  '|',
  '"',
  "'",
  '\\',
  '\t',
  '$(',
  ')',
  '`',
  '#',
  'ä',
  '曛',
  '{',
  '\\\n',
];
/** For `--raw`: all of it but what the kernel itself takes for a key (Ctrl+C and the like). */
const RAW_PIECES = [
  '\u001b',
  '\u001b[',
  '\u001b[20',
  '\u001b[201',
  '\u001bOM',
  '\u001b[13~',
  '\u001b\r',
  '\u001b\n',
  '\u0001',
  '\u000b',
  '\u0019',
  '\u0005',
];

function hostileText(
  editor: Editor,
  file: string,
  token: string,
  pick: (below: number) => number,
  raw: boolean,
): string {
  const of = (list: readonly string[]): string => list[pick(list.length)] ?? '';
  const some = (): string =>
    Array.from({ length: pick(5) }, () =>
      of(pick(3) === 0 ? MARKERS : raw && pick(2) === 0 ? RAW_PIECES : PIECES),
    ).join('');
  return `${some()}${of(MARKERS)}${of(['\r', '\n', '\r\n', ''])}${editor.make(file)}${of(['\r', '\n'])}${some()}${token}${some()}`;
}

async function fuzz(editor: Editor, session: Session, directory: string): Promise<{ removed: number; framed: number }> {
  const pick = random(SEED * 1_000 + EDITORS.indexOf(editor));
  let removed = 0;
  let framed = 0;
  for (let n = 0; n < PASTES;) {
    let token = '';
    for (const end = Math.min(PASTES, n + BATCH); n < end; n++) {
      token = `<${editor.name}${n}>`;
      const raw = pick(3) === 0;
      const result = await session.paste(hostileText(editor, path.join(directory, `hit-${n}`), token, pick, raw), {
        raw,
      });
      removed += result.removedMarkers;
      framed += result.bracketed ? 1 : 0;
    }
    // Ctrl+C throws away what the program has not read yet, so it waits until the last paste shows.
    expect(await session.wait({ kind: 'text', text: token }, { timeoutMs: 120_000 }), token).toMatchObject({
      matched: true,
    });
    expect(fs.readdirSync(directory)).toEqual([]);
    await session.sendKeys(['Ctrl+C']);
    await promptOf(session);
  }
  return { removed, framed };
}

/** Resolves when the line editor reads: it has asked for the frame, and its terminal is quiet. */
async function promptOf(session: Session): Promise<void> {
  await session.wait({ kind: 'idle', idleMs: 30 });
  await expect.poll(async () => (await session.inspect()).bracketedPaste, { timeout: 60_000, interval: 10 }).toBe(true);
}

/** Column of the cursor behind a prompt, once one is drawn. */
async function promptColumn(session: Session): Promise<number> {
  let col = 0;
  const drawn = async (): Promise<number> => (col = (await session.snapshot()).cursorCol);
  await expect.poll(drawn, { timeout: 60_000 }).toBeGreaterThan(0);
  return col;
}

/**
 * Leaves an empty line. A Ctrl+C that comes while fish 3 paints is lost, and one that overtakes the end of a paste leaves it
 * in the paste, until the end of the next.
 */
async function emptyLine(session: Session, promptCol: number): Promise<void> {
  for (let isEmpty = false; !isEmpty;) {
    await session.paste('.');
    await session.wait({ kind: 'idle', idleMs: 100 });
    await session.sendKeys(['Ctrl+C']);
    isEmpty = (await session.wait({ kind: 'cursor', col: promptCol }, { timeoutMs: 2_000 })).matched;
  }
}

describe('hostile pastes', () => {
  it.each(EDITORS)(
    `run nothing in $name, ${PASTES} of them`,
    { timeout: 480_000 * Math.max(1, PASTES / 250) },
    async (editor) => {
      await using home = new TestHome();
      const directory = path.join(home.root, 'hits');
      fs.mkdirSync(directory);
      const loaded: unknown = await import(pathToFileURL(LIBRARY).href);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from this very file
      const { connect } = loaded as typeof import('../../src/index.ts');
      await using client = await connect({ environment: home.environment });
      await using session = await client.create({
        command: editor.command,
        cwd: home.work,
        cols: 200,
        rows: 100,
        completion: 'none',
      });
      if (editor.setUp !== undefined) {
        await session.wait({ kind: 'text', text: '>>>' });
        await session.type(`${editor.setUp}\r`);
      }
      await promptOf(session);
      const promptCol = await promptColumn(session);
      const { removed, framed } = await fuzz(editor, session, directory);
      expect(framed).toBe(PASTES);
      expect(removed).toBeGreaterThan(PASTES);
      await emptyLine(session, promptCol);
      await session.type(`${editor.make(path.join(directory, 'real'))}\r`);
      await expect.poll(() => fs.readdirSync(directory), { timeout: 60_000 }).toEqual(['real']);
    },
  );
});
