import type { CommandSpec } from '../command.ts';
import { doctorSpec, helpSpec, hostStatusSpec, hostStopSpec, versionSpec } from './global.ts';
import { pasteSpec, sendKeysSpec, typeSpec, waitSpec } from './input.ts';
import { runCancelSpec } from './cancel.ts';
import {
  leaseDoctorSpec,
  leaseListSpec,
  leaseMetricsSpec,
  leaseReleaseSpec,
  leaseRunSpec,
  leaseWaitSpec,
} from './lease.ts';
import { completionSpec } from './completion.ts';
import { eventsSpec } from './events.ts';
import { proofCreateSpec, proofVerifySpec } from './proof.ts';
import { proofScanSpec } from './proofScan.ts';
import { recordExportSpec } from './record.ts';
import { runListSpec, runOutputSpec, runSpec, runStatusSpec, runWaitSpec } from './run.ts';
import { screenshotSpec } from './screenshot.ts';
import { createSpec, destroySpec, inspectSpec, listSpec, snapshotSpec } from './session.ts';
import { gcSpec, markSpec, resizeSpec, signalSpec } from './verbs.ts';

/** What help shows, in its order; a test holds it equal to the commands that can be called. */
export const SPECS: readonly CommandSpec[] = [
  createSpec,
  listSpec,
  inspectSpec,
  runSpec,
  runWaitSpec,
  runStatusSpec,
  runOutputSpec,
  runCancelSpec,
  runListSpec,
  typeSpec,
  pasteSpec,
  sendKeysSpec,
  waitSpec,
  snapshotSpec,
  screenshotSpec,
  markSpec,
  resizeSpec,
  signalSpec,
  eventsSpec,
  recordExportSpec,
  proofCreateSpec,
  proofVerifySpec,
  proofScanSpec,
  destroySpec,
  gcSpec,
  leaseListSpec,
  leaseWaitSpec,
  leaseReleaseSpec,
  leaseRunSpec,
  leaseDoctorSpec,
  leaseMetricsSpec,
  hostStatusSpec,
  hostStopSpec,
  doctorSpec,
  completionSpec,
  versionSpec,
  helpSpec,
];
