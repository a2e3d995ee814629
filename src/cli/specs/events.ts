import { defineSpec } from '../command.ts';
import { SESSION } from './session.ts';

export const eventsSpec = defineSpec({
  name: 'events',
  summary: 'Prints the events of a session from its log, one JSON object a line',
  details: [
    'Each line is {"seq", "ts", "t", "type", "payload", "h"} as it stands in the log: t counts monotonic microseconds, ts is wall time for people, h the hash chain. There is no envelope, with --json neither; with --json a failure is told by an error envelope ("ok": false) as the last line, without it on standard error.',
    'With --follow it goes on until the session ends. To go on after an interruption give --since the last seq that was seen: nothing is missed and nothing comes twice. When the host dies everything in the log is printed, then the exit status is 6.',
    'Works without a host for a session that has ended.',
  ],
  positionals: [SESSION],
  options: {
    since: { kind: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER, help: 'only events after this seq' },
    types: { kind: 'text', value: 'TYPE[,TYPE...]', help: 'only events of these types' },
    follow: { kind: 'flag', help: 'go on as the log grows, until the session ends' },
    limit: { kind: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER, help: 'stop after so many events' },
  },
  examples: ['agent-tty events s1 --types input_run,run_complete', 'agent-tty events s1 --follow --since 120'],
});
