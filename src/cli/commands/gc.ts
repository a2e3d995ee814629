import { collectHome, type GcResult } from '../../client/gc.ts';
import type { CommandReply, Handler } from '../command.ts';
import { escapeLine } from '../escape.ts';
import type { gcSpec } from '../specs/verbs.ts';

/** `gc`: ended sessions and leftovers go. */
export const gc: Handler<typeof gcSpec> = async ({ options }, context): Promise<CommandReply> => {
  const olderThanMs = options['older-than'] ?? 0;
  const dryRun = options['dry-run'] === true;
  const result = await collectHome(context.home, { olderThanMs, dryRun }, context.clock.wallMs());
  return { result, human: () => describe(result) };
};

function describe({ dryRun, removedSessionCount, totalBytesFreed, homes }: GcResult): string {
  const sessions = `${removedSessionCount} ${removedSessionCount === 1 ? 'session' : 'sessions'}`;
  const lines = [
    dryRun
      ? `would remove ${sessions} and free ${totalBytesFreed} bytes`
      : `removed ${sessions}, freed ${totalBytesFreed} bytes`,
  ];
  for (const { removedSessions, removedLeftovers, skippedSessions } of homes) {
    for (const id of removedSessions) lines.push(`  ${id}`);
    for (const file of removedLeftovers) lines.push(`  ${escapeLine(file)}`);
    if (skippedSessions.length > 0) lines.push(`left ${skippedSessions.length}:`);
    for (const { sessionId, reason } of skippedSessions) lines.push(`  ${sessionId}  ${escapeLine(reason)}`);
  }
  return `${lines.join('\n')}\n`;
}
