/** A program that does not read its input. `STUCK_MS=8000` watches longer what it costs. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { delay, systemClock } from '../../src/base/clock.ts';
import { readEvents } from '../../src/eventlog/reader.ts';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { MAX_INPUT_BYTES, MAX_PASTE_BYTES } from '../../src/protocol/limits.ts';
import { LIBRARY, TestHome } from '../support/cli.ts';

const STUCK_MS = Number(process.env['STUCK_MS'] ?? 3_000);
/** Of one core. Measured: 0.6 % over 8 s on a busy machine. */
const MAX_SHARE = 0.02;
const MEGABYTE = 'the quick brown fox\n'.repeat(50_000);

async function connectTo(home: TestHome) {
  const loaded: unknown = await import(pathToFileURL(LIBRARY).href);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from this very file
  const { connect } = loaded as typeof import('../../src/index.ts');
  return connect({ environment: home.environment });
}

/** Time that all threads of a process have run, in ms. Source: proc(5), `/proc/PID/task/TID/schedstat`, first field. */
function cpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const times = fs.readdirSync(tasks).map((tid) => fs.readFileSync(`${tasks}/${tid}/schedstat`, 'utf8').split(' ')[0]);
  return times.reduce((sum, ns) => sum + Number(ns), 0) / 1_000_000;
}

describe('a program that does not read', () => {
  it(`costs the host under ${MAX_SHARE * 100} % of a core, and what it never read is on record`, async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ command: ['sh', '-c', 'stty raw -echo; echo ready; exec sleep 600'] });
    await session.wait({ kind: 'text', text: 'ready' });
    expect(await session.paste(MEGABYTE)).toMatchObject({ bytesWritten: 1_000_000 });
    await session.inspect();
    const pid = home.hostPid ?? 0;
    const before = { cpu: cpuMs(pid), wall: systemClock.nowMs() };
    await delay(systemClock, STUCK_MS);
    const share = (cpuMs(pid) - before.cpu) / (systemClock.nowMs() - before.wall);
    expect(share).toBeLessThan(MAX_SHARE);
    const { flow } = await session.inspect();
    expect(flow.inputQueuedBytes).toBeGreaterThan(900_000);
    await session.destroy();
    const lost: unknown[] = [];
    for await (const { type, payload } of readEvents(sessionPaths(home.home, session.reference).log))
      if (type === 'input_lost') lost.push(payload['bytes']);
    expect(lost).toEqual([flow.inputQueuedBytes]);
  });

  it('gets the whole of what fits its queue and nothing of what does not', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ command: ['sh', '-c', 'stty raw -echo; echo ready; exec sleep 600'] });
    await session.wait({ kind: 'text', text: 'ready' });
    const large = 'x'.repeat(MAX_PASTE_BYTES);
    expect(await session.paste(large)).toMatchObject({ bytesWritten: MAX_PASTE_BYTES });
    const { flow, head } = await session.inspect();
    await expect(session.paste(MEGABYTE)).rejects.toMatchObject({
      code: 'INPUT_QUEUE_FULL',
      details: { acceptedBytes: 0, maxBytes: MAX_INPUT_BYTES },
    });
    // The kernel may have taken a little more meanwhile.
    const after = await session.inspect();
    expect(after.head).toEqual(head);
    expect(after.flow.inputQueuedBytes).toBeLessThanOrEqual(flow.inputQueuedBytes);
    expect(after.flow.inputQueuedBytes).toBeGreaterThan(MAX_PASTE_BYTES - 100_000);
  });

  it.each([0, 3])('at first, for %i s, gets 1 MB whole all the same', async (seconds) => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    const script = `stty raw -echo; echo ready; sleep ${seconds}; head -c 1000000 | sha256sum; sleep 600`;
    await using session = await client.create({ command: ['sh', '-c', script] });
    await session.wait({ kind: 'text', text: 'ready' });
    await session.paste(MEGABYTE);
    const sha256 = createHash('sha256').update(MEGABYTE.replaceAll('\n', '\r')).digest('hex');
    expect(await session.wait({ kind: 'text', text: sha256 })).toMatchObject({ matched: true });
  });
});
