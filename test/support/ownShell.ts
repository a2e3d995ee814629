import type { Readers } from '../../src/host/session/readers.ts';

/** A session in which nobody but its own shell takes commands. */
export function ownShell(
  hasRun = (): boolean => false,
): Pick<Readers, 'now' | 'own' | 'ownSpoke' | 'isStranger' | 'isOwnShell' | 'hasRunInFlight'> {
  return {
    get hasRunInFlight(): boolean {
      return hasRun();
    },
    now: () => undefined,
    own: undefined,
    ownSpoke: () => undefined,
    isStranger: () => false,
    isOwnShell: true,
  };
}
