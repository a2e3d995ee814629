// The fonts that pictures are drawn with, and where their packages keep them. They are copied, so that who installs
// agent-tty gets these few files and not whole families.
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
