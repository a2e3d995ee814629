/** The bounds of numbers in control sequences. */

/** Largest numeric parameter of a control sequence; no size, mode or colour in use is above it. */
export const MAX_PARAMETER = 9_999;
/** Parameters of one sequence; the emulator keeps as many. */
const MAX_PARAMETERS = 32;

/** Finals whose first parameter counts a loop in the emulator, and what one screen can use of it. */
export const COUNTED_FINALS: ReadonlyMap<number, 'cells' | 'cols' | 'rows'> = new Map([
  [0x62, 'cells'], // b REP
  [0x53, 'rows'], // S SU
  [0x54, 'rows'], // T SD
  [0x4c, 'rows'], // L IL
  [0x4d, 'rows'], // M DL
  [0x40, 'cols'], // @ ICH
  [0x50, 'cols'], // P DCH
  [0x58, 'cols'], // X ECH
  [0x49, 'cols'], // I CHT
  [0x5a, 'cols'], // Z CBT
]);

/**
 * The parameters and intermediates of a control sequence, each number and their count within bounds; the first number
 * within `firstLimit`.
 */
export function clampParameters(raw: string, firstLimit: number): string {
  let count = 0;
  return raw.replaceAll(/([;:]?)(\d*)/g, (all, separator: string, digits: string) => {
    if (all === '') return '';
    count += 1;
    if (count === 1 && separator !== '') count = 2;
    if (count > MAX_PARAMETERS) return '';
    const limit = count === 1 ? firstLimit : MAX_PARAMETER;
    return digits.length < 3 && digits.length < String(limit).length ? all : separator + bounded(digits, limit);
  });
}

function bounded(digits: string, limit: number): string {
  return Number(digits) > limit ? String(limit) : digits;
}
