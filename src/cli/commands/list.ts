import { listSessionRecords, effectiveStatus, type SessionEntry } from '../../store/sessions.ts';
import type { CommandReply, Handler } from '../command.ts';
import { showCommand } from '../escape.ts';
import { table } from '../output.ts';
import type { listSpec } from '../specs/session.ts';

const LIVE = new Set(['running', 'exiting', 'destroying']);

/** `list`: from the records of the home; asks no host. */
export const list: Handler<typeof listSpec> = async ({ options }, context): Promise<CommandReply> => {
  const all = listSessionRecords(context.home).map(describe);
  const sessions = options.all === true ? all : all.filter(({ status }) => LIVE.has(status));
  return {
    result: { sessions },
    human: () => {
      if (sessions.length === 0)
        return options.all === true ? 'no sessions\n' : 'no live sessions (--all shows those that ended)\n';
      const rows = sessions.map((session) => [
        session.sessionId,
        'name' in session ? (session.name ?? '-') : '-',
        'exitCode' in session ? stateOf(session) : session.status,
        'command' in session ? showCommand(session.command) : session.problem,
      ]);
      return table([['SESSION', 'NAME', 'STATUS', 'COMMAND'], ...rows]);
    },
  };
};

function stateOf(session: { status: string; exitCode: number | null; exitSignal: string | null }): string {
  if (session.exitSignal !== null) return `${session.status} (${session.exitSignal})`;
  return session.exitCode === null ? session.status : `${session.status} (${session.exitCode})`;
}

/** A session as `list` tells it; one whose record cannot be read has `failed` and says why. */
function describe(entry: SessionEntry) {
  if ('problem' in entry) {
    return {
      sessionId: entry.sessionId,
      status: 'failed',
      failureReason: 'storage-corruption',
      problem: entry.problem,
    } as const;
  }
  const { status, failureReason } = effectiveStatus(entry);
  return {
    sessionId: entry.sessionId,
    status,
    ...(failureReason === undefined ? {} : { failureReason }),
    command: entry.command,
    cwd: entry.cwd,
    ...(entry.name === undefined ? {} : { name: entry.name }),
    shell: entry.shell,
    cols: entry.cols,
    rows: entry.rows,
    createdAt: entry.createdAt,
    ...(entry.endedAt === undefined ? {} : { endedAt: entry.endedAt }),
    exitCode: entry.exitCode,
    exitSignal: entry.exitSignal,
  };
}
