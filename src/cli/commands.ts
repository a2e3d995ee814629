/**
 * Every command there is, in the order of `help`. Handlers that need little are part of the program's main file: loading
 * one more file costs more than the code in it (measured). Those that need much are loaded when they are called.
 */
import { bindCommand, type Command } from './command.ts';
import { create } from './commands/create.ts';
import { destroy } from './commands/destroy.ts';
import { help } from './commands/help.ts';
import { events } from './commands/events.ts';
import { hostStatus } from './commands/hostStatus.ts';
import { hostStop } from './commands/hostStop.ts';
import { inspect } from './commands/inspect.ts';
import { list } from './commands/list.ts';
import { mark } from './commands/mark.ts';
import { paste } from './commands/paste.ts';
import { resize } from './commands/resize.ts';
import { run } from './commands/run.ts';
import { runCancel } from './commands/runCancel.ts';
import { runList } from './commands/runList.ts';
import { runOutput } from './commands/runOutput.ts';
import { runStatus } from './commands/runStatus.ts';
import { runWait } from './commands/runWait.ts';
import { sendKeys } from './commands/sendKeys.ts';
import { signal } from './commands/signal.ts';
import { snapshot } from './commands/snapshot.ts';
import { type } from './commands/type.ts';
import { version } from './commands/version.ts';
import { wait } from './commands/wait.ts';
import { doctorSpec, helpSpec, hostStatusSpec, hostStopSpec, versionSpec } from './specs/global.ts';
import {
  leaseDoctorSpec,
  leaseListSpec,
  leaseMetricsSpec,
  leaseReleaseSpec,
  leaseRunSpec,
  leaseWaitSpec,
} from './specs/lease.ts';
import { pasteSpec, sendKeysSpec, typeSpec, waitSpec } from './specs/input.ts';
import { runCancelSpec } from './specs/cancel.ts';
import { eventsSpec } from './specs/events.ts';
import { completionSpec } from './specs/completion.ts';
import { proofCreateSpec, proofVerifySpec } from './specs/proof.ts';
import { proofScanSpec } from './specs/proofScan.ts';
import { recordExportSpec } from './specs/record.ts';
import { runListSpec, runOutputSpec, runSpec, runStatusSpec, runWaitSpec } from './specs/run.ts';
import { screenshotSpec } from './specs/screenshot.ts';
import { createSpec, destroySpec, inspectSpec, listSpec, snapshotSpec } from './specs/session.ts';
import { gcSpec, markSpec, resizeSpec, signalSpec } from './specs/verbs.ts';

export const COMMANDS: readonly Command[] = [
  bindCommand(createSpec, async () => create),
  bindCommand(listSpec, async () => list),
  bindCommand(inspectSpec, async () => inspect),
  bindCommand(runSpec, async () => run),
  bindCommand(runWaitSpec, async () => runWait),
  bindCommand(runStatusSpec, async () => runStatus),
  bindCommand(runOutputSpec, async () => runOutput),
  bindCommand(runCancelSpec, async () => runCancel),
  bindCommand(runListSpec, async () => runList),
  bindCommand(typeSpec, async () => type),
  bindCommand(pasteSpec, async () => paste),
  bindCommand(sendKeysSpec, async () => sendKeys),
  bindCommand(waitSpec, async () => wait),
  bindCommand(snapshotSpec, async () => snapshot),
  bindCommand(screenshotSpec, async () => (await import('./commands/screenshot.ts')).screenshot),
  bindCommand(markSpec, async () => mark),
  bindCommand(resizeSpec, async () => resize),
  bindCommand(signalSpec, async () => signal),
  bindCommand(eventsSpec, async () => events),
  bindCommand(recordExportSpec, async () => (await import('./commands/recordExport.ts')).recordExport),
  bindCommand(proofCreateSpec, async () => (await import('./commands/proofCreate.ts')).proofCreate),
  bindCommand(proofVerifySpec, async () => (await import('./commands/proofVerify.ts')).proofVerify),
  bindCommand(proofScanSpec, async () => (await import('./commands/proofScan.ts')).proofScan),
  bindCommand(destroySpec, async () => destroy),
  bindCommand(gcSpec, async () => (await import('./commands/seldom.ts')).gc),
  bindCommand(leaseListSpec, async () => (await import('./commands/seldom.ts')).leaseList),
  bindCommand(leaseWaitSpec, async () => (await import('./commands/seldom.ts')).leaseWait),
  bindCommand(leaseReleaseSpec, async () => (await import('./commands/seldom.ts')).leaseRelease),
  bindCommand(leaseRunSpec, async () => (await import('./commands/seldom.ts')).leaseRun),
  bindCommand(leaseDoctorSpec, async () => (await import('./commands/seldom.ts')).leaseDoctor),
  bindCommand(leaseMetricsSpec, async () => (await import('./commands/seldom.ts')).leaseMetrics),
  bindCommand(hostStatusSpec, async () => hostStatus),
  bindCommand(hostStopSpec, async () => hostStop),
  bindCommand(doctorSpec, async () => (await import('./commands/seldom.ts')).doctor),
  bindCommand(completionSpec, async () => (await import('./commands/completion.ts')).completion),
  bindCommand(versionSpec, async () => version),
  bindCommand(helpSpec, async () => help),
];
