// What a host holds in memory with idle sessions.
import fs from 'node:fs';
import { withHome } from './home.mjs';
import { mib, pssMiB } from './measure.mjs';

export const title = 'memory of the host (PSS), idle sessions';

const COUNTS = [1, 10];

export function measure() {
  if (!fs.existsSync('/proc/self/smaps_rollup'))
    return [{ name: 'not measured: this system has no /proc/PID/smaps_rollup' }];
  return withHome(({ cli, create }) => {
    const rows = [];
    let live = 0;
    for (const count of COUNTS) {
      while (live < count) create(`s${live++}`);
      rows.push({ count, total: pssMiB(cli('host', 'status').pid) });
    }
    const [first, last] = [rows[0], rows.at(-1)];
    const each = (last.total - first.total) / (last.count - first.count);
    return [
      ...rows.map(({ count, total }) => ({ name: `${count} idle session${count === 1 ? '' : 's'}`, pss: mib(total) })),
      { name: 'each further session', pss: mib(each) },
    ];
  });
}
