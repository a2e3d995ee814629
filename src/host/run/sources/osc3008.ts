/** Completion by the contexts that a shell prints of its own accord, see `contexts.ts`: commands are typed as they are. */
import { type CompletionSource, ENTER } from './completionSource.ts';
import { withoutFiles } from './withoutFiles.ts';

/** As for the shells with hooks of ours; the shell may be far away, and bash is what prints contexts. */
const MAX_PASTE_BYTES = 128 * 1024;

const TYPED: CompletionSource = {
  name: 'osc3008',
  reportsPrompts: false,
  maxPasteBytes: MAX_PASTE_BYTES,
  hidesEcho: false,
  prefersPaste: false,
  submit: ENTER,
  takesLines: false,
  hasStartNoise: false,
  typed: (body) => ({ text: 'text' in body ? body.text : body.path, frameParts: [] }),
};

/** The source for a shell that prints contexts, on this machine or another one. */
export const OSC_3008 = withoutFiles(TYPED, 'a shell that may be on another machine');
