// The tools that the suite knows. See conformance/README.md for how to add one.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const KNOWN = {
  'agent-tty': () => import('./agentTty.mjs'),
  'agent-tty-cli': () => import('./agentTtyCli.mjs'),
  plain: () => import('./plain.mjs'),
};

/** The adapter of that name, or the one that a module exports. */
export async function findAdapter(name) {
  if (Object.hasOwn(KNOWN, name)) return (await KNOWN[name]()).adapter;
  if (!/[./]/.test(name)) throw new Error(`no adapter ${name}; there are ${Object.keys(KNOWN).join(', ')}`);
  const { adapter } = await import(pathToFileURL(path.resolve(name)).href);
  if (adapter === undefined) throw new Error(`${name} exports no adapter`);
  return adapter;
}
