import { MAX_CANCEL_GRACE_MS } from '../../protocol/limits.ts';
import { defineSpec } from '../command.ts';
import { RUN } from './run.ts';

export const runCancelSpec = defineSpec({
  name: 'run cancel',
  summary: 'Ends a run and every process of its own: by interrupt, else by TERM, else by KILL',
  details: [
    'First what a person does: the key that interrupts (Ctrl+C), or SIGINT where the program takes keys raw. What is still there after the grace gets TERM, then KILL; ' +
      'background processes that the command started, also in sessions of their own, are among them. The shell itself and jobs of earlier runs get none of it.',
    'A run that waits for its turn is withdrawn, and nothing is typed. One that is over already is no error (alreadyEnded). Whoever waits for the run gets its real outcome.',
    'Exit status 0: it is over and nothing of it is left; 4: it goes on, or processes are left.',
  ],
  positionals: [RUN],
  options: {
    grace: {
      kind: 'duration',
      max: MAX_CANCEL_GRACE_MS,
      help: 'how long each step may take before the next one (default: 2s)',
    },
  },
  examples: ['agent-tty run cancel 01J8ZQ4T5W6X7Y8Z9A0B1C2D3E.4 --grace 10s'],
});
