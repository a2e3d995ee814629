import { z } from 'zod';
import { logHead, seq, sessionRef } from './common.ts';
import { defineMethod } from './define.ts';

export const followNote = z
  .object({ toSeq: seq })
  .describe('the log grew: it holds the events up to toSeq. Comes at most every 15 ms, and once at the start');
export type FollowNote = z.infer<typeof followNote>;

export const followSession = defineMethod({
  summary:
    'Tells that the log of a session grew, until the session has ended. The events are read from the log itself.',
  params: z.strictObject({ session: sessionRef }),
  result: z.object({ sessionId: z.string(), head: logHead.describe('of the whole log: nothing follows') }),
  note: followNote,
  errors: ['SESSION_NOT_FOUND', 'INVALID_SESSION_ID'],
});
export type FollowResult = z.infer<typeof followSession.result>;
