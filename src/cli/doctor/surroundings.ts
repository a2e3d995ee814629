/** What can be checked without starting anything: Node, native calls, the home and where its socket goes. */
import fs from 'node:fs';
import path from 'node:path';
import { nativeAvailable } from '../../base/native.ts';
import { hostPaths, MAIN_HOST_ID, MAX_SOCKET_PATH_BYTES } from '../../protocol/homeLayout.ts';
import { type Check, reasonOf } from './check.ts';

const MIN_NODE_MAJOR = 20;

/** @param nodeVersion as Node tells it, `20.1.0` */
export function checkNode(nodeVersion: string): Check {
  const major = Number(nodeVersion.split('.')[0]);
  if (major >= MIN_NODE_MAJOR) return { name: 'node', status: 'ok', message: nodeVersion };
  return {
    name: 'node',
    status: 'fail',
    message: `${nodeVersion} is too old`,
    fix: `install Node ${MIN_NODE_MAJOR} or newer`,
  };
}

/** koffi is optional: without it the home is locked and terminals are looked at in a weaker way. */
export function checkNativeCalls(): Check {
  if (nativeAvailable()) return { name: 'native calls', status: 'ok', message: 'koffi is there' };
  return {
    name: 'native calls',
    status: 'warn',
    message: 'koffi cannot be loaded; the modes of terminals are not known',
    fix: 'install the optional dependencies: npm install --include=optional',
  };
}

/** Who may look into the home, and whether it can be written. A home that does not exist yet is made by the first host. */
export function checkHome(home: string): Check[] {
  const stat = fs.statSync(home, { throwIfNoEntry: false });
  if (stat === undefined) return [checkParent(home)];
  const mode = stat.mode & 0o777;
  const shown = mode.toString(8).padStart(4, '0');
  const isPrivate = (mode & 0o077) === 0;
  return [
    isPrivate
      ? { name: 'home', status: 'ok', message: `${home} (mode ${shown})` }
      : {
          name: 'home',
          status: 'warn',
          message: `${home} is open to others (mode ${shown})`,
          fix: `chmod 700 ${home}`,
        },
    checkWriting(home),
  ];
}

function checkParent(home: string): Check {
  let parent = path.dirname(home);
  while (!fs.existsSync(parent)) parent = path.dirname(parent);
  try {
    fs.accessSync(parent, fs.constants.W_OK | fs.constants.X_OK);
    return { name: 'home', status: 'ok', message: `${home} does not exist yet and can be made` };
  } catch (error) {
    return {
      name: 'home',
      status: 'fail',
      message: `${home} cannot be made: ${reasonOf(error)}`,
      fix: 'give another --home',
    };
  }
}

function checkWriting(home: string): Check {
  const file = path.join(home, `.doctor.${process.pid}.tmp`);
  try {
    fs.writeFileSync(file, 'x', { mode: 0o600, flag: 'wx' });
    fs.rmSync(file);
    return { name: 'storage', status: 'ok', message: 'the home can be written' };
  } catch (error) {
    fs.rmSync(file, { force: true });
    return {
      name: 'storage',
      status: 'fail',
      message: `the home cannot be written: ${reasonOf(error)}`,
      fix: 'make room, or give another --home',
    };
  }
}

/** A socket's path is short by nature; where the home's own is too long, the host takes a directory elsewhere. */
export function checkSocketPath(home: string): Check {
  const bytes = Buffer.byteLength(hostPaths(home, MAIN_HOST_ID).socket);
  const fits = bytes <= MAX_SOCKET_PATH_BYTES;
  const message = fits
    ? `its path has ${bytes} of ${MAX_SOCKET_PATH_BYTES} bytes`
    : `its path would have ${bytes} of ${MAX_SOCKET_PATH_BYTES} bytes; the host puts it under $XDG_RUNTIME_DIR or the temporary directory`;
  return { name: 'socket', status: 'ok', message };
}
