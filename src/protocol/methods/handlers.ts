/** What a host implements: one handler a method, typed by the table. A missing or wrong one is a compile error. */
import type { z } from 'zod';
import type { EncodedResult } from '../encodedResult.ts';
import { checkParams } from './define.ts';
import { type CheckedParams, type MethodName, type MethodNote, type MethodResult, methods } from './table.ts';

/** What a handler gets beside its parameters. */
export interface CallContext<N> {
  /** Aborts when the client cancels or its connection goes. */
  readonly signal: AbortSignal;
  /** Which connection asked: the same number for all its calls, and a signal for its end. */
  readonly connection: { readonly id: number; readonly closed: AbortSignal };
  /** Sends a frame before the reply; does nothing when the client does not keep up with reading. */
  note(note: N): void;
}

export type Handlers = {
  readonly [M in MethodName]: (
    params: CheckedParams<M>,
    context: CallContext<MethodNote<M>>,
  ) => Promise<MethodResult<M> | EncodedResult>;
};

/** A method ready to be called with whatever came over the wire. */
export type Route = (raw: unknown, context: CallContext<unknown>) => Promise<unknown>;

function route<P extends z.ZodType, R, N>(
  name: MethodName,
  spec: { readonly params: P },
  handler: (params: z.output<P>, context: CallContext<N>) => Promise<R>,
): Route {
  return (raw, context) => handler(checkParams(name, spec, raw), context);
}

/** Joins the table with a host's handlers. */
export function routes(handlers: Handlers): Readonly<Record<MethodName, Route>> {
  return {
    'host.status': route('host.status', methods['host.status'], handlers['host.status']),
    'host.stop': route('host.stop', methods['host.stop'], handlers['host.stop']),
    'session.create': route('session.create', methods['session.create'], handlers['session.create']),
    'session.inspect': route('session.inspect', methods['session.inspect'], handlers['session.inspect']),
    'session.destroy': route('session.destroy', methods['session.destroy'], handlers['session.destroy']),
    'session.mark': route('session.mark', methods['session.mark'], handlers['session.mark']),
    'session.resize': route('session.resize', methods['session.resize'], handlers['session.resize']),
    'session.signal': route('session.signal', methods['session.signal'], handlers['session.signal']),
    'session.forget': route('session.forget', methods['session.forget'], handlers['session.forget']),
    'session.follow': route('session.follow', methods['session.follow'], handlers['session.follow']),
    'run.start': route('run.start', methods['run.start'], handlers['run.start']),
    'run.wait': route('run.wait', methods['run.wait'], handlers['run.wait']),
    'run.cancel': route('run.cancel', methods['run.cancel'], handlers['run.cancel']),
    'run.list': route('run.list', methods['run.list'], handlers['run.list']),
    'input.type': route('input.type', methods['input.type'], handlers['input.type']),
    'input.paste': route('input.paste', methods['input.paste'], handlers['input.paste']),
    'input.keys': route('input.keys', methods['input.keys'], handlers['input.keys']),
    'screen.snapshot': route('screen.snapshot', methods['screen.snapshot'], handlers['screen.snapshot']),
    'screen.wait': route('screen.wait', methods['screen.wait'], handlers['screen.wait']),
  };
}

/** Whether `name` is a method of the table. */
export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}
