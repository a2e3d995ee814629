import type { IUnicodeVersionProvider } from '@xterm/headless';

/** Name under which the emulator knows the provider. */
export const BOUNDED_UNICODE = '11-bounded';

/** Combining marks that one cell takes. Real text has a handful; without a bound one cell could hold the whole memory. */
export const MAX_MARKS_PER_CELL = 32;

/**
 * The widths of `base` with at most {@link MAX_MARKS_PER_CELL} marks joined to one cell; further marks take cells of
 * their own. The count travels in the emulator's join state, whose layout is: bit 0 joins, bits 1-2 width, above: ours.
 */
export function boundedUnicode(base: IUnicodeVersionProvider): IUnicodeVersionProvider {
  return {
    version: BOUNDED_UNICODE,
    wcwidth: (codepoint) => base.wcwidth(codepoint),
    charProperties(codepoint, preceding) {
      if (codepoint >= 0x20 && codepoint < 0x7f) return SINGLE_WIDTH;
      const width = base.wcwidth(codepoint);
      const before = (preceding >> 1) & 3;
      if (width !== 0 || before === 0) return width << 1;
      const marks = (preceding >> 3) + 1;
      return marks > MAX_MARKS_PER_CELL ? SINGLE_WIDTH : (marks << 3) | (before << 1) | 1;
    },
  };
}

const SINGLE_WIDTH = 1 << 1;
