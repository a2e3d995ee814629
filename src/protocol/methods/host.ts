import { z } from 'zod';
import { defineMethod } from './define.ts';

export const hostStatus = defineMethod({
  summary: 'Says how the host is.',
  params: z.strictObject({}),
  result: z.object({
    hostId: z.string(),
    instanceId: z.string(),
    pid: z.int(),
    version: z.string(),
    protocol: z.int(),
    startedAt: z.string(),
    uptimeMs: z.number(),
    liveSessions: z.int(),
    sessions: z.int(),
    connections: z.int(),
    requests: z.int().describe('under way, this one counted; waits among them'),
    rssBytes: z.int(),
    stopping: z.boolean(),
  }),
  errors: [],
});
export type HostStatus = z.infer<typeof hostStatus.result>;

export const hostStop = defineMethod({
  summary: 'Stops the host: takes no new work, ends what runs if told to, and leaves.',
  params: z.strictObject({ force: z.boolean().default(false).describe('end the sessions that still run') }),
  result: z.object({ stopping: z.literal(true), endedSessions: z.int() }),
  errors: ['HOST_HAS_SESSIONS'],
});
