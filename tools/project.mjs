// What every tool shares: where the project is, how a program is run, how long something took. Node's own modules only,
// because these tools run before anything is installed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Absolute path of the project's root. */
export const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Absolute path of a file of the project. */
export function inRoot(...parts) {
  return path.join(ROOT, ...parts);
}

/** Whether the module was started as the program rather than imported. */
export function isProgram(moduleUrl) {
  const started = process.argv[1];
  return started !== undefined && pathToFileURL(fs.realpathSync(started)).href === moduleUrl;
}

/** Absolute path of a program that a development dependency brings. */
export function localProgram(name) {
  return inRoot('node_modules', '.bin', name);
}

/**
 * Runs a program in the project's root with its output on ours and without standard input. Returns its exit code; a
 * program that could not start, or was killed, counts as 1 and is named on standard error.
 */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (result.error !== undefined) console.error(`${command}: ${result.error.message}`);
  if (result.signal !== null) console.error(`${command}: killed by ${result.signal}`);
  return result.status ?? 1;
}

/** Files below `directory` (absolute), sorted, as absolute paths. */
export function filesBelow(directory) {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .toSorted();
}

/** `2.4 s`, `310 ms`. */
export function duration(ms) {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`;
}
