/** Which browser makes videos: the one that is named, else one that is installed. */
import fs from 'node:fs';
import path from 'node:path';
import { quote, TtyError } from '../../protocol/errors.ts';

/** Looked for in this order. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge'];
/** Where macOS keeps them. */
const MAC_PROGRAMS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];
/** What to do where none is there. */
export const BROWSER_FIX =
  'install Chromium (Debian, Ubuntu: apt-get install chromium; macOS: brew install --cask chromium) or name one with --browser-path; gif, html and asciicast need none';

/** The program of a Chromium; `undefined` when none is installed. `searchPath` is the value of PATH. */
export function installedBrowser(searchPath: string | undefined): string | undefined {
  const directories = (searchPath ?? '').split(path.delimiter).filter((directory) => path.isAbsolute(directory));
  const programs = NAMES.flatMap((name) => directories.map((directory) => path.join(directory, name)));
  return [...programs, ...(process.platform === 'darwin' ? MAC_PROGRAMS : [])].find(isProgram);
}

/**
 * The program to start.
 *
 * @throws TtyError `EXPORT_ERROR` when `named` is no program, or none was named and none is installed
 */
export function browserProgram(named: string | undefined, searchPath: string | undefined): string {
  if (named !== undefined) {
    if (isProgram(named)) return named;
    throw noBrowser(`the browser ${quote(named)} is no program that can be run`);
  }
  const found = installedBrowser(searchPath);
  if (found !== undefined) return found;
  throw noBrowser(`videos need Chromium, and none is on the PATH (${NAMES.join(', ')})`);
}

/** A video that cannot be made for want of a browser that does it. */
export function noBrowser(message: string, cause?: unknown): TtyError {
  return new TtyError('EXPORT_ERROR', message, { details: { reason: 'browser' }, hint: BROWSER_FIX, cause });
}

function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false; // not there, or not ours to run: the next place may have one
  }
}
