// One process of the torture: takes a place, holds it, gives it back, again and again, and writes down when. Words after the
// program: the engine's file, then a JSON object (see pool.mjs). Lines of its log: `W t`, `A t fence`, `R t`, `X t reason`, with t in
// milliseconds of the monotonic clock, which all processes of a machine share. `A` is written after the place was got and `R` before it is
// given back, so that a hold is never longer here than it was.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { LeaseEngine, FileDisk, findLockMethod, systemClock } = await import(process.argv[2]);
const spec = JSON.parse(process.argv[3]);
const log = fs.openSync(spec.log, 'a');
const say = (what, more = '') => fs.writeSync(log, `${what} ${Number(process.hrtime.bigint()) / 1e6}${more}\n`);

/** A disk that kills its own process before the step with the given number. */
function deadlyDisk(disk, atStep) {
  let steps = 0;
  const step = () => {
    if (++steps === atStep) process.kill(process.pid, 'SIGKILL');
  };
  const watch = (target) =>
    new Proxy(target, {
      get: (object, name) => {
        const value = object[name];
        if (typeof value !== 'function') return value;
        return (...words) => {
          step();
          const result = value.apply(object, words);
          return typeof result === 'object' && result !== null && 'release' in result ? watch(result) : result;
        };
      },
    });
  return watch(disk);
}

const disk = spec.dieAtStep === undefined ? undefined : deadlyDisk(new FileDisk(findLockMethod()), spec.dieAtStep);
const engine = new LeaseEngine({
  clock: systemClock,
  ...(disk === undefined ? {} : { disk }),
  onTrouble: (what, error) => say('T', ` ${what}: ${error?.message ?? ''}`),
});
say('S');

for (let round = 0; round < (spec.rounds ?? Infinity); round++) {
  say('W');
  const outcome = await engine.acquire({
    key: spec.key,
    limit: spec.limit,
    root: spec.root,
    label: 'torture',
    maxQueued: 1_000,
    deadlineMs: spec.waits === false ? 0 : Infinity,
  });
  if (outcome.kind !== 'acquired') {
    say('X', ` ${outcome.reason}`);
    await sleep(spec.holdMs);
    continue;
  }
  const { lease } = outcome;
  say('A', ` ${lease.fence}`);
  if (spec.leavesChild === true) {
    spawn('sleep', ['30'], { detached: true, stdio: 'ignore' }).unref();
    say('C');
  }
  await sleep(spec.holdMs);
  say('R');
  await lease.release(lease.token, 'completed');
  if (spec.thinkMs > 0) await sleep(spec.thinkMs);
}
