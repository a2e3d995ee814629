/** The host's entry: options -> parts -> run. Started by the client, not by people. */
import fs from 'node:fs';
import os from 'node:os';
import { parseArgs } from 'node:util';
import { systemClock } from '../base/clock.ts';
import { errorFields, fileLogger, LOG_LEVELS } from '../base/logger.ts';
import { TtyError } from '../protocol/errors.ts';
import { runHost } from './hostProcess.ts';

/** Descriptor of the pipe on which the starter waits for the one line that says how it went. */
const REPORT_FD = 3;
/** Exit code after an error that nobody caught (EX_SOFTWARE of sysexits.h). */
const BUG_EXIT_CODE = 70;

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

process.on('uncaughtException', (error) => {
  logger.log('error', 'host', 'uncaught error', errorFields(error));
  process.exit(BUG_EXIT_CODE);
});
process.on('unhandledRejection', (reason) => {
  logger.log('error', 'host', 'unhandled rejection', errorFields(reason));
  process.exit(BUG_EXIT_CODE);
});

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
    onReady: () => report(JSON.stringify({ ready: true })),
  });
  process.exit(0);
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
