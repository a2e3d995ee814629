/**
 * Who reads the terminal's next line, told from what can be seen of it. Pure: the session looks the facts up. The rule is
 * that nothing is ever typed on a guess: a program that is not known, or not known to wait for a command, reads nothing.
 */
import type { CommandProgram } from './sources/programs.ts';

/** A program as one process runs it; another one after an exec, although the process is the same. */
export interface ProgramImage {
  readonly pid: number;
  /** What tells this program from any other that the process ran before or will run. */
  readonly key: string;
}

/** The program that holds the terminal, as the system tells of it. */
export interface ForegroundProgram {
  readonly image: ProgramImage;
  /** As the kernel keeps it. */
  readonly name: string;
  /** Undefined for one that is not known, and for one that takes no commands from its terminal. */
  readonly speaks: CommandProgram | undefined;
  /** A copy of a shell that has not become a program of its own: a subshell, which runs something. */
  readonly isFork: boolean;
  /** It reads the session's own terminal, not one that a program like `script` put in between. */
  readonly isOnOwnTerminal: boolean;
  /** The process that started it and gets its status, past programs that only hand it on. */
  readonly startedBy: number;
  /** It runs for somebody who cannot read this host's files. */
  readonly isOthers: boolean;
  /** It sleeps, as whoever waits for input does. */
  readonly isAsleep: boolean;
}

export interface TerminalSight {
  /** ICANON of the session's terminal. */
  readonly canonical: boolean | undefined;
  /** Bracketed paste as it stands. */
  readonly bracketedPaste: boolean;
  /** A full-screen program has the terminal. */
  readonly alternateScreen: boolean;
  /** Nothing was printed for a while. */
  readonly isQuiet: boolean;
  /** Text of the unfinished line. */
  readonly lastLine: string;
}

/** One program and its arguments: nothing else can have the last word on the status. */
const ONE_PROGRAM = /^[^;&|<>()`$\n{}!]+$/;

/** Whether the end that is told of `command` is that of the one program that it started. */
export function isOneProgram(command: string): boolean {
  return ONE_PROGRAM.test(command);
}

/** Whether `program` waits for a command. */
export function waitsForCommand(program: ForegroundProgram, sight: TerminalSight): boolean {
  const { speaks, isFork, isOnOwnTerminal, isAsleep } = program;
  if (speaks === undefined || isFork || sight.alternateScreen) return false;
  const promptStands = sight.isQuiet && isAsleep && speaks.prompt.test(sight.lastLine);
  switch (speaks.editing) {
    case 'line_editor':
      if (isOnOwnTerminal && sight.canonical === true) return false;
      // An editor that never switches it, or was told not to, is known by its prompt.
      return sight.bracketedPaste || promptStands;
    case 'kernel':
      return promptStands && !sight.bracketedPaste && !(isOnOwnTerminal && sight.canonical === false);
    case 'repl':
      return promptStands;
  }
}
