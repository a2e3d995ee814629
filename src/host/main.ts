/** The host's entry: options -> parts -> run. Started by the client, not by people. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { systemClock } from '../base/clock.ts';
import { errorFields, fileLogger, LOG_LEVELS } from '../base/logger.ts';
import { TtyError } from '../protocol/errors.ts';
import { runHost } from './hostProcess.ts';
import { closeInheritedDescriptors } from './inheritedDescriptors.ts';

/** Descriptor of the pipe on which the starter waits for the one line that says how it went. */
const REPORT_FD = 3;
/** Exit code after an error that nobody caught (EX_SOFTWARE of sysexits.h). */
const BUG_EXIT_CODE = 70;
/** Ending the sessions after a bug must not hang on the very thing that is broken. */
const BUG_DEADLINE_MS = 5_000;

closeInheritedDescriptors(REPORT_FD);
const { values } = parseArgs({
  options: { home: { type: 'string' }, 'host-id': { type: 'string' } },
  strict: true,
});
const level = LOG_LEVELS.find((name) => name === process.env['AGENT_TTY_LOG_LEVEL']) ?? 'info';
// Standard output is the host log: the starter opened it there, so that a crash leaves its trace in the same file.
const logger = fileLogger(1, systemClock, level);

function report(text: string): void {
  try {
    fs.writeSync(REPORT_FD, `${text}\n`);
    fs.closeSync(REPORT_FD);
  } catch {
    // the starter is gone: the host serves whoever comes next all the same
  }
}

const failed = new AbortController();
let serves = false;

/** The first bug ends the sessions and then the host; what goes wrong on the way out is only logged. */
function metBug(what: string, error: unknown): void {
  logger.log('error', 'host', what, { incident: randomBytes(6).toString('hex'), ...errorFields(error) });
  if (!serves) process.exit(BUG_EXIT_CODE);
  if (failed.signal.aborted) return;
  systemClock.after(BUG_DEADLINE_MS, () => process.exit(BUG_EXIT_CODE));
  failed.abort();
}

process.on('uncaughtException', (error) => metBug('uncaught error', error));
process.on('unhandledRejection', (reason) => metBug('unhandled rejection', reason));

try {
  if (values.home === undefined || values['host-id'] === undefined) {
    throw new TtyError('INVALID_INPUT', 'the host needs --home DIR and --host-id ID');
  }
  await runHost({
    home: values.home,
    hostId: values['host-id'],
    clock: systemClock,
    logger,
    screenWorker: new URL('./screenWorker.js', import.meta.url),
    runtimeDirectory: process.env['XDG_RUNTIME_DIR'],
    temporaryDirectory: os.tmpdir(),
    failed: failed.signal,
    onReady: () => {
      serves = true;
      report(JSON.stringify({ ready: true }));
    },
  });
  process.exit(failed.signal.aborted ? BUG_EXIT_CODE : 0);
} catch (error) {
  logger.log('error', 'host', 'the host could not go on', errorFields(error));
  const told =
    error instanceof TtyError
      ? error
      : new TtyError(
          'HOST_START_FAILED',
          `the host could not start: ${error instanceof Error ? error.message : String(error)}`,
        );
  report(JSON.stringify({ error: told.toBody() }));
  process.exit(1);
}
