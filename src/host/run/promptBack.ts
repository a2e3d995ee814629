/**
 * Whether a prompt that came without a word from the shell is believed. A built-in that reads a line with the shell's own
 * editor, or through the kernel's, looks the same to the system; what stands on the line tells them apart. Pure.
 */
import { SHELL_PROMPT } from './sources/programs.ts';

/** A line editor or the kernel's reads, the shell holds the terminal, and nothing was printed for a while. */
export interface PromptSight {
  /** The run was typed at a prompt that the shell had reported. */
  readonly hasHooks: boolean;
  /** The shell said that the command began. */
  readonly hasStarted: boolean;
  /** The shell said that the command's output is over. */
  readonly isOutputOver: boolean;
  readonly command: string;
  /** The kernel edits the shell's lines. */
  readonly kernelEdits: boolean;
  /** A line editor began to read after the command did. */
  readonly editorReads: boolean;
  /** An INTR was typed to the command. */
  readonly isInterrupted: boolean;
  /** Text of the line that stands now. */
  readonly lastLine: string;
  /** Text of the shell's last prompt; undefined when none was seen whole. */
  readonly promptLine: string | undefined;
}

export function isPromptBack(sight: PromptSight): boolean {
  if (sight.isInterrupted || sight.isOutputOver) return true;
  if (sight.kernelEdits) {
    if (!sight.hasHooks || !sight.hasStarted) return false;
    return isSamePrompt(sight) || (/\bPS1=/.test(sight.command) && SHELL_PROMPT.test(sight.lastLine));
  }
  if (!sight.editorReads) return false;
  // One that never began is judged by whoever typed it; several lines may have left the shell at its second prompt.
  return !sight.hasHooks || !sight.hasStarted || sight.command.includes('\n') || isSamePrompt(sight);
}

/** Length of what two prompts of one shell have in common when time or directory change: the sign and the space. */
const COMMON_END_CHARS = 2;

function isSamePrompt({ lastLine, promptLine }: Pick<PromptSight, 'lastLine' | 'promptLine'>): boolean {
  if (promptLine === undefined) return SHELL_PROMPT.test(lastLine);
  const end = [...promptLine].slice(-COMMON_END_CHARS).join('');
  return end.trim() !== '' && lastLine.endsWith(end);
}

/** Ctrl+C that is typed for one incomplete command. An early one is lost while the editor still starts. */
const MAX_INTERRUPTS = 3;

/** A shell that was seen to read (line editor reading, shell in the foreground) although nothing told the end of its command. */
export interface PromptSeen {
  /** An INTR was typed meanwhile. */
  readonly interrupted: boolean;
  /** It reads on since the command was typed: it wants the rest of the line. */
  readonly readsOn?: boolean;
}

/** What is known of the run when the shell was seen back at its prompt. */
export interface AnswerFacts {
  readonly hasHooks: boolean;
  readonly hasStarted: boolean;
  readonly hasSeveralLines: boolean;
  readonly isInterrupted: boolean;
  /** The shell reads on without having begun the command: the line was not the whole of it. */
  readonly wantsMore: boolean;
  /** Ctrl+C that was typed for it. */
  readonly interrupts: number;
}

/** What a prompt without a mark means for the run: it is over, an incomplete command is to be dropped, or nothing. */
export function promptAnswer(run: AnswerFacts): 'ended' | 'interrupt' | 'goes_on' {
  if (!run.hasHooks) {
    // A frame that was begun ends, unless the shell drops the rest of its line, which only an interrupt makes credible.
    return run.hasStarted && !run.isInterrupted ? 'goes_on' : 'ended';
  }
  // A prompt that stays without a word after that is one of a shell that has lost its hooks.
  if (!run.hasStarted) return run.wantsMore && run.interrupts < MAX_INTERRUPTS ? 'interrupt' : 'ended';
  // A later line of a started command may be incomplete: then this is the shell's second prompt, not its first.
  return run.hasSeveralLines && run.interrupts === 0 ? 'interrupt' : 'ended';
}
