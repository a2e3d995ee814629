/** THE contract: every method that a client may call. Client and host are both typed from this table. */
import type { z } from 'zod';
import { cancelRun } from './cancel.ts';
import { followSession } from './events.ts';
import { hostStatus, hostStop } from './host.ts';
import { pasteText, sendKeys, typeText } from './input.ts';
import { listRuns, startRun, waitRun } from './run.ts';
import { snapshot, waitFor } from './screen.ts';
import { createSession, destroySession, inspectSession } from './session.ts';
import { forgetSession, markSession, resizeSession, signalSession } from './sessionVerbs.ts';

export const methods = {
  'host.status': hostStatus,
  'host.stop': hostStop,
  'session.create': createSession,
  'session.inspect': inspectSession,
  'session.destroy': destroySession,
  'session.mark': markSession,
  'session.resize': resizeSession,
  'session.signal': signalSession,
  'session.forget': forgetSession,
  'session.follow': followSession,
  'run.start': startRun,
  'run.wait': waitRun,
  'run.cancel': cancelRun,
  'run.list': listRuns,
  'input.type': typeText,
  'input.paste': pasteText,
  'input.keys': sendKeys,
  'screen.snapshot': snapshot,
  'screen.wait': waitFor,
} as const;

type Methods = typeof methods;
export type MethodName = keyof Methods;

/** What a caller may pass: fields with a default may be left out. */
export type MethodParams<M extends MethodName> = z.input<Methods[M]['params']>;
/** What a handler sees: defaults filled in. */
export type CheckedParams<M extends MethodName> = z.output<Methods[M]['params']>;
export type MethodResult<M extends MethodName> = z.output<Methods[M]['result']>;
/** Frames before the reply; `never` for a method that sends none. */
export type MethodNote<M extends MethodName> = Methods[M] extends { readonly note?: infer N extends z.ZodType }
  ? z.output<N>
  : never;
