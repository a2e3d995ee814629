import type { LogEvent } from '../protocol/events.ts';

/** Keys that every terminal sends as the same bytes, whatever the application asked for. */
const PLAIN_KEYS: ReadonlyMap<string, string> = new Map([
  ['enter', '\r'],
  ['tab', '\t'],
  ['escape', '\u001b'],
  ['backspace', '\u007f'],
  ['space', ' '],
]);

/**
 * What an input event typed, as text; `undefined` for an event that is no input. The log holds the names of keys, not their
 * bytes, which depend on the state of the application: a key that is not plain text stands as its name, `<F5>`.
 */
export function typedText(type: string, payload: LogEvent['payload']): string | undefined {
  if (type === 'input_text' || type === 'input_paste') return String(payload['data']);
  if (type === 'input_run') return payload['source'] === 'process' ? undefined : `${String(payload['command'])}\r`;
  if (type !== 'input_keys') return undefined;
  const keys: readonly unknown[] = Array.isArray(payload['keys']) ? payload['keys'] : [];
  return keys.map((key) => keyText(String(key))).join('');
}

function keyText(key: string): string {
  if ([...key].length === 1) return key;
  const plain = PLAIN_KEYS.get(key.toLowerCase());
  if (plain !== undefined) return plain;
  const letter = /^ctrl\+([a-z])$/i.exec(key)?.[1];
  return letter === undefined ? `<${key}>` : String.fromCharCode(letter.toUpperCase().charCodeAt(0) & 0x1f);
}
