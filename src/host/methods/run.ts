import type { Handlers } from '../../protocol/methods/handlers.ts';
import { parseRunId } from '../../protocol/ids.ts';
import type { SessionRegistry } from '../session/registry.ts';

export function runHandlers(
  registry: SessionRegistry,
): Pick<Handlers, 'run.start' | 'run.wait' | 'run.cancel' | 'run.list'> {
  return {
    'run.start': async ({ session, ...request }, context) => registry.get(session).runs.start(request, context),
    'run.wait': async ({ run, ...request }, context) => {
      const { sessionId } = parseRunId(run);
      return registry.get(sessionId).runs.wait(run, request, context);
    },
    'run.cancel': async ({ run, ...request }) => {
      const { sessionId } = parseRunId(run);
      return registry.get(sessionId).cancels.cancel(run, request);
    },
    'run.list': async ({ session }) => {
      const found = registry.get(session);
      return { sessionId: found.id, runs: await found.runs.viewsNow() };
    },
  };
}
