import { expect, it } from 'vitest';
import { RunRecord } from '../../../../src/host/run/runRecord.ts';
import { RunTable } from '../../../../src/host/run/runTable.ts';
import { FakeClock } from '../../../support/fakeClock.ts';
import { SESSION } from '../../../support/runBench.ts';

it('the output of an ended run takes no more memory than it has bytes', () => {
  const identity = { runId: `${SESSION}.1`, sessionId: SESSION, command: 'x', noWait: false } as const;
  const run = new RunRecord({ ...identity, marker: 'm', token: '0'.repeat(32), source: 'hooks' }, new FakeClock());
  const table = new RunTable();
  table.add(run);
  run.capture?.append(Buffer.from('output\n'));
  table.ended(run);
  expect(run.capture?.heldBytes).toBe(7);
  expect(run.capture?.result(100).output).toBe('output\n');
});
