/** The file by which a command goes to the shell that cannot be typed. */
import fs from 'node:fs';
import { isErrno, makePrivateDirectory } from '../../base/atomicFile.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { TypeAction } from '../run/typeAction.ts';

/**
 * Writes `script` into the directory `scratch`, which is made, all of it or nothing. Gives what removes it.
 *
 * @throws TtyError `STORAGE_WRITE_ERROR`
 */
export function writeRunScript(scratch: string, script: TypeAction['script']): () => void {
  if (script === undefined) return () => undefined;
  const remove = (): void => fs.rmSync(script.path, { force: true });
  try {
    makePrivateDirectory(scratch);
    fs.writeFileSync(script.path, script.content, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) remove();
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the command needs a script, which cannot be written (${reason}); nothing was typed`;
    throw new TtyError('STORAGE_WRITE_ERROR', message, { details: { path: script.path }, cause: error });
  }
  return remove;
}
