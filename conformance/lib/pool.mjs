// Some jobs at a time, in order.

/** Does `work` for every item, at most `jobs` at once. Resolves with the results in the order of the items. */
export async function inParallel(items, jobs, work) {
  const results = Array.from({ length: items.length });
  let next = 0;
  const worker = async () => {
    for (;;) {
      const at = next++;
      if (at >= items.length) return;
      results[at] = await work(items[at]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, worker));
  return results;
}

/** A generator of numbers from 0 to 1 that a seed determines (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` of `items` in their order, drawn by `random`. */
export function draw(items, count, random) {
  const pool = items.map((item, at) => ({ item, at, key: random() }));
  const drawn = pool.toSorted((a, b) => a.key - b.key).slice(0, count);
  return drawn.toSorted((a, b) => a.at - b.at).map(({ item }) => item);
}
