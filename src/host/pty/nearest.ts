/**
 * The `candidates` that somebody who wrote `word` may have meant, best first, at most `count`; case does not matter.
 * A candidate is near when one is the beginning of the other, or when at most a third of its letters (or one) are wrong.
 */
export function nearest<T extends string>(word: string, candidates: readonly T[], count: number): T[] {
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

/** Letters to insert, delete, replace, or swap with their neighbour (Damerau's distance, optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let row = 1; row <= a.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const best = Math.min(
        cell(row - 1, column) + 1,
        cell(row, column - 1) + 1,
        cell(row - 1, column - 1) + (isSame ? 0 : 1),
        isSwap ? cell(row - 2, column - 2) + 1 : Infinity,
      );
      rows[row]?.push(best);
    }
  }
  return cell(a.length, b.length);
}
