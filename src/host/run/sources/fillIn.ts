/** Fills in the start-up files of the shells. */
import { invariant } from '../../../base/invariant.ts';

/** `template` with each `@NAME@` replaced by its value. One without a value is a mistake of ours: the shell would read it. */
export function fillIn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/@([A-Z]+)@/g, (_placeholder, name: string) => {
    const value = values[name];
    invariant(value !== undefined, `the placeholder ${name} has a value`);
    return value;
  });
}
