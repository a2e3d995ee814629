/** The files of a bundle beside its log and manifest, as a table. A new one is one more line here. */
import { castWork } from './castPart.ts';
import { pageWork } from './pagePart.ts';
import type { BundlePart } from './part.ts';
import { screenPicture, screenText } from './screenParts.ts';
import { makeVideo } from './videoPart.ts';

const MIB = 1024 * 1024;

/** In the order in which a manifest lists them. */
export const PARTS: readonly BundlePart[] = [
  { name: 'screen.txt', maxBytes: 64 * MIB, check: 'bytes', begin: screenText },
  { name: 'screen.png', maxBytes: 64 * MIB, check: 'pixels', begin: screenPicture },
  { name: 'recording.cast', maxBytes: 32 * 1024 * MIB, check: 'bytes', begin: castWork },
  { name: 'index.html', maxBytes: 1024 * MIB, check: 'bytes', begin: pageWork },
  { name: 'recording.webm', maxBytes: 8 * 1024 * MIB, check: 'hash', make: makeVideo },
];
