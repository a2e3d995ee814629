import type { Handlers } from '../../protocol/methods/handlers.ts';
import type { SessionRegistry } from '../session/registry.ts';

export function inputHandlers(registry: SessionRegistry): Pick<Handlers, 'input.type' | 'input.paste' | 'input.keys'> {
  return {
    'input.type': async ({ session, text, more, force }, { connection }) => {
      const found = registry.get(session);
      return { sessionId: found.id, ...found.input.type({ connection, text, more, force }) };
    },
    'input.paste': async ({ session, ...request }, { connection }) => {
      const found = registry.get(session);
      return { sessionId: found.id, ...found.input.paste({ connection, ...request }) };
    },
    'input.keys': async ({ session, keys }) => {
      const found = registry.get(session);
      return { sessionId: found.id, accepted: keys, ...found.input.keys(keys) };
    },
  };
}
