/** From a method's name and raw parameters to a result or an error that may be told. */
import { randomBytes } from 'node:crypto';
import { errorFields, type Logger } from '../../base/logger.ts';
import { type ErrorBody, quote, TtyError } from '../../protocol/errors.ts';
import { type CallContext, type Handlers, isMethodName, routes } from '../../protocol/methods/handlers.ts';

/** Never rejects. */
export type Dispatch = (
  method: string,
  params: unknown,
  context: CallContext<unknown>,
) => Promise<{ result: unknown } | { error: ErrorBody }>;

/** Joins handlers and contract. A bug becomes `INTERNAL_ERROR` with an incident id; its stack goes to the host's log only. */
export function createDispatch(handlers: Handlers, logger: Logger): Dispatch {
  const table = routes(handlers);
  return async (method, params, context) => {
    try {
      if (!isMethodName(method)) {
        const message = `unknown method ${quote(method)}; there are ${Object.keys(table).join(', ')}`;
        throw new TtyError('RPC_ERROR', message);
      }
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
