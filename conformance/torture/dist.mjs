// A build of the product whose host gets the output of programs torn and late: everything is as in dist/, but `spawnPty` gives a terminal
// of test/support/tornPty.ts around the real one. Nothing of it is in the product; docs/decisions says why it is done like this.
import fs from 'node:fs';
import path from 'node:path';
import { inRoot, ROOT } from '../../tools/project.mjs';
import { bundleInto } from '../../tools/build.mjs';

const REAL = inRoot('src', 'host', 'pty', 'nodePty.ts');
const TORN = inRoot('test', 'support', 'tornPty.ts');

/** Whoever imports the real terminal gets the torn one, which alone imports the real one. */
const tear = {
  name: 'torn terminals',
  setup(build) {
    build.onResolve({ filter: /nodePty\.ts$/ }, ({ importer, path: specifier, resolveDir }) => {
      const isReal = path.resolve(resolveDir, specifier) === REAL;
      return isReal && importer !== TORN ? { path: TORN } : undefined;
    });
  },
};

/** Builds it for one seed. `remove` takes it away again. */
export async function tornDist(seed) {
  const directory = fs.mkdtempSync(path.join(ROOT, 'dist.torn-'));
  const remove = () => fs.rmSync(directory, { recursive: true, force: true });
  try {
    await bundleInto(directory, { plugins: [tear], define: { TORN_SEED: String(seed) } });
    const host = fs.readFileSync(path.join(directory, 'host.js'), 'utf8');
    if (!host.includes('torn terminal')) throw new Error('the torn terminal is not in the host that was built');
  } catch (error) {
    remove();
    throw error;
  }
  return { directory, remove };
}
