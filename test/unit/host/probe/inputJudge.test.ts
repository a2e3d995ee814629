import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLIND_QUIET_MS,
  InputJudge,
  type InputLook,
  judgeInput,
  PAIR_MS,
  PROMPT_QUIET_MS,
} from '../../../../src/host/probe/inputJudge.ts';
import type { InputSight, TerminalWait } from '../../../../src/host/probe/terminalProbe.ts';

const LINE = { canonical: true, echo: true };
const SECRET = { canonical: true, echo: false };
const RAW = { canonical: false, echo: false };
const NOBODY: InputSight = { waits: [], hidden: false, busy: false };
const SHELL = { pid: 50, kernelPrompt: false, editorReads: false };

/** cat, as it was seen. */
const READ: TerminalWait = { pid: 60, tid: 60, how: 'read', call: '0 0x0 0x7f8d 0x20000', only: true, alone: true };
/** The REPL of python3: select on the terminal alone, without a time. */
const SELECT: TerminalWait = { ...READ, how: 'poll', call: '270 0x1 0x7ffd 0x0 0x0 0x0' };
/** node's: an epoll on the terminal and more. */
const EPOLL: TerminalWait = { ...READ, how: 'poll', call: '281 0xe 0x7fff 0x400', only: false, alone: false };
const KERNEL_WAIT: TerminalWait = { ...READ, how: 'kernel_wait', call: 'wait_woken', only: false, alone: false };

function sees(...waits: readonly TerminalWait[]): InputSight {
  return { ...NOBODY, waits };
}

const LOOK: InputLook = {
  atMs: 1_000,
  seq: 7,
  quietMs: 60,
  group: 60,
  modes: LINE,
  sight: sees(READ),
  promptLine: false,
  alternateScreen: false,
  shell: SHELL,
};
const ASKS = { promptLine: true, quietMs: PROMPT_QUIET_MS };

/** The verdict on two looks that are the same but for the time between them. */
function judge(look: Partial<InputLook>, laterThan: Partial<InputLook> = {}): string {
  const earlier = { ...LOOK, ...look };
  const later = { ...earlier, atMs: earlier.atMs + PAIR_MS, ...laterThan };
  const block = judgeInput(earlier, later);
  return block === undefined ? 'nothing' : `${block.kind} ${block.confidence}: ${block.evidence.join(' ')}`;
}

