/** A strict reader of asciicasts, written from https://docs.asciinema.org/manual/asciicast/v3 and .../v2. */

export interface Cast {
  readonly header: Record<string, unknown>;
  /** Time in microseconds since the start, code, data. */
  readonly events: readonly (readonly [at: number, code: string, data: string])[];
}

const CODES: Readonly<Record<number, string>> = { 2: 'oirm', 3: 'oirmx' };

/** Throws for anything that the specification does not allow. */
export function parseCast(text: string): Cast {
  const [first = '', ...lines] = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line has no LF');
  const header: unknown = JSON.parse(first);
  if (typeof header !== 'object' || header === null || !('version' in header)) throw new Error(`no header: ${first}`);
  const { version } = header;
  if (version !== 2 && version !== 3) throw new Error(`no version: ${first}`);
  let at = 0;
  const events = lines.map((line) => {
    const value: unknown = JSON.parse(line);
    if (!Array.isArray(value) || value.length !== 3) throw new Error(`no event of three: ${line}`);
    const parts: readonly unknown[] = value;
    const [time, code, data] = parts;
    if (typeof time !== 'number' || time < 0) throw new Error(`no time: ${line}`);
    if (typeof code !== 'string' || code.length !== 1 || !CODES[version]?.includes(code))
      throw new Error(`no code: ${line}`);
    if (typeof data !== 'string') throw new Error(`no data: ${line}`);
    if (code === 'r' && !/^\d+x\d+$/.test(data)) throw new Error(`no size: ${line}`);
    if (code === 'x' && !/^\d+$/.test(data)) throw new Error(`no status: ${line}`);
    const micros = Math.round(time * 1_000_000);
    if (version === 2 && micros < at) throw new Error(`time steps back: ${line}`);
    at = version === 3 ? at + micros : micros;
    return [at, code, data] as const;
  });
  return { header: { ...header }, events };
}

/** What the output of a cast says. */
export function outputOf({ events }: Cast): string {
  return events.flatMap(([, code, data]) => (code === 'o' ? [data] : [])).join('');
}
