// A home of its own for one family of measurements, driven through dist/cli.js as a user would.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

/** The words of a shell command line that calls the CLI. */
export const cliArgv = (...args) => [process.execPath, CLI, ...args];

/** Gives `measure` a fresh home with a running host, and takes it away again whatever happens. */
export async function withHome(measure) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-bench-'));
  // An empty HOME: what a user's start-up files cost, or leave half done when a shell is ended early, is not measured here.
  const env = { ...process.env, AGENT_TTY_HOME: directory, HOME: directory };
  const cli = (...args) => {
    const result = spawnSync(process.execPath, [CLI, ...args, '--json'], {
      encoding: 'utf8',
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
    const envelope = JSON.parse(result.stdout);
    if (envelope.ok !== true) throw new Error(`${args.join(' ')}: ${envelope.error.code} ${envelope.error.message}`);
    return envelope.result;
  };
  const create = (name) => {
    const created = cli('create', '--name', name, '--shell', 'bash');
    cli('run', name, 'true');
    return created;
  };
  try {
    return await measure({ directory, env, cli, create });
  } finally {
    spawnSync(process.execPath, [CLI, 'host', 'stop', '--force'], { env, stdio: 'ignore' });
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
