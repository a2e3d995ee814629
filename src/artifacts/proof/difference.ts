/** Where two JSON values part. */

/** A place in which two values differ. */
export interface Difference {
  /** As in `runs[2].exitCode`; empty for the whole. */
  readonly field: string;
  /** `undefined` where the side has nothing. */
  readonly expected: unknown;
  readonly found: unknown;
}

/** The first difference, in the order of `expected`; `undefined` when there is none. Both are what `JSON.parse` gives. */
export function firstDifference(expected: unknown, found: unknown, field = ''): Difference | undefined {
  if (Object.is(expected, found)) return undefined;
  if (Array.isArray(expected) && Array.isArray(found)) {
    const length = Math.max(expected.length, found.length);
    for (let at = 0; at < length; at += 1) {
      const difference = firstDifference(expected[at], found[at], `${field}[${at}]`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  if (!isObject(expected) || !isObject(found)) return { field, expected, found };
  for (const name of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const inside = field === '' ? name : `${field}.${name}`;
    const there = Object.hasOwn(found, name) ? found[name] : undefined;
    const difference = firstDifference(Object.hasOwn(expected, name) ? expected[name] : undefined, there, inside);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
