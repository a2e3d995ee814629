import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { NameClaims } from '../../../../src/host/session/nameClaims.ts';
import { takeHomeLock } from '../../../../src/host/homeLock.ts';
import { namesDirectory } from '../../../../src/protocol/homeLayout.ts';

const IDS = Array.from({ length: 20 }, (_, i) => `01JZ00000000000000000000${String(10 + i)}`);
let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), 'at-names-'));
});
afterEach(() => fs.rmSync(home, { recursive: true }));

function claims(): NameClaims {
  return new NameClaims({ home, clock: systemClock, takeLock: takeHomeLock });
}

describe('names of sessions over several hosts', () => {
  it('go to one of many who ask at once', async () => {
    const outcomes = await Promise.allSettled(IDS.map((id) => claims().claim('build', id)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refusal = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(refusal).toMatchObject({ reason: { code: 'SESSION_NAME_TAKEN' } });
  });

  it('are free again when given back, by their holder only', async () => {
    const [first = '', second = ''] = IDS;
    await claims().claim('ü', first);
    await claims().release('ü', second);
    await expect(claims().claim('ü', second)).rejects.toMatchObject({ code: 'SESSION_NAME_TAKEN' });
    await claims().release('ü', first);
    await claims().claim('ü', second);
    await claims().release('ü', second);
    expect(fs.readdirSync(namesDirectory(home))).toEqual(['names.lock']);
  });

  it('are taken over from a host that died before its session came to be', async () => {
    const [first = '', second = ''] = IDS;
    await claims().claim('build', first);
    const file = fs.readdirSync(namesDirectory(home)).find((name) => name.endsWith('.json')) ?? '';
    const dead = spawnSync('true').pid;
    const host = { pid: dead, startTicks: '1', bootId: 'gone' };
    fs.writeFileSync(path.join(namesDirectory(home), file), JSON.stringify({ sessionId: first, host }));
    await claims().claim('build', second);
    fs.writeFileSync(path.join(namesDirectory(home), file), 'torn');
    await claims().claim('build', first);
  });
});
