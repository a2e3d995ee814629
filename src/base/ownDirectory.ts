import fs from 'node:fs';

/**
 * Why `directory` is not a place of our own, as the end of a sentence that begins with its name, or `undefined` when it is:
 * a directory (not a link to one) that belongs to this user and gives others none of the permissions in `forbidden`.
 *
 * @throws the system error when it cannot be looked at
 */
export function whyNotOwn(directory: string, forbidden: number): string | undefined {
  const stat = fs.lstatSync(directory);
  const us = process.getuid?.() ?? stat.uid;
  if (stat.isSymbolicLink()) return 'is a link';
  if (!stat.isDirectory()) return 'is not a directory';
  if (stat.uid !== us) return `belongs to user ${stat.uid}, not to user ${us}`;
  return (stat.mode & forbidden) === 0 ? undefined : `is open to others (mode ${(stat.mode & 0o777).toString(8)})`;
}
