/** What the contexts of OSC 3008 mean for a run that was typed to a shell which prints them, and for who waits for a command. */
import { constants } from 'node:os';
import { type Context, type ContextPiece, ContextScanner } from './contexts.ts';
import type { RunInFlight } from './runInFlight.ts';
import type { RunEnd } from './runState.ts';
import { contextEnd } from './verdicts.ts';

export interface ContextReaderParts {
  readonly top: () => RunInFlight | undefined;
  /** Takes everything that was fed, in order. */
  readonly output: (bytes: Buffer) => void;
}

export class ContextReader {
  readonly #parts: ContextReaderParts;
  readonly #scanner = new ContextScanner();
  #shellAt: 'prompt' | 'command' | undefined;
  /** The context that the run in flight began. */
  #command: { readonly run: RunInFlight; readonly id: string } | undefined;

  constructor(parts: ContextReaderParts) {
    this.#parts = parts;
  }

  /** A shell that prints contexts has said that it draws its prompt, and nothing since. */
  get shellAtPrompt(): boolean {
    return this.#shellAt === 'prompt';
  }

  /** Another shell has spoken: whoever printed contexts is gone. */
  reset(): void {
    this.#shellAt = undefined;
  }

  feed(bytes: Buffer): void {
    for (const piece of this.#scanner.feed(bytes)) this.#take(piece);
  }

  /** Gives out what is held. */
  flush(): void {
    const held = this.#scanner.flush();
    if (held.length > 0) this.#parts.output(held);
  }

  #take(piece: ContextPiece): void {
    if (piece.kind === 'output') return this.#parts.output(piece.bytes);
    const { context, raw } = piece;
    const run = this.#parts.top();
    const isOurs = run?.record.identity.source === 'osc3008';
    const type = context.fields.get('type');
    if (context.kind === 'start' && (type === 'shell' || type === 'command')) {
      this.#shellAt = type === 'shell' ? 'prompt' : 'command';
    }
    // What announces the output is not part of it, and neither is what closes it.
    const end = isOurs ? this.#endOf(run, context) : undefined;
    if (end !== undefined) run?.end(end);
    this.#parts.output(raw);
    if (isOurs && type === 'command' && context.kind === 'start' && run.record.state.name === 'typed') {
      this.#command = { run, id: context.id };
      run.start();
    }
  }

  #endOf(run: RunInFlight, { kind, id, fields }: Context): RunEnd | undefined {
    const hasStarted = run.record.state.name === 'started';
    const isOwn = this.#command?.run === run && this.#command.id === id;
    // A shell closes the context of a line that it did not take without having begun it.
    if (kind === 'end' && (hasStarted ? isOwn : fields.has('exit'))) return contextEnd(hasStarted, statusOf(fields));
    // The next prompt: the end of the command was not told.
    return kind === 'start' && hasStarted && fields.get('type') === 'shell' ? contextEnd(true, undefined) : undefined;
  }
}

/** The least status that systemd's profile script reports as a signal; it gives the difference, not a signal's name. */
const SCRIPT_SIGNAL_BASE = 127;

/** The exit status as a shell has it; null when it was not told. */
function statusOf(fields: ReadonlyMap<string, string>): number | null {
  const status = fields.get('status');
  if (status !== undefined && /^[0-9]{1,3}$/.test(status)) return Number(status);
  if (fields.get('exit') === 'success') return 0;
  const signal = fields.get('signal') ?? '';
  if (/^[0-9]{1,2}$/.test(signal)) return SCRIPT_SIGNAL_BASE + Number(signal);
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return number === undefined ? null : 128 + number;
}
