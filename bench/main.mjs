// `npm run bench`: prints what things cost, as ratios to something that costs the same everywhere. Names after it run only
// those families: `npm run bench -- verbs wait`. Never part of the tests: figures are read by people.
import fs from 'node:fs';
import os from 'node:os';
import { CLI } from './home.mjs';

const FAMILIES = [
  'verbs',
  'create',
  'memory',
  'throughput',
  'wait',
  'snapshot',
  'screenshot',
  'recording',
  'runs',
  'leases',
  'proof',
];

function printTable(title, rows) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index].length)));
  console.log(`\n${title}`);
  for (const line of cells) {
    const text = line.map((cell, index) => (index === 0 ? cell.padEnd(widths[index]) : cell.padStart(widths[index])));
    console.log(`  ${text.join('   ').trimEnd()}`);
  }
}

async function main(wanted) {
  const unknown = wanted.filter((name) => !FAMILIES.includes(name));
  if (unknown.length > 0) {
    console.error(`bench: no family is called ${unknown.join(', ')}; there are: ${FAMILIES.join(', ')}`);
    return 2;
  }
  if (!fs.existsSync(CLI)) {
    console.error('bench: dist/cli.js is not there; run npm run build');
    return 1;
  }
  console.log(
    `Node ${process.version}, ${process.platform} ${process.arch}, ${os.cpus().length} CPUs, load ${os.loadavg()[0].toFixed(2)}`,
  );
  let exitCode = 0;
  for (const name of FAMILIES.filter((family) => wanted.length === 0 || wanted.includes(family))) {
    const family = await import(`./${name}.mjs`);
    try {
      printTable(family.title, await family.measure());
    } catch (error) {
      console.error(`\n${family.title}: failed: ${error.message}`);
      exitCode = 1;
    }
  }
  return exitCode;
}

process.exitCode = await main(process.argv.slice(2));
