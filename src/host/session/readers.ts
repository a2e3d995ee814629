/**
 * Which program takes the next command, and what became of the ones that took the last. The session's own shell is not asked
 * about here while it is the program that was started; everything else is: nested shells, interpreters, and what came in the
 * place of the shell.
 */
import type { Clock } from '../../base/clock.ts';
import { readProcessStat } from '../../base/processIdentity.ts';
import type { Pty } from '../pty/pty.ts';
import type { TerminalOutputModes } from '../pty/modeScanner.ts';
import type { RunCompletionCoordinator } from '../run/coordinator.ts';
import { LastLine } from '../run/lastLine.ts';
import { QUIET_MS } from '../run/promptTracker.ts';
import {
  type ForegroundProgram,
  isOneProgram,
  type ProgramImage,
  type TerminalSight,
  waitsForCommand,
} from '../run/reader.ts';
import type { CompletionSource } from '../run/sources/completionSource.ts';
import { OSC_3008 } from '../run/sources/osc3008.ts';
import { languageSource } from '../run/sources/languages.ts';
import { withoutFiles } from '../run/sources/withoutFiles.ts';
import type { CommandProgram } from '../run/sources/programs.ts';
import type { LineEditor } from '../run/typing.ts';
import type { PreparedLaunch } from './launch.ts';
import { foregroundProgram, isCurrent, programImage } from './programs.ts';

/** A program that waits for a command. */
export interface Reader {
  readonly image: ProgramImage;
  readonly name: string;
  readonly source: CompletionSource;
  readonly editor: LineEditor;
  /** Whether the end of the command in flight, when it is told, is the end of this program. */
  readonly endsBelow: boolean;
}

export interface ReadersParts {
  readonly clock: Clock;
  readonly pty: Pty;
  readonly launch: PreparedLaunch;
  coordinator(): Pick<RunCompletionCoordinator, 'inFlight' | 'contextShellAtPrompt'>;
  modes(): TerminalOutputModes;
}

export class Readers {
  readonly #parts: ReadersParts;
  readonly #lastLine = new LastLine();
  #lastOutputMs = -Infinity;
  #own: ProgramImage | undefined;

  constructor(parts: ReadersParts) {
    this.#parts = parts;
  }

  /** Output came, marks and all. */
  outputSeen(chunk: Buffer): void {
    this.#lastLine.feed(chunk);
    this.#lastOutputMs = this.#parts.clock.nowMs();
  }

  /** When output last came, by the clock. */
  get lastOutputMs(): number {
    return this.#lastOutputMs;
  }

  /** Whether the program that was started waits for something; `undefined` where the system does not tell. */
  get isShellAsleep(): boolean | undefined {
    const stat = readProcessStat(this.#parts.pty.pid);
    return stat === undefined ? undefined : stat.state === 'S';
  }

  /** Text of the line that the output has left unfinished. */
  get lastLine(): string {
    return this.#lastLine.text;
  }

  get hasRunInFlight(): boolean {
    return this.#parts.coordinator().inFlight !== undefined;
  }

  /** The session's own shell as it was first seen to take commands. */
  get own(): ProgramImage | undefined {
    return this.#own;
  }

  /** The session's own shell has shown that it is there: from now on another program in its place is told from it. */
  ownSpoke(): void {
    this.#own ??= programImage(this.#parts.pty.pid);
  }

  /** Whether the session's own shell is to be judged by what it tells, and is still there. */
  get isOwnShell(): boolean {
    const { plan, isOpen } = this.#parts.launch;
    if (isOpen && (plan.shell === null || plan.source === 'osc3008')) return false;
    return this.#own === undefined ? !this.#isReplacedEarly() : isCurrent(this.#own);
  }

  /** Before the shell was seen to take commands: a start-up file may have another one in its place. */
  #isReplacedEarly(): boolean {
    const { launch, pty } = this.#parts;
    const name = launch.isOpen ? foregroundProgram(pty.pid)?.speaks?.name : undefined;
    return name !== undefined && !launch.names.includes(name);
  }

