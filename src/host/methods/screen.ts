import { EncodedResult } from '../../protocol/encodedResult.ts';
import type { Handlers } from '../../protocol/methods/handlers.ts';
import type { SessionRegistry } from '../session/registry.ts';
import type { Session } from '../session/session.ts';

export function screenHandlers(registry: SessionRegistry): Pick<Handlers, 'screen.snapshot' | 'screen.wait'> {
  return {
    'screen.snapshot': async ({ session, includeScrollback, includeCells }) => {
      const found = registry.get(session);
      if (includeCells) return encodeSnapshot(found.id, await found.screen.stateWithCells({ includeScrollback }));
      return { sessionId: found.id, screen: await found.screen.state({ includeScrollback }) };
    },
    'screen.wait': async ({ session, condition, timeoutMs, afterSeq }, { signal }) => {
      const found = registry.get(session);
      return { sessionId: found.id, ...(await found.screen.wait(condition, { timeoutMs, signal, afterSeq })) };
    },
  };
}

type WithCells = Awaited<ReturnType<Session['screen']['stateWithCells']>>;

/** Puts the cells, which are JSON already, into the JSON of the rest. */
function encodeSnapshot(sessionId: string, { state, cells }: WithCells): EncodedResult {
  const text = (json: string): Buffer => Buffer.from(json);
  const fields = JSON.stringify(state).slice(0, -1);
  const { visible, scrollback } = cells;
  return new EncodedResult([
    text(`{"sessionId":${JSON.stringify(sessionId)},"screen":${fields},"cells":[`),
    ...visible,
    ...(scrollback === undefined ? [] : [text('],"scrollbackCells":['), ...scrollback]),
    text(']}}'),
  ]);
}
