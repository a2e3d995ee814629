/** A command as it is typed and logged: line ends are LF, none at the end. */
export function commandText(command: string): string {
  return command.replaceAll(/\r\n?/g, '\n').replace(/\n+$/, '');
}

/**
 * Whether a command that is to be typed can be the one that the log tells. `isMasked`: where the log has asterisks anything may
 * have stood, so that two commands that differ in a secret alone are the same.
 */
export function isLoggedCommand(logged: string, command: string, isMasked: boolean): boolean {
  const text = commandText(command);
  if (!isMasked) return logged === text;
  const parts = logged.split(/\*+/);
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
