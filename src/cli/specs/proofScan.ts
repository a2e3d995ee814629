import { defineSpec } from '../command.ts';

export const proofScanSpec = defineSpec({
  name: 'proof scan',
  summary: 'Looks for secrets that were left in a bundle, a home or any directory, before it is given away',
  details: [
    'Looks for well-known token shapes and for the secrets that are named: in bytes, in the text of pages and JSON, in logs and casts over the borders of their events, and on every screen that a log gives. Pictures and videos show those screens; their own pixels are not read.',
    'Exit status 12 and the places when something was found, never the secret itself; 0 when nothing was. Follows no link and changes nothing.',
  ],
  homeless: true,
  positionals: [{ name: 'DIR', help: 'the directory' }],
  options: {
    'redact-env': { kind: 'list', value: 'NAME', help: 'look for the value of this variable of the environment' },
    'redact-file': { kind: 'list', value: 'FILE', help: 'look for the values of this file, one a line' },
  },
  examples: ['agent-tty proof scan bundle', 'agent-tty proof scan ~/.agent-tty --redact-env API_TOKEN'],
});
