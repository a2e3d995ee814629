// Much output: a million lines through a session, against script(1), which only copies them.
import { cliArgv, withHome } from './home.mjs';
import { measureInTurn, ms, times } from './measure.mjs';

export const title = '`seq 1 1000000`, against script(1)';

export function measure() {
  return withHome(({ env, create }) => {
    create('s');
    const taken = measureInTurn(
      {
        'script -qc SEQ /dev/null': ['script', '-qc', 'seq 1 1000000', '/dev/null'],
        'run --wait -- SEQ': cliArgv('run', '--wait', '--', 'seq', '1', '1000000'),
        'run s SEQ': cliArgv('run', 's', 'seq 1 1000000'),
        'run s SEQ --json': cliArgv('run', 's', 'seq 1 1000000', '--json'),
      },
      env,
    );
    const base = taken['script -qc SEQ /dev/null'].wallMs;
    return Object.entries(taken).map(([name, { wallMs }]) => ({ name, wall: ms(wallMs), ratio: times(wallMs, base) }));
  });
}
