// Starting a session: the first one brings the host up, the others find it there.
import { cliArgv, withHome } from './home.mjs';
import { measureInTurn, median, ms, times } from './measure.mjs';

export const title = 'create, against `node -e 0`';

const COLD_REPEATS = 5;

export async function measure() {
  const cold = [];
  for (let round = 0; round < COLD_REPEATS; round++) {
    await withHome(({ cli }) => {
      const began = performance.now();
      cli('create', '--shell', 'bash');
      cold.push(performance.now() - began);
    });
  }
  return withHome(({ env, cli, create }) => {
    create('first');
    const taken = measureInTurn(
      { 'node -e 0': [process.execPath, '-e', '0'], create: cliArgv('create', '--name', 'second', '--shell', 'bash') },
      env,
      { between: () => cli('destroy', 'second') },
    );
    const base = taken['node -e 0'].wallMs;
    const row = (name, wallMs) => ({ name, wall: ms(wallMs), ratio: times(wallMs, base) });
    return [
      row('node -e 0', base),
      row('create, host running', taken.create.wallMs),
      row('create, first of a home', median(cold)),
    ];
  });
}
