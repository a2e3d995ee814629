import { checkpointSteps } from '../../../../src/screen/emulator/checkpointJob.ts';
import type { ScreenModel } from '../../../../src/screen/emulator/screenModel.ts';

/** The bytes that draw `model` again, made in one go. */
export function checkpointOf(model: ScreenModel): Buffer | undefined {
  const steps = checkpointSteps(model);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
