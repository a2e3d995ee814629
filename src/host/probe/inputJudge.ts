/**
 * Whether the program before a terminal is blocked on its input, from two looks at it. Pure: looks in, verdict out. The rule:
 * one look proves nothing, because every program is in some system call at any moment; two that see the same call with no
 * event between them are a wait. What is asserted beyond that call (that it is a question, that nothing else ends the wait)
 * only raises or lowers the confidence.
 */
import type { TerminalModes } from '../../base/native.ts';
import type { InputBlock, InputKind } from '../../protocol/outcomes.ts';
import type { InputSight, TerminalWait } from './terminalProbe.ts';

/** What the session knows at one instant. */
export interface InputLook {
  /** Monotonic. */
  readonly atMs: number;
  /** The number that the log's next event will get: when two looks have the same, nothing was printed, typed or resized. */
  readonly seq: number;
  /** Milliseconds since the last output. */
  readonly quietMs: number;
  /** The foreground process group; `undefined` where the system does not tell. */
  readonly group: number | undefined;
  /** `undefined` where the system call is not to be had. */
  readonly modes: TerminalModes | undefined;
  /** `undefined` without procfs. */
  readonly sight: InputSight | undefined;
  /** The last line of the output looks like a question; see `isPromptLike`. */
  readonly promptLine: boolean;
  readonly alternateScreen: boolean;
  /** The shell that takes the runs, when the session has one. Its own prompt is no block of a run. */
  readonly shell: ShellFacts | undefined;
}

export interface ShellFacts {
  readonly pid: number;
  /** The kernel edits its lines, so that at its prompt it reads as any program does. */
  readonly kernelPrompt: boolean;
  /** Its line editor began to read while the run was going on: this may be its prompt. */
  readonly editorReads: boolean;
}

/** Least time between two looks that make a verdict. Shorter, and a program that is just passing by looks blocked. */
export const PAIR_MS = 25;
/** Silence that a verdict needs which stands on the looks of a prompt: programs pause in the middle of a line, too. */
export const PROMPT_QUIET_MS = 150;
/** The same where not even procfs supports it. */
export const BLIND_QUIET_MS = 500;

/** Keeps the first look of a row in which nothing happened. One for each question; not shared. */
export class InputJudge {
  #earlier: InputLook | undefined;

  /** Takes the next look. The verdict, or whether another look soon may bring one. */
  take(look: InputLook): InputBlock | 'promising' | 'not_blocked' {
    const earlier = this.#earlier;
    const goesOn = earlier !== undefined && isSameScene(earlier, look);
    if (!goesOn) this.#earlier = look;
    const verdict = goesOn ? judgeInput(earlier, look) : undefined;
    if (verdict !== undefined) return verdict;
    // The call may be another one than at first: then the row begins here.
    if (goesOn && sameWaits(earlier, look).length === 0) this.#earlier = look;
    return isPromising(look) ? 'promising' : 'not_blocked';
  }
}

/** The verdict on two looks, `earlier` first; `undefined` when they do not show a block. */
export function judgeInput(earlier: InputLook, later: InputLook): InputBlock | undefined {
  if (!isSameScene(earlier, later) || later.atMs - earlier.atMs < PAIR_MS) return undefined;
  if (later.sight === undefined || earlier.sight === undefined) return judgeBlind(later);
  const verdicts = sameWaits(earlier, later).map((wait) => judgeWait(wait, earlier, later));
  const best = verdicts.find((verdict) => verdict?.confidence === 'certain') ?? verdicts.find(Boolean);
  return best ?? judgeHidden(earlier, later);
}

/** Whether a look gives reason to look again soon. */
function isPromising({ sight, modes, promptLine }: InputLook): boolean {
  if (sight === undefined || sight.hidden) return promptLine && asksSecret(modes);
  return sight.waits.length > 0;
}

function isSameScene(earlier: InputLook, later: InputLook): boolean {
  return (
    earlier.seq === later.seq &&
    earlier.group === later.group &&
    earlier.modes?.canonical === later.modes?.canonical &&
    earlier.modes?.echo === later.modes?.echo
  );
}

/** Waits of the later look that were there in the earlier one: the same thread in the same call. */
function sameWaits(earlier: InputLook, later: InputLook): TerminalWait[] {
  const before = earlier.sight?.waits ?? [];
  return (later.sight?.waits ?? []).filter((wait) =>
    before.some(({ tid, call, how }) => tid === wait.tid && call === wait.call && how === wait.how),
  );
}

function judgeWait(wait: TerminalWait, earlier: InputLook, later: InputLook): InputBlock | undefined {
  const { modes, shell } = later;
  const own = wait.pid === shell?.pid ? shell : undefined;
  const canonical = modes?.canonical === true;
  if (own !== undefined && own.editorReads && !canonical) return undefined;
  const kind = inputKind(modes);
  const evidence = ['foreground_group', EVIDENCE_OF[wait.how]] as const;
  const withModes = modes === undefined ? evidence : ([...evidence, 'terminal_modes'] as const);
  const asks = later.quietMs >= PROMPT_QUIET_MS && later.promptLine;
  if (wait.how === 'read' || (wait.how === 'poll' && wait.only)) {
    const isBusy = earlier.sight?.busy === true || later.sight?.busy === true;
    const certain = wait.how === 'read' && canonical && wait.alone && !isBusy && own?.kernelPrompt !== true;
    return { kind, evidence: withModes, confidence: certain ? 'certain' : 'likely' };
  }
  if (asks) return { kind, evidence: [...withModes, 'prompt_line'], confidence: 'likely' };
  // A program that has the whole screen and waits for keys among other things: an editor, a monitor.
  if (wait.how === 'poll' && later.alternateScreen && !canonical && later.quietMs >= PROMPT_QUIET_MS)
    return { kind, evidence: [...withModes, 'alternate_screen'], confidence: 'likely' };
  return undefined;
}

const EVIDENCE_OF = { read: 'tty_read', poll: 'tty_poll', kernel_wait: 'kernel_wait' } as const;

/** Of a program that may not be looked into, only a question for a secret can be told: echo is off for no other reason. */
function judgeHidden(earlier: InputLook, later: InputLook): InputBlock | undefined {
  const isHidden = earlier.sight?.hidden === true && later.sight?.hidden === true;
  const isBusy = earlier.sight?.busy === true || later.sight?.busy === true;
  if (!isHidden || isBusy || !asksSecret(later.modes)) return undefined;
  if (!later.promptLine || later.quietMs < PROMPT_QUIET_MS) return undefined;
  return { kind: 'secret', evidence: ['foreground_group', 'terminal_modes', 'prompt_line'], confidence: 'likely' };
}

/** Without procfs nothing tells who reads: the same, and it stays a guess. */
function judgeBlind(later: InputLook): InputBlock | undefined {
  if (!asksSecret(later.modes) || !later.promptLine || later.quietMs < BLIND_QUIET_MS) return undefined;
  return { kind: 'secret', evidence: ['terminal_modes', 'prompt_line'], confidence: 'guess' };
}

function asksSecret(modes: TerminalModes | undefined): boolean {
  return modes?.canonical === true && !modes.echo;
}

function inputKind(modes: TerminalModes | undefined): InputKind {
  if (modes === undefined) return 'unknown';
  if (!modes.canonical) return 'raw';
  return modes.echo ? 'line' : 'secret';
}
