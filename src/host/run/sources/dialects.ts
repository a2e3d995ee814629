/** The shells' own languages, as far as a frame needs them. Chosen by the name of the program. */

export type DialectName = 'posix' | 'fish';

/** How a shell writes what a frame is made of. */
export interface Dialect {
  readonly name: DialectName;
  /** A word that stands for exactly `text`. */
  quote(text: string): string;
  /** A command that runs the script at `path` in the shell itself. */
  source(path: string): string;
  /** A command that runs `text` in the shell itself, after the shell has read the whole line. */
  evaluate(text: string): string;
  /** Prints `format` (of printf, with one `%s` or none for the last status) and leaves the last status as it was. */
  printKeepingStatus(format: string): string;
  /** Longest paste that the shell's line editor takes in without repainting itself into seconds. */
  readonly maxPasteBytes: number;
}

/**
 * bash and zsh take in 100 kB of paste in 0.3 s and paint most of it; by file it is 0.02 s. Half of this would send ordinary
 * scripts by file, twice would be felt.
 */
const MAX_PASTE_BYTES = 16 * 1024;
/** fish repaints on every pasted line: 10 kB take 0.15 s, 30 kB 1.4 s, 100 kB 16 s. */
const FISH_MAX_PASTE_BYTES = 8 * 1024;

/** The shells that know the word `builtin`; the others look the built-in up after functions with `command`. */
const HAVE_BUILTIN = new Set(['bash', 'zsh']);
const POSIX_SHELLS = new Set([...HAVE_BUILTIN, 'sh', 'dash', 'ash', 'ksh', 'mksh']);

/** The dialect of the shell at `path`, by its file name; `undefined` for a program that is no known shell. */
export function dialectOf(path: string): Dialect | undefined {
  const name = (path.split('/').at(-1) ?? '').replace(/^-/, '');
  if (name === 'fish') return FISH;
  if (!POSIX_SHELLS.has(name)) return undefined;
  return posix(HAVE_BUILTIN.has(name) ? 'builtin' : 'command');
}

/** Inside single quotes a POSIX shell takes every byte as it is, the single quote excepted. */
function quotePosix(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function posix(prefix: 'builtin' | 'command'): Dialect {
  // The backslash keeps aliases off. `command eval` loses the special built-in's right to end the shell's line on a syntax error.
  const word = `\\${prefix}`;
  return {
    name: 'posix',
    maxPasteBytes: MAX_PASTE_BYTES,
    quote: quotePosix,
    source: (path) => `${word} . ${quotePosix(path)}`,
    evaluate: (text) => `${word} eval ${quotePosix(text)}`,
    // `$?` is read while the words of eval are expanded. `&& :` keeps a shell under errexit alive.
    printKeepingStatus: (format) => {
      const print = `${word} printf '${format.replace('%s', '$?')}'`;
      return `${word} eval "${print}; (exit $?) && :"`;
    },
  };
}

const FISH: Dialect = {
  name: 'fish',
  maxPasteBytes: FISH_MAX_PASTE_BYTES,
  quote: quoteFish,
  source: (path) => `builtin source ${quoteFish(path)}`,
  evaluate: (text) => `eval ${quoteFish(text)}`,
  printKeepingStatus: (format) => {
    const argument = format.includes('%s') ? ' $__at_s' : '';
    return `begin; set -l __at_s $status; builtin printf '${format}'${argument}; return $__at_s; end`;
  },
};

/** Inside fish's single quotes only the backslash and the single quote are special. */
function quoteFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
