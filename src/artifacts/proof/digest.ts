import { MANIFEST_FILE } from './layout.ts';

/** The content of the digest file for a manifest of this SHA-256 (hex), as `sha256sum -c` reads it. */
export function digestText(sha256: string): string {
  return `${sha256}  ${MANIFEST_FILE}\n`;
}
