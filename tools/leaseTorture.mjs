// `npm run torture`: the lease engine in real processes with real locks, killed, stopped, and in the way of one another. Prints
// what was measured and ends with 1 when a promise was broken. `-- --seconds 600` for longer; names of phases run only those; `--strict`
// also holds the figures to their bounds, for a machine that does nothing else.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PHASES } from './leaseTorture/phases.mjs';
import { bundleEngine } from './leaseTorture/pool.mjs';
import { duration } from './project.mjs';

/** Figure of a phase, the bound it should keep, and whether it is a lower one. */
const BOUNDS = [
  ['crowd', 'ofIdealRate', 0.85, 'at least'],
  ['crowd', 'waitP99ToMedian', 3, 'at most'],
  ['crowd', 'jain', 0.98, 'at least'],
  ['crowd', 'freeAfterKillP99Ms', 250, 'at most'],
  ['recovery', 'p99Ms', 250, 'at most'],
  ['idleWaiters', 'ofOneCore', 0.05, 'at most'],
];

function missed(name, figures) {
  return BOUNDS.filter(([phase]) => phase === name).flatMap(([, figure, bound, kind]) => {
    const value = figures[figure];
    const isKept = kind === 'at least' ? value >= bound : value <= bound;
    return isKept ? [] : [`${figure} is ${value}, should be ${kind} ${bound}`];
  });
}

async function main() {
  const options = {
    seconds: { type: 'string', default: '60' },
    strict: { type: 'boolean' },
    json: { type: 'boolean' },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const seconds = Number(values.seconds);
  const unknown = positionals.filter((name) => !Object.hasOwn(PHASES, name));
  if (!(seconds > 0) || unknown.length > 0) {
    console.error(`torture: give --seconds above 0 and phases of: ${Object.keys(PHASES).join(', ')}`);
    return 2;
  }
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-torture-'));
  let isBroken = false;
  try {
    const engine = await bundleEngine(directory);
    // The crowd gets the whole time; the other phases have what they need.
    const chosen = positionals.length > 0 ? positionals : Object.keys(PHASES);
    for (const name of chosen) {
      const began = performance.now();
      const time = name === 'mixture' ? Math.min(seconds, Math.max(10, seconds / 6)) : seconds;
      const given = name === 'idleWaiters' ? {} : { seconds: time };
      const { figures, faults } = await PHASES[name]({ directory, engine, ...given });
      const late = missed(name, figures);
      isBroken ||= faults.length > 0 || (values.strict === true && late.length > 0);
      if (values.json === true) console.log(JSON.stringify({ phase: name, figures, faults, missed: late }));
      else {
        const shown = Object.entries(figures).map(([figure, value]) => `${figure} ${value}`);
        console.log(
          `${faults.length > 0 ? 'BROKEN' : 'ok    '}  ${name} (${duration(performance.now() - began)}): ${shown.join(', ')}`,
        );
        for (const fault of faults) console.log(`        ${fault}`);
        for (const one of late) console.log(`        missed: ${one}`);
      }
    }
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
  return isBroken ? 1 : 0;
}

process.exitCode = await main();
