import { defineSpec, type DurationSpec, type TextSpec } from '../command.ts';

export const PROVIDER = { kind: 'text', value: 'NAME', help: 'the provider' } as const satisfies TextSpec;
export const LEASE_WAIT = {
  kind: 'duration',
  zero: 'do not wait',
  help: 'how long to wait for a place, first come first served (default: be refused at once)',
} as const satisfies DurationSpec;

export const leaseListSpec = defineSpec({
  name: 'lease list',
  summary: 'Shows how full the providers are',
  details: [
    'Counts only; draining: places of work for which nobody waits any more. With --holders also who holds, for people at this terminal; that is printed nowhere else.',
  ],
  positionals: [],
  options: {
    provider: { ...PROVIDER, help: 'only this provider' },
    holders: { kind: 'flag', help: 'name the processes that hold; not with --json' },
  },
});

export const leaseWaitSpec = defineSpec({
  name: 'lease wait',
  summary: 'Waits until a provider has a free place and nobody waits for it; takes none',
  positionals: [],
  options: {
    provider: { ...PROVIDER, help: 'the provider; required' },
    timeout: { kind: 'duration', zero: 'for ever', help: 'how long to wait (default: 30s)' },
  },
});

export const leaseReleaseSpec = defineSpec({
  name: 'lease release',
  summary: 'Frees a place by force; what is done is written into the audit file beside the leases',
  details: [
    'Without more only a holder that is proven to be gone is taken out. A lock cannot be taken from a process that lives: --kill ends the work first, ' +
      '--evict takes the record away, and the holder then stops its work.',
  ],
  usage: ['REF --force --reason TEXT [--kill|--evict]'],
  positionals: [{ name: 'REF', help: 'the holder, as lease list --holders names it' }],
  options: {
    force: { kind: 'flag', help: 'required: nothing is released by mistake' },
    reason: { kind: 'text', value: 'TEXT', help: 'why, for the audit; required' },
    kill: { kind: 'flag', help: 'end the work of the holder: TERM, then KILL' },
    evict: { kind: 'flag', help: 'take the record away although its holder may live' },
    provider: { ...PROVIDER, help: 'the provider whose holder it is, if it is not of the usual directory' },
  },
});

export const leaseRunSpec = defineSpec({
  name: 'lease run',
  summary: "Runs a command while it holds a place at a provider, and ends with the command's exit status",
  details: [
    'No terminal and no host is needed. Without a free place nothing is started: 75, or 78 when it cannot be decided safely. 76: the place was taken away ' +
      'and the command was ended. 143 or 142: ended by SIGTERM, or because --timeout was over; all processes of the command are then ended.',
  ],
  usage: ['--provider NAME [--lease-wait DURATION] [options] -- COMMAND [ARGUMENT...]'],
  positionals: [],
  takesRest: true,
  options: {
    provider: { ...PROVIDER, help: 'the provider; required' },
    'lease-wait': LEASE_WAIT,
    timeout: { kind: 'duration', zero: 'no bound', help: 'end the command after so long (default: no bound)' },
    'isolated-home': {
      kind: 'flag',
      help: "give the command a home of its own (AGENT_TTY_HOME) with this one's configuration; its sessions end and it goes when the command has ended",
    },
    parent: {
      kind: 'integer',
      min: 1,
      max: 4_194_304,
      help: 'end when this process, which must be the one that started us, ends (Linux)',
    },
  },
  examples: ['agent-tty lease run --provider claude --lease-wait 10m -- claude -p "review this"'],
});

export const leaseDoctorSpec = defineSpec({
  name: 'lease doctor',
  summary: 'Checks that places are safe to give here: locks, directories, records, configuration',
  positionals: [],
  options: {},
});

export const leaseMetricsSpec = defineSpec({
  name: 'lease metrics',
  summary: 'Prints counts and times of all providers as OpenMetrics',
  positionals: [],
  options: {},
});
