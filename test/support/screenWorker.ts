import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const SOURCE = path.resolve(import.meta.dirname, '../../src/screen/worker/worker.ts');

/** A worker thread's entry as JavaScript, in a directory of its own. Disposing removes it. */
export interface BuiltWorker extends Disposable {
  readonly entry: URL;
}

/** Builds the screen worker, or another entry in `source`, as the product's build does. */
export async function buildScreenWorker(source: string = SOURCE): Promise<BuiltWorker> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-worker-'));
  const outfile = path.join(directory, 'screenWorker.mjs');
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
  });
  return {
    entry: pathToFileURL(outfile),
    [Symbol.dispose]: () => fs.rmSync(directory, { recursive: true, force: true }),
  };
}
