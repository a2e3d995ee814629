// From cases and shells to plans: what is done with one shell, or why nothing is.
import { CASES } from '../cases/all.mjs';
import { NOT_YET } from '../notYet.mjs';

/** The shells that the cases know. */
export const SHELLS = ['bash', 'zsh', 'fish', 'dash'];

const SHELL_KEYS = new Set([...SHELLS, 'posix', 'other']);

function isPlain(value) {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * What a value means for one shell. An object whose keys are all names of shells (or `posix`: every shell but fish, or `other`) stands
 * for one of its values; everything else is looked through.
 */
export function forShell(value, shell) {
  if (Array.isArray(value)) return value.map((one) => forShell(one, shell)).filter((one) => one !== undefined);
  if (!isPlain(value)) return value;
  const keys = Object.keys(value);
  if (keys.length === 0 || !keys.every((key) => SHELL_KEYS.has(key)))
    return Object.fromEntries(keys.map((key) => [key, forShell(value[key], shell)]));
  const key = [shell, ...(shell === 'fish' ? [] : ['posix']), 'other'].find((one) => Object.hasOwn(value, one));
  return key === undefined ? undefined : forShell(value[key], shell);
}

/** Where each shell looks for what its user wrote, and the variables that it needs for that. */
const START_FILES = {
  bash: { file: '.bashrc', env: {} },
  zsh: { file: '.zshrc', env: {} },
  fish: { file: '.config/fish/config.fish', env: {} },
  dash: { file: '.shrc', env: { ENV: '$HOME/.shrc' } },
};

/** A case with one `run` of its own is short for one step. */
function stepsOf(one) {
  if (one.steps !== undefined) return one.steps;
  const { run, expect, meanwhile, within, timeoutMs, honest } = one;
  return [{ run, expect, meanwhile, within, timeoutMs, honest }];
}

function planOf(one, shell) {
  const { id, title, needs, not = {}, can = [], ...rest } = one;
  const about = { id, title, shell };
  if (needs !== undefined && NOT_YET.includes(needs)) return { ...about, notApplicable: `not yet: ${needs}` };
  if (not[shell] !== undefined) return { ...about, notApplicable: not[shell] };
  const { rc, home = {}, env = {}, ...data } = forShell(rest, shell);
  const start = START_FILES[shell];
  return {
    ...about,
    can,
    alone: data.alone === true,
    ownHost: data.ownHost === true,
    ends: data.ends === true,
    cols: data.cols ?? 80,
    rows: data.rows ?? 24,
    files: rc === undefined ? home : { ...home, [start.file]: rc },
    env: rc === undefined ? env : { ...start.env, ...env },
    absent: data.absent ?? [],
    after: data.after ?? true,
    traces: data.traces ?? true,
    steps: stepsOf(data),
  };
}

/** All plans for `shells`, of the cases whose id holds one of `names` (all without names), in the order of the cases. */
export function makePlans({ shells, names }) {
  const wanted = CASES.filter(({ id }) => names.length === 0 || names.some((name) => id.includes(name)));
  return wanted.flatMap((one) => shells.map((shell) => planOf(one, shell)));
}
