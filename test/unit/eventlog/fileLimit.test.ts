import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { verifyLog } from '../../../src/eventlog/verify.ts';
import { newLogPath, SESSION, STARTED } from './support.ts';

/** Appends until the system refuses, and prints how that went. */
const PROGRAM = `
  import fs from 'node:fs';
  import { systemClock } from './src/base/clock.ts';
  import { LogAppender } from './src/eventlog/appender.ts';
  const [file, sessionId, started] = process.argv.slice(2);
  const log = LogAppender.create(file, { sessionId, clock: systemClock, started: JSON.parse(started) });
  const append = () => log.append([{ type: 'output', payload: { data: 'x'.repeat(5000) } }]);
  try {
    for (;;) append();
  } catch (error) {
    console.log(JSON.stringify({ code: error.code, offset: log.offsetBytes, size: fs.statSync(file).size }));
  }
  await log.close();
`;

it('a file size limit of the system is a failure like any other: nothing of the batch is in, the log verifies', async () => {
  const file = newLogPath();
  const program = path.join(path.dirname(file), 'program.mjs');
  const stdin = { contents: PROGRAM, resolveDir: path.resolve(import.meta.dirname, '../../..'), loader: 'ts' as const };
  await build({ stdin, bundle: true, platform: 'node', format: 'esm', outfile: program, logLevel: 'silent' });
  const command = 'ulimit -f 64 && exec "$@"';
  const args = ['-c', command, 'sh', process.execPath, program, file, SESSION, JSON.stringify(STARTED)];
  const said: unknown = JSON.parse(execFileSync('bash', args, { encoding: 'utf8' }));
  const { size } = fs.statSync(file);
  expect(said).toEqual({ code: 'EFBIG', offset: size, size });
  expect(await verifyLog(file, SESSION)).toMatchObject({ ok: true, bytes: size });
});
