import { LOG_FORMAT_VERSION, PACKAGE_VERSION, PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { CommandReply, Handler } from '../command.ts';
import type { versionSpec } from '../specs/global.ts';

/** `version`: what is installed here; asks no host. */
export const version: Handler<typeof versionSpec> = async (): Promise<CommandReply> => ({
  result: {
    version: PACKAGE_VERSION,
    protocol: PROTOCOL_VERSION,
    logFormat: LOG_FORMAT_VERSION,
    node: process.version,
  },
  human: () =>
    `agent-tty ${PACKAGE_VERSION} (protocol ${PROTOCOL_VERSION}, log format ${LOG_FORMAT_VERSION}, node ${process.version})\n`,
});