describe('a verdict on input', () => {
  const table: [what: string, look: Partial<InputLook>, verdict: string][] = [
    ['cat', {}, 'line certain: foreground_group tty_read terminal_modes'],
    ['a password prompt', { modes: SECRET }, 'secret certain: foreground_group tty_read terminal_modes'],
    ['less, read -n1', { modes: RAW }, 'raw likely: foreground_group tty_read terminal_modes'],
    ['without the modes', { modes: undefined }, 'unknown likely: foreground_group tty_read'],
    ['sleep', { sight: NOBODY }, 'nothing'],
    ['sleep behind a line like a prompt', { sight: NOBODY, ...ASKS, quietMs: 9_999 }, 'nothing'],
    ['sleep after stty -echo', { sight: NOBODY, modes: SECRET, ...ASKS }, 'nothing'],
    [
      'a reader among busy ones',
      { sight: { ...sees(READ), busy: true } },
      'line likely: foreground_group tty_read terminal_modes',
    ],
    [
      'one thread of several',
      { sight: sees({ ...READ, alone: false }) },
      'line likely: foreground_group tty_read terminal_modes',
    ],
    [
      'a shell in read',
      { sight: sees({ ...READ, pid: 50 }) },
      'line certain: foreground_group tty_read terminal_modes',
    ],
    [
      'a shell at a prompt that the kernel edits, or in read',
      { sight: sees({ ...READ, pid: 50 }), shell: { ...SHELL, kernelPrompt: true } },
      'line likely: foreground_group tty_read terminal_modes',
    ],
    [
      'cat under such a shell',
      { shell: { ...SHELL, kernelPrompt: true } },
      'line certain: foreground_group tty_read terminal_modes',
    ],
    [
      "a shell's line editor that may be at its prompt",
      { sight: sees({ ...SELECT, pid: 50 }), modes: RAW, shell: { ...SHELL, editorReads: true }, ...ASKS },
      'nothing',
    ],
    ['the REPL of python', { sight: sees(SELECT), modes: RAW }, 'raw likely: foreground_group tty_poll terminal_modes'],
    ['the REPL of node, too early', { sight: sees(EPOLL), modes: RAW, promptLine: true }, 'nothing'],
    [
      'the REPL of node',
      { sight: sees(EPOLL), modes: RAW, ...ASKS },
      'raw likely: foreground_group tty_poll terminal_modes prompt_line',
    ],
    ['ssh host sleep', { sight: sees(EPOLL), modes: RAW, quietMs: 9_999 }, 'nothing'],
    ['a server that listens to keys', { sight: sees(EPOLL), quietMs: 9_999 }, 'nothing'],
    [
      'vim',
      { sight: sees(EPOLL), modes: RAW, alternateScreen: true, quietMs: PROMPT_QUIET_MS },
      'raw likely: foreground_group tty_poll terminal_modes alternate_screen',
    ],
    ['one that has the screen and no keys', { sight: sees(EPOLL), alternateScreen: true, quietMs: 9_999 }, 'nothing'],
    ['a call that may not be seen, without a prompt', { sight: sees(KERNEL_WAIT), quietMs: 9_999 }, 'nothing'],
    [
      'a call that may not be seen',
      { sight: sees(KERNEL_WAIT), ...ASKS },
      'line likely: foreground_group kernel_wait terminal_modes prompt_line',
    ],
    [
      'sudo',
      { sight: { ...NOBODY, hidden: true }, modes: SECRET, ...ASKS },
      'secret likely: foreground_group terminal_modes prompt_line',
    ],
    ['sudo make', { sight: { ...NOBODY, hidden: true }, modes: SECRET }, 'nothing'],
    ['sudo that works', { sight: { ...NOBODY, hidden: true, busy: true }, modes: SECRET, ...ASKS }, 'nothing'],
    ['sudo with echo', { sight: { ...NOBODY, hidden: true }, ...ASKS }, 'nothing'],
    ['no procfs', { group: undefined, sight: undefined, ...ASKS, quietMs: BLIND_QUIET_MS }, 'nothing'],
    [
      'a secret without procfs',
      { group: undefined, sight: undefined, modes: SECRET, ...ASKS, quietMs: BLIND_QUIET_MS },
      'secret guess: terminal_modes prompt_line',
    ],
    [
      'nothing to look at',
      { group: undefined, sight: undefined, modes: undefined, ...ASKS, quietMs: 9_999 },
      'nothing',
    ],
  ];
  it.each(table)('of %s', (_what, look, verdict) => expect(judge(look)).toBe(verdict));

  it('needs two looks with nothing between them', () => {
    expect(judge({}, { atMs: LOOK.atMs + PAIR_MS - 1 })).toBe('nothing');
    expect(judge({}, { seq: 8 })).toBe('nothing');
    expect(judge({}, { group: 61 })).toBe('nothing');
    expect(judge({}, { modes: SECRET })).toBe('nothing');
    expect(judge({}, { sight: sees({ ...READ, call: '0 0x0 0x7f8d 0x1000' }) })).toBe('nothing');
    expect(judge({}, { sight: sees({ ...READ, tid: 61 }) })).toBe('nothing');
    expect(judge({}, { sight: NOBODY })).toBe('nothing');
    expect(judge({ sight: NOBODY }, { sight: sees(READ) })).toBe('nothing');
  });
});

