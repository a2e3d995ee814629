import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseObject } from '../support/like.ts';

const TOOL = path.join(import.meta.dirname, '..', '..', 'tools', 'soak.mjs');
/** Long enough for a leak of one a session to show; `npm run soak -- --minutes 60` looks for the slow ones. */
const SECONDS = 60;

describe('a host', () => {
  it(
    `after ${SECONDS} s of sessions and runs has no descriptor, thread, timer, process, file or memory more than before`,
    { timeout: 300_000 },
    async () => {
      const args = [TOOL, '--seconds', String(SECONDS), '--json'];
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 280_000 });
      const { sessions, runs, left } = parseObject(stdout);
      expect(left).toEqual([]);
      expect(Number(sessions)).toBeGreaterThan(40);
      expect(Number(runs)).toBeGreaterThan(160);
    },
  );
});
