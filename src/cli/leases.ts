/** What the lease commands share: the providers of this home, and the engine that gives their places. */
import os from 'node:os';
import { isErrno } from '../base/atomicFile.ts';
import { type Admission, type AdmissionInputs, resolveAdmission } from '../lease/admission.ts';
import type { LeaseDisk } from '../lease/disk.ts';
import { LeaseEngine } from '../lease/engine.ts';
import { knownProviders } from '../lease/facts.ts';
import { FileDisk } from '../lease/fileDisk.ts';
import { findLockMethod } from '../lease/kernelLock.ts';
import { type ProcessView, systemView } from '../lease/work.ts';
import { TtyError } from '../protocol/errors.ts';
import { refusalError } from '../protocol/leaseOutcome.ts';
import { readConfig } from '../store/config.ts';
import { readProjectLimits } from '../store/projectLimits.ts';
import type { CliContext } from './context.ts';

/** Everything a lease command works with. */
export interface LeaseParts {
  readonly inputs: AdmissionInputs;
  /** Null when this system has no locks. */
  readonly disk: LeaseDisk | null;
  readonly view: ProcessView;
  readonly engine: LeaseEngine;
}

/** Reads the configuration; throws `INVALID_INPUT` for a faulty one. */
export function leaseParts(context: CliContext): LeaseParts {
  const config = readConfig(context.home).leases ?? {};
  const method = findLockMethod();
  const disk = method === undefined ? null : new FileDisk(method);
  const view = systemView();
  return {
    inputs: {
      config,
      projectLimits: readProjectLimits(workingDirectory(context)),
      environment: context.environment,
      systemHome: () => os.userInfo().homedir,
    },
    disk,
    view,
    engine: new LeaseEngine({
      clock: context.clock,
      disk,
      view,
      allowNetworkFs: config.allowNetworkFs === true,
    }),
  };
}

/** A directory that was removed holds no project file. */
function workingDirectory(context: CliContext): string {
  try {
    return context.cwd();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return '/nonexistent';
    throw error;
  }
}

/** The provider that was named, or `INVALID_INPUT`. */
export function namedProvider(name: string | undefined): string {
  if (name !== undefined && name !== '') return name;
  throw new TtyError('INVALID_INPUT', '--provider is missing', {
    details: { reason: 'usage', option: '--provider' },
    hint: 'agent-tty lease list shows the providers',
  });
}

/** The providers of this home that can be asked for, in the order of their names; those without an identity are left out. */
export function usableProviders({ inputs }: LeaseParts, only?: string): Admission[] {
  const names = only === undefined ? [...knownProviders(inputs.config).keys()].toSorted() : [only];
  return names.flatMap((name) => {
    try {
      return [resolveAdmission(name, inputs)];
    } catch (error) {
      if (only !== undefined || !(error instanceof TtyError)) throw error;
      return []; // not set up on this machine: there is nothing to show of it
    }
  });
}

/** Counts of one provider; throws when it cannot be asked. */
export async function capacityAt({ engine }: LeaseParts, { root, key, limit, label }: Admission) {
  const capacity = await engine.counts(root, key, limit);
  if (capacity === null) throw refusalError(label, { reason: 'bad_root' });
  return capacity;
}
