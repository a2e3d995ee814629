import { sessionPaths } from '../../../src/protocol/homeLayout.ts';
import { writeSessionRecord } from '../../../src/store/manifest.ts';
import { newLog, SESSION_ID } from '../client/support.ts';

/** A session of 20 x 4 cells that has ended, by the name of `demo`, whose log can still be written. */
export function endedSession(
  size: { readonly cols: number; readonly rows: number } = { cols: 20, rows: 4 },
): ReturnType<typeof newLog> {
  const log = newLog();
  writeSessionRecord(sessionPaths(log.home, SESSION_ID).manifest, {
    version: 1,
    sessionId: SESSION_ID,
    hostId: 'main',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    status: 'exited',
    command: ['bash'],
    cwd: '/',
    name: 'demo',
    shell: null,
    term: 'xterm',
    ...size,
    creationCols: 20,
    creationRows: 4,
    hostPid: null,
    hostIdentity: null,
    childPid: null,
    childIdentity: null,
    exitCode: 0,
    exitSignal: null,
    completionSource: 'hooks',
  });
  return log;
}
