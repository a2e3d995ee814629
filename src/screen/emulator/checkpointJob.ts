/** The drawing of a screen in small steps, and the proof that it is true, so that a large one does not hold up the others. */
import type { Drawing } from './checkpoint.ts';
import { ScreenModel } from './screenModel.ts';

/** Bytes of a drawing that are tried in one step. */
const STEP_BYTES = 8 * 1024;

/**
 * The bytes that draw this screen on a blank one of its size. They were tried: what they draw would be drawn by the same bytes.
 * `undefined` inside of a control sequence, where the bytes that follow would make no sense to a new screen, and for a screen
 * that cannot be drawn truly or has more than `maxCells`. Only what was parsed, as {@link ScreenModel.state}; the screen must not
 * change between the steps. Holds a second screen until it is done or returned.
 */
export function* checkpointSteps(model: ScreenModel, maxCells = Infinity): Generator<void, Buffer | undefined> {
  const drawing = yield* model.draw(maxCells);
  if (drawing === undefined) return undefined;
  const bytes = Buffer.from(drawing.bytes);
  using copy = new ScreenModel(model.size);
  for (let at = 0; at < bytes.length; at += STEP_BYTES) {
    copy.write(bytes.subarray(at, at + STEP_BYTES));
    yield;
  }
  const again = yield* copy.draw(maxCells);
  return isSame(drawing, again) && copy.title === model.title ? bytes : undefined;
}

function isSame(one: Drawing, other: Drawing | undefined): boolean {
  return one.bytes === other?.bytes && one.joinState === other.joinState;
}
