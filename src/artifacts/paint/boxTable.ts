/**
 * Box drawing characters as data: which arms go out from the middle of the cell, and how strong each is (The Unicode Standard,
 * Box Drawing, U+2500 to U+257F; the names of the characters say the same in words).
 */

/** Strength of an arm. */
export type Weight = 0 | 1 | 2 | 3;
export const NONE = 0;
export const LIGHT = 1;
export const HEAVY = 2;
export const DOUBLE = 3;

export interface Arms {
  readonly up: Weight;
  readonly right: Weight;
  readonly down: Weight;
  readonly left: Weight;
}

/** For each range of characters in order: up, right, down, left as digits. */
const RANGES: readonly (readonly [first: number, arms: string])[] = [
  [0x2500, '0101 0202 1010 2020'],
  [0x250c, '0110 0210 0120 0220 0011 0012 0021 0022 1100 1200 2100 2200 1001 1002 2001 2002'],
  [0x251c, '1110 1210 2110 1120 2120 2210 1220 2220 1011 1012 2011 1021 2021 2012 1022 2022'],
  [0x252c, '0111 0112 0211 0212 0121 0122 0221 0222 1101 1102 1201 1202 2101 2102 2201 2202'],
  [0x253c, '1111 1112 1211 1212 2111 1121 2121 2112 2211 1122 1221 2212 1222 2122 2221 2222'],
  [0x2550, '0303 3030 0310 0130 0330 0013 0031 0033 1300 3100 3300 1003 3001 3003'],
  [0x255e, '1310 3130 3330 1013 3031 3033 0313 0131 0333 1303 3101 3303 1313 3131 3333'],
  [0x2574, '0001 1000 0100 0010 0002 2000 0200 0020 0201 1020 0102 2010'],
];

function weight(digit: string | undefined): Weight {
  const value = Number(digit);
  return value === LIGHT || value === HEAVY || value === DOUBLE ? value : NONE;
}

/** By code point. */
export const ARMS: ReadonlyMap<number, Arms> = new Map(
  RANGES.flatMap(([first, all]) =>
    all.split(' ').map((digits, index) => {
      const [up, right, down, left] = digits;
      return [first + index, { up: weight(up), right: weight(right), down: weight(down), left: weight(left) }] as const;
    }),
  ),
);

export interface Dashes {
  readonly count: number;
  readonly isVertical: boolean;
  readonly isHeavy: boolean;
}

function dashes(first: number, count: number): (readonly [number, Dashes])[] {
  return [0, 1, 2, 3].map((index) => [first + index, { count, isVertical: index > 1, isHeavy: index % 2 === 1 }]);
}

/** Broken lines, by code point. */
export const DASHES: ReadonlyMap<number, Dashes> = new Map([
  ...dashes(0x2504, 3),
  ...dashes(0x2508, 4),
  ...dashes(0x254c, 2),
]);

/** Round corners, by code point: the two edges that they join. */
export const ARCS: ReadonlyMap<number, { readonly toRight: boolean; readonly toBottom: boolean }> = new Map([
  [0x256d, { toRight: true, toBottom: true }],
  [0x256e, { toRight: false, toBottom: true }],
  [0x256f, { toRight: false, toBottom: false }],
  [0x2570, { toRight: true, toBottom: false }],
]);

/** From the lower left to the upper right, the other way, and both. */
export const RISING = 0x2571;
export const FALLING = 0x2572;
export const CROSSED = 0x2573;
