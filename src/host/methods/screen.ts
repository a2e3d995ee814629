import type { Handlers } from '../../protocol/methods/handlers.ts';
import type { SessionRegistry } from '../session/registry.ts';

export function screenHandlers(registry: SessionRegistry): Pick<Handlers, 'screen.snapshot' | 'screen.wait'> {
  return {
    'screen.snapshot': async ({ session, includeScrollback }) => {
      const found = registry.get(session);
      return { sessionId: found.id, screen: await found.snapshot({ includeScrollback }) };
    },
    'screen.wait': async ({ session, condition, timeoutMs }, { signal }) => {
      const found = registry.get(session);
      return { sessionId: found.id, ...(await found.wait(condition, { timeoutMs, signal })) };
    },
  };
}