  /** The program that holds the terminal. */
  foreground(): ForegroundProgram | undefined {
    const group = this.#parts.pty.foregroundGroup();
    return group === undefined || group <= 0 ? undefined : foregroundProgram(group);
  }

  /** Whether the terminal is held by a program that takes no commands of ours, as far as can be told. */
  isStranger(): boolean {
    const program = this.foreground();
    // Behind one whose commands are told apart by contexts anything may be: they tell.
    return program !== undefined && this.#parts.launch.takesFrames && (program.speaks === undefined || program.isFork);
  }

  /** Who waits for a command now, other than the session's own shell and than whoever runs the last one. */
  now(): Reader | undefined {
    const { launch, pty } = this.#parts;
    if (!launch.isOpen || (pty.foregroundGroup() === pty.pid && this.isOwnShell)) return undefined;
    const { inFlight } = this.#parts.coordinator();
    if (inFlight?.record.identity.source === 'process') return undefined;
    const program = this.foreground();
    if (program === undefined) return undefined;
    if (inFlight?.place.into?.pid === program.image.pid) return undefined;
    const sight = this.#sight();
    if (launch.takesFrames && waitsForCommand(program, sight))
      return this.#readerOf(program, this.#frameSource(program));
    const isHeard = this.#parts.coordinator().contextShellAtPrompt && !sight.alternateScreen;
    const speaksFor = !launch.takesFrames || program.speaks === undefined;
    if (!isHeard || !speaksFor || program.isFork || !(sight.bracketedPaste || sight.isQuiet)) return undefined;
    return this.#readerOf(program, OSC_3008);
  }

  /** What became of the program that runs the command in flight, if it no longer does. */
  fate(): 'replaced' | 'ended' | undefined {
    const image = this.#parts.coordinator().inFlight?.place.into;
    if (image === undefined || isCurrent(image)) return undefined;
    if (programImage(image.pid) === undefined) return 'ended';
    const program = this.foreground();
    // What came in its place may be anything; only one that takes commands itself will never tell the end of this one.
    return program?.image.pid === image.pid && waitsForCommand(program, this.#sight()) ? 'replaced' : undefined;
  }

  /** Whether the program that took the command in flight waits for one again. */
  waitsAgain(): boolean {
    const image = this.#parts.coordinator().inFlight?.place.into;
    const program = this.foreground();
    return program !== undefined && program.image.key === image?.key && waitsForCommand(program, this.#sight());
  }

  #sight(): TerminalSight {
    const { clock, pty } = this.#parts;
    const { bracketedPaste, alternateScreen } = this.#parts.modes();
    return {
      canonical: pty.modes()?.canonical,
      bracketedPaste,
      alternateScreen,
      isQuiet: clock.nowMs() - this.#lastOutputMs >= QUIET_MS,
      lastLine: this.#lastLine.text,
    };
  }

  #frameSource({ speaks, name, isOthers }: ForegroundProgram): CompletionSource | undefined {
    const source = speaks && languageSource(speaks.language, speaks.name, this.#parts.launch.nonce);
    return source !== undefined && isOthers ? withoutFiles(source, `${name}, which runs for another user`) : source;
  }

  #readerOf(program: ForegroundProgram, source: CompletionSource | undefined): Reader | undefined {
    if (source === undefined) return undefined;
    const { inFlight } = this.#parts.coordinator();
    return {
      image: program.image,
      name: program.name,
      source,
      editor: this.#editorOf(program.speaks),
      endsBelow: program.startedBy === inFlight?.place.into?.pid && isOneProgram(inFlight.record.identity.command),
    };
  }

  #editorOf(speaks: CommandProgram | undefined): LineEditor {
    if (speaks?.editing === 'kernel') return { bracketedPaste: false, canonical: true };
    return {
      bracketedPaste: this.#parts.modes().bracketedPaste,
      canonical: this.#parts.pty.modes()?.canonical ?? false,
    };
  }
}
