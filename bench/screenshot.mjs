// What a picture of the screen costs beside starting Node, of a live session and of one that is told from its log.
import { cliArgv, withHome } from './home.mjs';
import { measureInTurn, ms, times } from './measure.mjs';

export const title = 'screenshot of 80 x 24 cells, against `node -e 0`';

export function measure() {
  return withHome(({ env, cli, create }) => {
    create('s');
    cli('run', 's', 'ls --color=always -l /usr/bin | tail -40');
    const { capturedAtSeq } = cli('screenshot', 's');
    const taken = measureInTurn(
      {
        'node -e 0': [process.execPath, '-e', '0'],
        'snapshot s': cliArgv('snapshot', 's'),
        'screenshot s': cliArgv('screenshot', 's'),
        'screenshot s --scale 1': cliArgv('screenshot', 's', '--scale', '1'),
        'screenshot s --at SEQ': cliArgv('screenshot', 's', '--at', String(capturedAtSeq)),
        'snapshot s --format svg': cliArgv('snapshot', 's', '--format', 'svg'),
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
