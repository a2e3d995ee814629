import type { BadInput } from './row.ts';

/** Rows of commands that came later; one a line, see `row.ts` for the sessions that are there. */
export const MORE_BAD_INPUT: readonly BadInput[] = [];
