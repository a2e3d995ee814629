// 10,000 runs in one session of each shell, by hand (`--long`): no wrong result, no growth, no loss of speed. Not part of any test.
import fs from 'node:fs';
import path from 'node:path';
import { makeHome } from './userHome.mjs';

const RUNS = 10_000;
/** Runs after which the tool has settled: what it keeps for its last runs, compiled code. */
const WARM = 1_000;
/** What the tool's process may grow by afterwards. */
const MAX_GROWTH_BYTES = 10 * 1024 * 1024;
/** Every so many runs `true` is timed and something else is run that could go wrong. */
const OTHER_EVERY = 10;

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

async function oneShell(tool, shell, scratch) {
  const directory = fs.mkdtempSync(path.join(scratch, `long-${shell}-`));
  const env = makeHome(path.join(directory, 'home'), {}, {});
  const session = await tool.start({ shell, cols: 80, rows: 24, env, cwd: directory });
  const faults = [];
  const durations = [];
  let warmBytes;
  for (let i = 0; i < RUNS; i++) {
    const isOther = i % OTHER_EVERY === 0;
    const status = isOther ? i % 250 : 0;
    const command = isOther ? `echo run ${i}; sh -c 'exit ${status}'` : 'true';
    const result = await session.run(command, { timeoutMs: 30_000 });
    const wanted = isOther ? `run ${i}\n` : '';
    if (result.exitCode !== status || result.output !== wanted)
      faults.push(`run ${i}: ${result.outcome} ${result.exitCode} ${JSON.stringify(result.output)}`);
    if (!isOther) durations.push(result.durationMs);
    if (i === WARM) warmBytes = await tool.memoryBytes?.();
  }
  const grown = warmBytes === undefined ? 0 : (await tool.memoryBytes()) - warmBytes;
  if (grown > MAX_GROWTH_BYTES) faults.push(`the tool grew by ${Math.round(grown / 1024)} KiB`);
  await session.close();
  const title = `median ${median(durations).toFixed(1)} ms, grown by ${Math.round(grown / 1024)} KiB`;
  console.log(`${shell}: ${RUNS} runs, ${faults.length} wrong, ${title}`);
  return {
    id: 'long',
    title,
    shell,
    status: faults.length === 0 ? 'pass' : 'fail',
    faults: faults.slice(0, 20),
    notes: [],
    ms: 0,
  };
}

/** One result for each shell. */
export async function runLong(tool, { shells }, scratch) {
  const results = [];
  for (const shell of shells) results.push(await oneShell(tool, shell, scratch));
  return results;
}
