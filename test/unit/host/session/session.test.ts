import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { Session } from '../../../../src/host/session/session.ts';
import { withDefaults } from '../../../../src/host/session/sessionParams.ts';
import { TtyError } from '../../../../src/protocol/errors.ts';
import { sessionPaths, sessionsDirectory } from '../../../../src/protocol/homeLayout.ts';
import { createSession } from '../../../../src/protocol/methods/session.ts';
import { ScreenService } from '../../../../src/screen/live/screenService.ts';
import { FakeLeases } from '../../../support/fakeLeases.ts';
import { SESSION } from '../../../support/runBench.ts';
import { redactionOf } from '../../../support/redactions.ts';

let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'at-session-'));
  fs.mkdirSync(sessionsDirectory(home));
});
afterEach(() => fs.rmSync(home, { recursive: true }));

/** Fails as one that is disposed does, but not before the program has settled. */
class LateScreens extends ScreenService {
  override open(): never {
    while (!fs.existsSync(path.join(home, 'ready')));
    throw new TtyError('HOST_STOPPING', 'too late');
  }
}

describe('a session that cannot begin after its program was started', () => {
  it('ends the program, also one that ignores a hangup, and leaves nothing behind', async () => {
    const logger = { log: () => undefined };
    const screens = new LateScreens({ entry: 'none', clock: systemClock, logger });
    const given = createSession.params.parse({
      command: ['sh', '-c', 'trap "" HUP; : >ready; exec sleep 86399'],
      cwd: home,
      environment: `PATH=${process.env['PATH']}\0`,
    });
    const params = withDefaults(given, {});
    const before = childrenOfMine();
    const start = Session.start({
      id: SESSION,
      params,
      home,
      hostId: 'test',
      clock: systemClock,
      logger,
      screens,
      redaction: redactionOf(),
      shell: undefined,
      leases: new FakeLeases(1),
      onEnd: () => undefined,
    });
    await expect(start).rejects.toMatchObject({ code: 'HOST_STOPPING' });
    await expect.poll(() => childrenOfMine().filter((pid) => !before.includes(pid))).toEqual([]);
    expect(fs.existsSync(sessionPaths(home, SESSION).directory)).toBe(false);
  });
});

/** Processes whose parent is this one. Source: proc(5), fields after the command's name. */
function childrenOfMine(): string[] {
  return fs.readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(process.pid);
    } catch {
      return false; // it ended between the two calls
    }
  });
}
