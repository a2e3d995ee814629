// The home directory of the user whom a case is about: made for it, and looked at again when the case is over.
import fs from 'node:fs';
import path from 'node:path';

/**
 * Where fish keeps what it reads out of all manual pages when it is new, in the background for half a minute, and writes on
 * when its session is long over. No case is about that.
 */
const FISH_IS_NOT_NEW = ['.local/share/fish/generated_completions', '.cache/fish/generated_completions'];

/** Makes the directory with `files` (path below it -> text). Gives the environment that belongs to it. */
export function makeHome(directory, files, env) {
  for (const name of FISH_IS_NOT_NEW) fs.mkdirSync(path.join(directory, name), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  const filled = Object.entries(env).map(([name, value]) => [name, value.replaceAll('$HOME', directory)]);
  return { HOME: directory, LANG: 'C.UTF-8', ...Object.fromEntries(filled) };
}

/** Sentences about the user's files that are not what they were. */
export function homeFaults(directory, files) {
  return Object.entries(files).flatMap(([name, text]) => {
    const file = path.join(directory, name);
    if (!fs.existsSync(file)) return [`the user's ${name} is gone`];
    return fs.readFileSync(file, 'utf8') === text ? [] : [`the user's ${name} was changed`];
  });
}
