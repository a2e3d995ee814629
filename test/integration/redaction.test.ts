import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../src/protocol/events.ts';
import { readEvents } from '../../src/eventlog/reader.ts';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { TestHome } from '../support/cli.ts';
import { anyNumber } from '../support/like.ts';
import { connectTo } from '../support/runningCommands.ts';

const SECRET = 'hunter2-Tr0ub4dor-xyzzy-QQ42';
const TYPED = 'typed-S3cret-nobody-sees';
const MASK = '*'.repeat(SECRET.length);

/** All bytes of all files below `directory`, and those of the log without sequences, line ends and the events' own borders. */
async function everythingIn(home: TestHome, id: string): Promise<string[]> {
  const files = fs.readdirSync(home.home, { recursive: true, encoding: 'utf8' });
  const texts = files
    .map((file) => path.join(home.home, file))
    .filter((file) => fs.statSync(file).isFile())
    .map((file) => fs.readFileSync(file, 'latin1'));
  let output = '';
  for await (const { type, payload } of readEvents(sessionPaths(home.home, id).log))
    if (type === 'output' || type === 'run_echo') output += bytesOf(payload).toString();
  return [...texts, output.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]| \r(?!\n)|[\r\n]/g, '')];
}

/** Where a test puts what it makes from a session. */
function outOf(home: TestHome): string {
  const directory = path.join(home.root, 'out');
  fs.mkdirSync(directory, { recursive: true });
  return directory;
}

/** What a person could be shown of the session: screen, picture and recording. */
async function shownOf(home: TestHome, id: string): Promise<string[]> {
  const cast = path.join(outOf(home), 'work.cast');
  const snapshots = ['text', 'ansi', 'html', 'svg'].map((format) =>
    home.run(['snapshot', id, '--include-scrollback', '--format', format]),
  );
  const shown = (await Promise.all(snapshots)).map(({ stdout }) => stdout);
  await home.result(['record', 'export', id, '--out', cast]);
  await home.result(['record', 'export', id, '--format', 'html', '--out', path.join(outOf(home), 'work.html')]);
  shown.forEach((text, index) => fs.writeFileSync(path.join(outOf(home), `${index}.svg`), text));
  return [...shown, ...shown.map((text) => text.replaceAll('\n', '')), fs.readFileSync(cast, 'utf8')];
}

