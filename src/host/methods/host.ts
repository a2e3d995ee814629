import { TtyError } from '../../protocol/errors.ts';
import type { Handlers } from '../../protocol/methods/handlers.ts';
import type { HandlerParts } from './parts.ts';

export function hostHandlers({ registry, host }: HandlerParts): Pick<Handlers, 'host.status' | 'host.stop'> {
  return {
    'host.status': async () => ({
      ...host.status(),
      sessions: registry.count,
      liveSessions: registry.liveCount,
      stopping: registry.refusesWork,
    }),
    'host.stop': async ({ force }) => {
      const live = registry.liveCount;
      if (live > 0 && !force) {
        throw new TtyError('HOST_HAS_SESSIONS', `${live} session${live === 1 ? '' : 's'} still run`, {
          details: { liveSessions: live },
          hint: 'destroy them first, or pass --force to end them with the host',
        });
      }
      host.stop('host.stop');
      return { stopping: true, endedSessions: live };
    },
  };
}
