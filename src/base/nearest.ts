/** What a mistyped word was probably meant to be, for error messages. */

/** The one of `words` that `text` was most likely meant to be, if any is near enough: at most a third of it mistyped. */
export function nearest(text: string, words: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(text.length / 3)) + 1;
  for (const word of words) {
    if (Math.abs(word.length - text.length) >= bestDistance) continue;
    const distance = editDistance(text, word);
    if (distance < bestDistance) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b` (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/**
 * The `candidates` that somebody who wrote `word` may have meant, best first, at most `count`; case does not matter.
 * A candidate is near when one is the beginning of the other, or when at most a third of its letters (or one) are wrong.
 */
export function nearestWords<T extends string>(word: string, candidates: readonly T[], count: number): T[] {
  const written = word.toLowerCase();
  if (written === '') return [];
  const scored = candidates.map((candidate) => ({ candidate, score: score(written, candidate.toLowerCase()) }));
  return scored
    .filter(({ candidate, score: distance }) => distance <= Math.max(1, candidate.length / 3))
    .toSorted((a, b) => a.score - b.score)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

/** Two letters that are the beginning of a name say more than two letters that happen to stand in it. */
const MIN_PREFIX_CHARS = 3;

function score(written: string, candidate: string): number {
  const distance = editDistance(written, candidate);
  const isPrefix =
    written.length >= MIN_PREFIX_CHARS && (candidate.startsWith(written) || written.startsWith(candidate));
  return isPrefix ? Math.min(distance, 1) : distance;
}
