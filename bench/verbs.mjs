// What one call costs beside starting Node, with a live host.
import { cliArgv, withHome } from './home.mjs';
import { measureInTurn, ms, times } from './measure.mjs';

export const title = 'one call, against `node -e 0`';

export function measure() {
  return withHome(({ env, create }) => {
    create('s');
    const taken = measureInTurn(
      {
        'node -e 0': [process.execPath, '-e', '0'],
        version: cliArgv('version', '--json'),
        'list --json': cliArgv('list', '--json'),
        'inspect s --json': cliArgv('inspect', 's', '--json'),
        "type s ':'": cliArgv('type', 's', ':', '--append-newline'),
        'send-keys s Enter': cliArgv('send-keys', 's', 'Enter'),
        'snapshot s': cliArgv('snapshot', 's'),
        'run s true': cliArgv('run', 's', 'true'),
        'run s true --json': cliArgv('run', 's', 'true', '--json'),
      },
      env,
    );
    const base = taken['node -e 0'];
    return Object.entries(taken).map(([name, { wallMs, cpuMs }]) => ({
      name,
      cpu: ms(cpuMs),
      'cpu ratio': times(cpuMs, base.cpuMs),
      wall: ms(wallMs),
      'wall ratio': times(wallMs, base.wallMs),
    }));
  });
}
