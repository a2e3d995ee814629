// Preloaded into the host under soak: tells on SIGUSR2 what is alive in it. Not part of the product.
import fs from 'node:fs';

process.on('SIGUSR2', () => {
  globalThis.gc();
  globalThis.gc();
  const resources = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  const file = process.env.TMPDIR + '/probe.json';
  fs.writeFileSync(`${file}.new`, JSON.stringify({ resources, heapUsed, external, arrayBuffers }));
  fs.renameSync(`${file}.new`, file);
});
