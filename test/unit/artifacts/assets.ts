import fs from 'node:fs';
import path from 'node:path';
import { newDirectory } from '../client/support.ts';
import { FONTS } from './paint/support.ts';

/** A directory with what lies in dist/ beside the programs, as far as no browser is asked for; gone after the test. */
export function assetsDirectory(): string {
  const directory = newDirectory();
  fillAssets(directory);
  return directory;
}

/** Puts that into `directory`. */
export function fillAssets(directory: string): void {
  fs.symlinkSync(FONTS, path.join(directory, 'fonts'));
  fs.symlinkSync(path.resolve('node_modules/asciinema-player/dist/bundle'), path.join(directory, 'player'));
  fs.writeFileSync(path.join(directory, 'playerPage.js'), 'void 0;');
}
