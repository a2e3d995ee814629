import type { Handlers } from '../../protocol/methods/handlers.ts';
import type { SessionRegistry } from '../session/registry.ts';

type VerbMethods = Pick<Handlers, 'session.mark' | 'session.resize' | 'session.signal' | 'session.forget'>;

export function verbHandlers(registry: SessionRegistry): VerbMethods {
  return {
    'session.mark': async ({ session, label }) => {
      const found = registry.get(session);
      return { sessionId: found.id, ...found.verbs.mark(label) };
    },
    'session.resize': async ({ session, ...size }) => {
      const found = registry.get(session);
      return { sessionId: found.id, ...found.verbs.resize(size) };
    },
    'session.signal': async ({ session, signal, tree }) => {
      const found = registry.get(session);
      return { sessionId: found.id, ...found.verbs.signal(signal, { tree }) };
    },
    'session.forget': async ({ session }) => ({ sessionId: session, state: await registry.forget(session) }),
  };
}
