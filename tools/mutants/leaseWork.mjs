// Rules about the work that outlived its holder; see table.mjs.

const SIMULATION = 'test/unit/lease/simulation.test.ts';
const HOLDERS = 'test/unit/lease/holders.test.ts';
const WORK = 'test/unit/lease/work.test.ts';

export const LEASE_WORK_MUTANTS = [
  {
    name: 'lease: a pid that was given to another is no work of ours',
    file: 'src/lease/work.ts',
    find: "leader !== 'none' && leader.startTicks === work.startTicks && isRunning(leader)",
    replace: "leader !== 'none' && isRunning(leader)",
    test: `${WORK} > another process has its pid`,
  },
  {
    name: 'lease: a zombie is dead',
    file: 'src/lease/work.ts',
    find: "return stat.state !== 'Z' && stat.state !== 'X';",
    replace: 'return stat.state.length > 0;',
    test: `${WORK} > zombie`,
  },
  {
    name: 'lease: another boot proves an end',
    file: 'src/lease/work.ts',
    find: "return holder.host === here.host ? 'dead' : 'foreign';",
    replace: "return 'foreign';",
    test: `${WORK} > of an earlier boot`,
  },
  {
    name: 'lease: an unknown boot proves nothing',
    file: 'src/lease/work.ts',
    find: "return boot !== '' && !boot.startsWith(UNKNOWN);",
    replace: "return boot !== '';",
    test: `${WORK} > of an earlier boot`,
  },
  {
    name: 'lease: another machine is never judged',
    file: 'src/lease/work.ts',
    find: "return holder.host === here.host ? 'dead' : 'foreign';",
    replace: "return 'dead';",
    test: `${HOLDERS} > of another machine`,
  },
  {
    name: 'lease: other namespaces are not judged',
    file: 'src/lease/work.ts',
    find: ' || holder.pidNs !== here.pidNs || holder.timeNs !== here.timeNs)',
    replace: ')',
    test: `${WORK} > another namespace`,
  },
  {
    name: 'lease: what cannot be seen is not gone',
    file: 'src/lease/work.ts',
    find: "if (leader === 'unknown') return 'unverifiable';",
    replace: "if (leader === 'unknown') return 'dead';",
    test: `${WORK} > cannot be looked at`,
  },
  {
    name: 'lease: a record that cannot be read keeps its place',
    file: 'src/lease/engine.ts',
    find: "return record !== undefined && workState(record, view) === 'dead' ? 'gone' : 'occupied';",
    replace: "return record === undefined || workState(record, view) === 'dead' ? 'gone' : 'occupied';",
    test: `${HOLDERS} > half a record`,
  },
  {
    name: 'lease: work that goes on without its holder keeps the place',
    file: 'src/lease/holders.ts',
    find: 'active++;\n        orphans.push(name);',
    replace: 'orphans.push(name);',
    test: `${SIMULATION} > count the work`,
  },
];
