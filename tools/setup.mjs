// Makes a fresh machine able to build and test: Node's packages by npm, in the versions of the lock file, and the shells and
// programs that the tests drive by the system's package manager. Does nothing, in a few milliseconds, where all of it is there.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { inRoot, isProgram, ROOT, run } from './project.mjs';

const MIN_NODE_MAJOR = 20;

/** Programs that the tests drive, and the Debian package of each. */
const PROGRAMS = {
  bash: 'bash',
  zsh: 'zsh',
  fish: 'fish',
  dash: 'dash',
  vim: 'vim',
  less: 'less',
  htop: 'htop',
  ps: 'procps',
  script: 'bsdutils',
  setsid: 'util-linux',
  stty: 'coreutils',
  python3: 'python3',
  chromium: 'chromium',
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffmpeg',
  asciinema: 'asciinema',
};

/** Programs that do as well. */
const INSTEAD = { chromium: ['chromium-browser', 'google-chrome-stable', 'google-chrome'] };

/** Whether `name` can be run by that name. */
function isOnPath(name) {
  return (process.env.PATH ?? '').split(path.delimiter).some((directory) => {
    try {
      fs.accessSync(path.join(directory, name), fs.constants.X_OK);
      return directory !== '';
    } catch {
      return false; // not here: the next directory may have it
    }
  });
}

function missingPrograms() {
  return Object.keys(PROGRAMS).filter((name) => ![name, ...(INSTEAD[name] ?? [])].some(isOnPath));
}

/** Whether node_modules holds the versions of the lock file; optional packages of other systems may be absent. */
function modulesAreCurrent() {
  const installedFile = inRoot('node_modules', '.package-lock.json');
  if (!fs.existsSync(installedFile)) return false;
  const wanted = JSON.parse(fs.readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(fs.readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(([where, { version, optional, devOptional }]) => {
    if (where === '') return true;
    const found = installed[where];
    if (found === undefined) return optional === true || devOptional === true;
    return found.version === version && fs.existsSync(inRoot(where));
  });
}

/** Installs what the lock file says, and nothing else. */
function installModules() {
  if (modulesAreCurrent()) return 0;
  console.log('setup: npm ci');
  return run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
}

/** What goes in front of a command that needs root: nothing for root, sudo where it asks no password, else undefined. */
function privilege() {
  if (process.getuid?.() === 0) return [];
  const sudo = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
  return sudo.status === 0 ? ['sudo', '-n'] : undefined;
}

function aptInstall(prefix, packages) {
  const apt = (...args) => {
    const line = [
      ...prefix,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-o',
      'DPkg::Lock::Timeout=120',
      ...args,
    ];
    return run(line[0], line.slice(1));
  };
  console.log(`setup: apt-get install ${packages.join(' ')}`);
  const updated = apt('update', '-q');
  if (updated !== 0) console.error('setup: apt-get update failed; trying with the lists that are there');
  return apt('install', '-y', '-q', '--no-install-recommends', ...packages);
}

/** Installs what is missing where that is allowed. Returns the programs that are missing all the same. */
function installPrograms() {
  const missing = missingPrograms();
  if (missing.length === 0 || !isOnPath('apt-get')) return missing;
  const prefix = privilege();
  if (prefix === undefined) return missing;
  aptInstall(prefix, [...new Set(missing.map((name) => PROGRAMS[name]))]);
  return missingPrograms();
}

function installCommand(missing) {
  const packages = [...new Set(missing.map((name) => PROGRAMS[name]))].join(' ');
  if (isOnPath('apt-get')) return `sudo apt-get update && sudo apt-get install -y ${packages}`;
  if (process.platform === 'darwin') return `brew install ${missing.join(' ')}`;
  return `install ${missing.join(', ')} with the package manager of this system`;
}

/**
 * Prepares the machine. Returns 0, or 1 after it said what is missing and how to get it. Programs that only some tests
 * drive may be missing outside CI: those tests then are skipped and named.
 */
export function setup({ strict = process.env.CI !== undefined && process.env.CI !== 'false' } = {}) {
  if (Number(process.versions.node.split('.', 1)[0]) < MIN_NODE_MAJOR) {
    console.error(`setup: Node ${MIN_NODE_MAJOR} or newer is needed, this is ${process.version}`);
    return 1;
  }
  if (installModules() !== 0) {
    console.error(`setup: the npm packages could not be installed in ${ROOT}`);
    return 1;
  }
  const missing = installPrograms();
  if (missing.length === 0) return 0;
  console.error(`setup: missing: ${missing.join(', ')}`);
  console.error(`setup: to get them: ${installCommand(missing)}`);
  if (strict || missing.includes('bash')) return 1;
  console.error('setup: going on without them; the tests that drive them will be skipped and named');
  return 0;
}

if (isProgram(import.meta.url)) process.exitCode = setup();
