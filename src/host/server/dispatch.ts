/** From a method's name and raw parameters to a result or an error that may be told. */
import { randomBytes } from 'node:crypto';
import { errorFields, type Logger } from '../../base/logger.ts';
import { nearest } from '../../base/nearest.ts';
import { type ErrorBody, quote, TtyError } from '../../protocol/errors.ts';
import { type CallContext, type Handlers, isMethodName, routes } from '../../protocol/methods/handlers.ts';

/** Answers one request. Never rejects. `method` and `params` are whatever the client sent. */
export type Dispatch = (
  method: unknown,
  params: unknown,
  context: CallContext<unknown>,
) => Promise<{ result: unknown } | { error: ErrorBody }>;

/** Longest text that is compared with the names of methods. */
const MAX_METHOD_CHARS = 64;

/** Joins handlers and contract. A bug becomes `INTERNAL_ERROR` with an incident id; its stack goes to the host's log only. */
export function createDispatch(handlers: Handlers, logger: Logger): Dispatch {
  const table = routes(handlers);
  return async (method, params, context) => {
    try {
      if (typeof method !== 'string' || !isMethodName(method)) throw unknownMethod(method, Object.keys(table));
      return { result: await table[method](params, context) };
    } catch (error) {
      if (error instanceof TtyError) return { error: error.toBody() };
      if (context.signal.aborted)
        return { error: new TtyError('CANCELLED', `${quote(method)} was taken back`).toBody() };
      const incident = randomBytes(6).toString('hex');
      logger.log('error', 'rpc', 'a method failed by a bug', { incident, method, ...errorFields(error) });
      const told = new TtyError(
        'INTERNAL_ERROR',
        `the host failed in ${quote(method)}; see incident ${incident} in its log`,
      );
      return { error: told.toBody() };
    }
  };
}

function unknownMethod(method: unknown, known: readonly string[]): TtyError {
  const near = typeof method === 'string' && method.length <= MAX_METHOD_CHARS ? nearest(method, known) : undefined;
  return new TtyError(
    'RPC_ERROR',
    `unknown method ${quote(method)}; there are ${known.join(', ')}`,
    near === undefined ? {} : { hint: `did you mean ${near}?` },
  );
}