const wait = fc.constantFrom(
  READ,
  SELECT,
  EPOLL,
  KERNEL_WAIT,
  { ...READ, pid: 50, tid: 50 },
  { ...READ, alone: false },
);
const sight = fc.record({ waits: fc.array(wait, { maxLength: 2 }), hidden: fc.boolean(), busy: fc.boolean() });
const anyLook: fc.Arbitrary<InputLook> = fc.record({
  atMs: fc.constant(0),
  seq: fc.nat(1),
  quietMs: fc.nat(1_000),
  group: fc.constantFrom(undefined, 60),
  modes: fc.constantFrom(undefined, LINE, SECRET, RAW),
  sight: fc.option(sight, { nil: undefined }),
  promptLine: fc.boolean(),
  alternateScreen: fc.boolean(),
  shell: fc.constantFrom(undefined, SHELL, { ...SHELL, kernelPrompt: true }, { ...SHELL, editorReads: true }),
});
const looks = fc.array(fc.tuple(anyLook, fc.constantFrom(1, PAIR_MS, 60)), { maxLength: 8 }).map((steps) => {
  let atMs = 0;
  return steps.map(([look, passed]) => ({ ...look, atMs: (atMs += passed) }));
});

describe('the judge', () => {
  it('brings no verdict that no two of its looks bear', () => {
    fc.assert(
      fc.property(looks, (row) => {
        const judged = new InputJudge();
        for (const [i, look] of row.entries()) {
          const found = judged.take(look);
          if (typeof found !== 'object') continue;
          const bearing = row.slice(0, i).map((earlier) => judgeInput(earlier, look));
          expect(bearing).toContainEqual(found);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is certain only of a line, read by one that is seen and does nothing else', () => {
    fc.assert(
      fc.property(anyLook, anyLook, (earlier, later) => {
        const block = judgeInput(earlier, { ...later, atMs: 100 });
        if (block?.confidence !== 'certain') return;
        expect(block.kind === 'line' || block.kind === 'secret').toBe(true);
        expect([earlier, later].flatMap(({ sight: seen }) => seen?.waits ?? [])).toContainEqual(
          expect.objectContaining({ how: 'read', alone: true }),
        );
        expect([earlier.sight?.busy, later.sight?.busy, later.modes?.canonical]).toEqual([false, false, true]);
      }),
      { numRuns: 5_000 },
    );
  });

  it('reports nothing of a program that waits for nothing of the terminal and hides nothing', () => {
    fc.assert(
      fc.property(looks, (row) => {
        const judged = new InputJudge();
        for (const look of row) {
          const blind = { ...look, sight: { ...NOBODY, busy: look.promptLine } };
          expect(judged.take(blind)).toBe('not_blocked');
        }
      }),
    );
  });

  it('gives its verdict at the second look, also when a first row was cut off', () => {
    const judged = new InputJudge();
    expect(judged.take(LOOK)).toBe('promising');
    expect(judged.take({ ...LOOK, atMs: 1_030, seq: 8 })).toBe('promising');
    expect(judged.take({ ...LOOK, atMs: 1_040, seq: 8 })).toBe('promising');
    expect(judged.take({ ...LOOK, atMs: 1_060, seq: 8 })).toMatchObject({ kind: 'line' });
  });

  it('begins a new row with another call of the same program', () => {
    const judged = new InputJudge();
    const other = { ...LOOK, sight: sees({ ...READ, call: '0 0x5' }) };
    expect(judged.take(LOOK)).toBe('promising');
    expect(judged.take({ ...other, atMs: 1_100 })).toBe('promising');
    expect(judged.take({ ...other, atMs: 1_100 + PAIR_MS })).toMatchObject({ kind: 'line' });
  });

  it('waits for a prompt to rest', () => {
    const judged = new InputJudge();
    const node = { ...LOOK, modes: RAW, sight: sees(EPOLL), promptLine: true };
    expect(judged.take(node)).toBe('promising');
    expect(judged.take({ ...node, atMs: 1_050, quietMs: 110 })).toBe('promising');
    expect(judged.take({ ...node, atMs: 1_090, quietMs: PROMPT_QUIET_MS })).toMatchObject({ kind: 'raw' });
  });
});