describe('a secret', () => {
  it('printed, split, wrapped, coloured or typed without echo is found nowhere', async () => {
    await using home = new TestHome();
    const env = { TOKEN: SECRET };
    const created = await home.result(['create', '--redact-env', 'TOKEN', '--cols', '40', '--', 'bash', '--norc'], {
      env,
    });
    const id = String(created['sessionId']);
    const run = async (command: string): Promise<unknown> => (await home.result(['run', id, command]))['output'];
    expect(await run('echo "<$TOKEN>"')).toBe(`<${MASK}>\n`);
    expect(await run('printf %s "${TOKEN:0:9}"; echo "${TOKEN:9}"')).toBe(`${MASK}\n`);
    expect(await run('echo "$TOKEN" | fold -w 10')).toBe(`${MASK.replaceAll(/.{10}/g, '$&\n')}\n`);
    expect(await run(`printf '\\e[31m%s\\e[0;1m%s\\e[0m\\n' "\${TOKEN:0:7}" "\${TOKEN:7}"`)).toBe(`${MASK}\n`);
    expect(await run('printf %s "$TOKEN" | base64')).toMatch(/^\*+.{0,3}=?\n$/);
    // the echo of the command is wrapped by the line editor
    expect(await run(`echo and in the command itself '${SECRET}'`)).toBe(`and in the command itself ${MASK}\n`);
    await home.result(['run', id, 'read -rsp "password: " it; echo "<${#it}>"', '--no-wait']);
    await home.result(['wait', id, '--text', 'password:']);
    await home.result(['type', id, TYPED, '--append-newline']);
    await home.result(['wait', id, '--text', `<${TYPED.length}>`]);
    await home.result(['mark', id, `about ${SECRET}`]);
    const inspected = await home.result(['inspect', id]);
    expect(inspected).toMatchObject({ redact: [{ rule: 'env:TOKEN', values: 1 }] });
    expect(inspected['redacted']).toHaveProperty('env:TOKEN');
    await home.result(['destroy', id]);
    for (const text of [...(await everythingIn(home, id)), ...(await shownOf(home, id))]) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(TYPED);
      expect(text).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 20));
    }
    const bundle = path.join(outOf(home), 'bundle');
    await home.result(['proof', 'create', id, '--out', bundle, '--claim', 'nobody sees it']);
    const manifest: unknown = JSON.parse(fs.readFileSync(path.join(bundle, 'manifest.json'), 'utf8'));
    const redaction = { rules: [{ rule: 'env:TOKEN', values: 1 }], noEchoInputs: 1 };
    expect(manifest).toMatchObject({ redaction });
    for (const directory of [home.home, outOf(home)]) {
      const scan = ['proof', 'scan', directory, '--redact-env', 'TOKEN', '--redact-env', 'TYPED'];
      expect(await home.result(scan, { env: { ...env, TYPED } })).toMatchObject({ clean: true, found: [] });
    }
  });

  it('that nobody named is found by proof scan, on the screen as well, and not told', async () => {
    await using home = new TestHome();
    const id = await home.create([
      '--',
      'sh',
      '-c',
      `printf '\\033[1;9H${SECRET.slice(8)}\\033[1;1H${SECRET.slice(0, 8)}'`,
    ]);
    await home.result(['wait', id, '--exit']);
    await home.result(['create', '--name', 'other', '--', 'true']);
    const scan = ['proof', 'scan', home.home, '--redact-env', 'TOKEN'];
    const { exitCode, stdout, stderr } = await home.run(scan, { env: { TOKEN: SECRET } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 12, stderr: '' });
    expect(stdout).toMatch(new RegExp(`sessions/${id}/events\\.jsonl {2}screen after event \\d+ {2}env:TOKEN\\n`));
    expect(stdout).not.toContain(SECRET.slice(8));
    expect(await home.error(['proof', 'scan', '/nowhere'])).toMatchObject({ code: 'INVALID_INPUT', exitCode: 2 });
  });

  it('in the command line of a session is masked in its record, and refused as a name', async () => {
    await using home = new TestHome();
    const file = path.join(home.work, 'secrets');
    fs.writeFileSync(file, `\n${SECRET}\n`);
    const redact = ['--redact-file', file];
    const result = await home.result(['run', '--wait', ...redact, '--', 'echo', SECRET]);
    expect(result).toMatchObject({ outcome: 'finished', output: `${MASK}\n` });
    const id = String(result['sessionId']);
    for (const text of await everythingIn(home, id)) expect(text).not.toContain(SECRET);
    expect(await home.error(['create', ...redact, '--name', `a-${SECRET}`])).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await home.error(['create', '--redact-env', 'NOPE'])).toMatchObject({
      code: 'INVALID_INPUT',
      message: 'the variable "NOPE", which is to be redacted, is not set',
    });
  });

  it('is kept out by the library as well, with the shapes of tokens', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    const token = ['ghp', 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6'].join('_');
    const redact = { values: [SECRET], patterns: true };
    await using session = await client.create({ shell: '/bin/bash', env: { TOKEN: SECRET }, redact });
    const { output } = await session.run(`echo "$TOKEN" | rev | rev; echo ${token}`);
    expect(output).toBe(`${MASK}\n${'*'.repeat(token.length)}\n`);
    expect((await session.inspect()).redact).toEqual([
      { rule: 'values', values: 1 },
      { rule: 'patterns', values: anyNumber },
    ]);
  });

  it('in a command does not keep its idempotency key from being found when the session is over', async () => {
    await using home = new TestHome();
    const id = await home.create(['--redact-env', 'TOKEN', '--env', `TOKEN=${SECRET}`, '--shell', '/bin/bash']);
    const call = (command: string) => ['run', id, command, '--idempotency-key', 'login-1'];
    const first = await home.result(call(`echo login ${SECRET}`));
    await home.result(['destroy', id]);
    expect(await home.result(call(`echo login ${SECRET}`))).toMatchObject({ joined: true, runId: first['runId'] });
    expect(await home.error(call(`echo logout ${SECRET}`))).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });
});
