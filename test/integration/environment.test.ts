import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestHome } from '../support/cli.ts';
import { hostRecord } from '../support/rawClient.ts';

const CANARY = 'canary-7f3a91c2-value';

/** Files below `directory` whose bytes hold `text`. */
function holders(directory: string, text: string): string[] {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => fs.readFileSync(file).includes(text));
}

function environmentOf(pid: number): string {
  return fs.readFileSync(`/proc/${pid}/environ`, 'utf8');
}

describe('a variable of --env', () => {
  it('that changes how programs load reaches the program and nobody else', async () => {
    await using home = new TestHome();
    const weapon = ['--env', 'NODE_OPTIONS=--bogus', '--allow-env', 'NODE_OPTIONS'];
    const id = await home.create([...weapon, '--shell', '/bin/bash']);
    expect(await home.run(['run', id, 'echo "$NODE_OPTIONS"'])).toMatchObject({ stdout: '--bogus\n' });
    expect(environmentOf(hostRecord(home.home).pid)).not.toContain('--bogus');
    process.kill(hostRecord(home.home).pid, 'SIGKILL');
    const next = await home.create();
    expect(await home.run(['run', next, 'echo "[$NODE_OPTIONS]"'])).toMatchObject({ stdout: '[]\n' });
  });

  it.each([
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'DYLD_INSERT_LIBRARIES',
    'NODE_OPTIONS',
    'BASH_ENV',
    'ENV',
    'PROMPT_COMMAND',
  ])('%s is refused by name unless it is allowed by name', async (name) => {
    await using home = new TestHome();
    const refused = await home.error(['create', '--env', `${name}=${CANARY}`, '--', 'true']);
    expect(refused).toMatchObject({ code: 'REFUSED_UNSAFE', exitCode: 2, details: { name } });
    expect(refused.message).toContain(name);
    expect(refused.hint).toContain(`--allow-env ${name}`);
    expect(JSON.stringify(refused)).not.toContain(CANARY);
    expect(fs.existsSync(home.home)).toBe(false);
    const other = await home.error(['create', '--env', `${name}=x`, '--allow-env', 'OTHER', '--', 'true']);
    expect(other).toMatchObject({ code: 'REFUSED_UNSAFE' });
  });

  it('stands in no file of the home and in no reply, also after a create that failed', async () => {
    await using home = new TestHome();
    const env = ['--env', `SECRET=${CANARY}`, '--env', `__proto__=${CANARY}`];
    const replies: string[] = [];
    const call = async (args: readonly string[]): Promise<string> => {
      const { stdout, stderr } = await home.run(args);
      replies.push(stdout, stderr);
      return stdout;
    };
    const created: unknown = JSON.parse(
      await call(['create', '--json', ...env, '--name', 'one', '--shell', '/bin/bash']),
    );
    expect(created).toMatchObject({ ok: true });
    // It did arrive there.
    expect(await home.run(['run', 'one', `test "$SECRET" = canary-7f3a91c2-"value"`])).toMatchObject({ exitCode: 0 });
    for (const args of [
      ['inspect', 'one', '--json'],
      ['list', '--all', '--json'],
      ['run', 'list', 'one', '--json'],
      ['snapshot', 'one', '--json'],
      ['host', 'status', '--json'],
      ['create', ...env, '--name', 'one', '--', 'true'],
      ['create', ...env, '--', '/no/such/program'],
      ['create', ...env, '--cwd', '/no/such/directory', '--', 'true'],
      ['create', ...env, '--completion', 'hooks', '--', 'cat'],
      ['create', '--env', `NOT A NAME=${CANARY}`, '--', 'true'],
      ['create', '--env', `AGENT_TTY_X=${CANARY}`, '--', 'true'],
      ['run', ...env, '--', 'sh', '-c', 'exit 3'],
      ['run', ...env, '--', '/no/such/program'],
      ['destroy', 'one', '--json'],
    ])
      await call(args);
    expect(replies.filter((text) => text.includes(CANARY))).toEqual([]);
    expect(holders(home.home, CANARY)).toEqual([]);
    expect(environmentOf(hostRecord(home.home).pid)).not.toContain(CANARY);
  });
});

describe('the environment of the caller', () => {
  it('does not reach the host, whatever it holds', async () => {
    await using home = new TestHome();
    const preload = path.join(home.root, 'preload.cjs');
    const trace = path.join(home.root, 'trace');
    // Notes every Node process that it is loaded into.
    fs.writeFileSync(preload, `require('node:fs').appendFileSync(${JSON.stringify(trace)}, process.argv[1] + '\\n')`);
    const env = {
      NODE_OPTIONS: `--require ${preload}`,
      SECRET: CANARY,
      NODE_V8_COVERAGE: home.root,
      BASH_ENV: '/dev/null',
    };
    const id = String((await home.result(['create', '--shell', '/bin/bash'], { env }))['sessionId']);
    const host = environmentOf(hostRecord(home.home).pid);
    expect(host).not.toMatch(/NODE_OPTIONS|NODE_V8_COVERAGE|BASH_ENV|SECRET/);
    expect(fs.readFileSync(trace, 'utf8')).not.toContain('host.js');
    expect(fs.readFileSync(trace, 'utf8')).toContain('cli.js');
    expect(await home.run(['run', id, 'test "$SECRET" = canary-7f3a91c2-"value"'])).toMatchObject({ exitCode: 0 });
    expect(holders(home.home, CANARY)).toEqual([]);
    fs.rmSync(trace);
  });

  it('is not kept from the program, but for variables of this program and of the old terminal', async () => {
    await using home = new TestHome();
    const env = { AGENT_TTY_LOG_LEVEL: 'debug', COLUMNS: '7', OWN: 'mine' };
    const { stdout } = await home.run(['run', '--', 'env'], { env });
    expect(stdout).toContain('OWN=mine\n');
    expect(stdout).not.toMatch(/^(AGENT_TTY_LOG_LEVEL|AGENT_TTY_HOME|COLUMNS)=/m);
  });
});
