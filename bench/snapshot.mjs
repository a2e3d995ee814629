// A snapshot must not become slower with what a session has printed.
import { cliArgv, withHome } from './home.mjs';
import { measureInTurn, ms, times } from './measure.mjs';

export const title = 'snapshot after 100 MB of output, against a fresh session';

export function measure() {
  return withHome(({ env, cli, create }) => {
    create('fresh');
    create('old');
    cli('run', 'old', "yes 'all work and no play' | head -c 100000000", '--max-output', '0', '--timeout', '10m');
    const taken = measureInTurn({ fresh: cliArgv('snapshot', 'fresh'), old: cliArgv('snapshot', 'old') }, env);
    const row = (name, { wallMs }) => ({ name, wall: ms(wallMs), ratio: times(wallMs, taken.fresh.wallMs) });
    return [row('fresh session', taken.fresh), row('after 100 MB', taken.old)];
  });
}
