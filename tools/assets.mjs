// Files of other packages that are part of ours: the fonts that pictures are drawn with, the player of pages, and the licences of what is
// bundled for recordings. They are copied, so that who installs agent-tty gets these few files and not whole families and libraries.
import fs from 'node:fs';
import path from 'node:path';
import { inRoot } from './project.mjs';

/** By package: its font files, and the text of the licence that goes with them. */
const FONTS = {
  'dejavu-fonts-ttf': [
    'ttf/DejaVuSansMono.ttf',
    'ttf/DejaVuSansMono-Bold.ttf',
    'ttf/DejaVuSansMono-Oblique.ttf',
    'ttf/DejaVuSansMono-BoldOblique.ttf',
    'LICENSE',
  ],
  '@expo-google-fonts/noto-emoji': ['400Regular/NotoEmoji_400Regular.ttf', 'LICENSE_FONT'],
  '@fontsource/unifontex': ['files/unifontex-latin-400-normal.woff', 'LICENSE'],
};

/** Copies the fonts below `directory`, each to the place that it has below node_modules. */
export function copyFonts(directory) {
  for (const [name, files] of Object.entries(FONTS)) {
    for (const file of files) {
      const target = path.join(directory, name, file);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      fs.copyFileSync(inRoot('node_modules', name, file), target);
    }
  }
}

const PLAYER = 'asciinema-player';

/** Copies what a page plays recordings with into `directory`. */
export function copyPlayer(directory) {
  fs.mkdirSync(directory, { recursive: true });
  for (const file of ['dist/bundle/asciinema-player.min.js', 'dist/bundle/asciinema-player.css', 'LICENSE'])
    fs.copyFileSync(inRoot('node_modules', PLAYER, file), path.join(directory, path.basename(file)));
}

/** Packages that are part of the bundles for recordings, and the text of the licence of each. */
const BUNDLED = { mediabunny: 'LICENSE', gifenc: 'LICENSE.md' };

/** Copies the licences of bundled packages into `directory`. */
export function copyLicences(directory) {
  fs.mkdirSync(directory, { recursive: true });
  for (const [name, file] of Object.entries(BUNDLED))
    fs.copyFileSync(inRoot('node_modules', name, file), path.join(directory, `${name}.txt`));
}
