import type { Handlers } from '../../protocol/methods/handlers.ts';
import type { SessionRegistry } from '../session/registry.ts';

type SessionMethods = Pick<Handlers, 'session.create' | 'session.inspect' | 'session.destroy' | 'session.follow'>;

export function sessionHandlers(registry: SessionRegistry): SessionMethods {
  return {
    'session.create': async (params, { signal }) => (await registry.create(params, signal)).createResult(),
    'session.inspect': async ({ session }) => registry.get(session).inspect(),
    'session.destroy': async ({ session, force }) => registry.get(session).destroy({ force }),
    'session.follow': async ({ session }, context) => registry.get(session).follow(context),
  };
}
