/** A command as it is typed and logged: line ends are LF, none at the end. */
export function commandText(command: string): string {
  return command.replaceAll(/\r\n?/g, '\n').replace(/\n+$/, '');
}
