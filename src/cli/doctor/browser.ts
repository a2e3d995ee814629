/** Whether videos can be made here. Everything else works without a browser. */
import { assertDriver } from '../../artifacts/video/browser.ts';
import { BROWSER_FIX, installedBrowser } from '../../artifacts/video/findBrowser.ts';
import { type Check, reasonOf } from './check.ts';

/** @param searchPath the value of PATH */
export function checkBrowser(searchPath: string | undefined): Check {
  const name = 'browser';
  const program = installedBrowser(searchPath);
  if (program === undefined)
    return { name, status: 'warn', message: 'no Chromium is there: webm and mp4 cannot be made', fix: BROWSER_FIX };
  try {
    assertDriver();
    return { name, status: 'ok', message: `${program} can make videos` };
  } catch (error) {
    const fix = 'install the optional dependencies: npm install --include=optional';
    return { name, status: 'warn', message: reasonOf(error), fix };
  }
}
