/** Whether this machine describes a terminal. Programs that find no entry for `TERM` fall back to a dumb terminal or refuse to start. */
import fs from 'node:fs';
import path from 'node:path';

/** Where ncurses looks beside what the environment says; distributions differ (terminfo(5), "Fetching Compiled Descriptions"). */
const SYSTEM_DIRECTORIES = [
  '/etc/terminfo',
  '/lib/terminfo',
  '/usr/share/terminfo',
  '/usr/lib/terminfo',
  '/usr/share/lib/terminfo',
  '/usr/local/share/terminfo',
];

/**
 * Whether a compiled entry for `term` lies where programs with that environment look. True as well where nothing can be said:
 * no directory of entries at all, as on a system with a hashed database or without terminfo.
 */
export function terminfoHas(term: string, environment: Readonly<Record<string, string | undefined>>): boolean {
  const directories = searched(environment).filter(isDirectory);
  if (directories.length === 0 || term.includes('/')) return directories.length === 0;
  // by the first letter, or by its code in hexadecimal on systems whose file names know no case
  const folders = [term.slice(0, 1), term.charCodeAt(0).toString(16)];
  return directories.some((directory) => folders.some((folder) => fs.existsSync(path.join(directory, folder, term))));
}

function searched(environment: Readonly<Record<string, string | undefined>>): string[] {
  const { TERMINFO: only, HOME: home, TERMINFO_DIRS: more } = environment;
  const own = home === undefined || home === '' ? [] : [path.join(home, '.terminfo')];
  const listed = (more ?? '').split(':').filter((directory) => directory !== '');
  // the manual says that TERMINFO is searched alone; ncurses itself goes on with the rest, and so do we
  return [...(only === undefined || only === '' ? [] : [only]), ...own, ...listed, ...SYSTEM_DIRECTORIES];
}

function isDirectory(file: string): boolean {
  try {
    return fs.statSync(file).isDirectory();
  } catch {
    return false; // missing, or closed to this user: programs find nothing there either
  }
}
