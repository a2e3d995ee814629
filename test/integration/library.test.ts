import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LIBRARY, TestHome } from '../support/cli.ts';
import { LeaseHome } from '../support/leaseHome.ts';
import { holding } from '../support/like.ts';

type Library = typeof import('../../src/index.ts');

/** The built library, as a user of the package gets it. */
async function library(): Promise<Library> {
  const loaded: unknown = await import(pathToFileURL(LIBRARY).href);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from this very file
  return loaded as Library;
}

async function connectTo(home: TestHome): Promise<Awaited<ReturnType<Library['connect']>>> {
  const { connect } = await library();
  return connect({ environment: home.environment });
}

describe('the library', () => {
  it('runs commands in a session and ends it with its scope', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    {
      await using session = await client.create({ shell: '/bin/bash', cwd: home.work, env: { GREETING: 'hi' } });
      const result = await session.run('echo "$GREETING"; (exit 3)');
      expect(result).toMatchObject({ outcome: 'finished', exitCode: 3, output: 'hi\n', confidence: 'certain' });
      expect(await client.list()).toMatchObject([{ sessionId: session.reference, status: 'running' }]);
      expect(await session.inspect()).toMatchObject({ completion: { grade: 'rich' } });
    }
    expect(await client.list()).toEqual([]);
    const [ended] = await client.list({ all: true });
    expect(ended).toMatchObject({ status: 'destroyed' });
    expect(await client.verify(ended?.sessionId ?? '')).toMatchObject({ ok: true, tornTailBytes: 0 });
  });

  it('holds places at providers, for its sessions and for work of its own', async () => {
    await using home = new LeaseHome(1);
    const { withLease } = await library();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work, provider: 'demo' });
    expect(await session.run('true')).toMatchObject({ lease: { provider: 'demo', state: 'released' } });
    await withLease({ provider: 'demo', environment: home.environment }, async () => {
      await expect(session.run('true')).rejects.toMatchObject({ code: 'PROVIDER_WORKLOAD_BLOCKED' });
      expect(await session.run('true', { provider: 'glm' })).toMatchObject({ lease: { provider: 'glm' } });
    });
    expect(await session.run('true', { leaseWaitMs: 60_000 })).toMatchObject({ outcome: 'finished' });
  });

  it('leaves a session alone that it did not create', async () => {
    await using home = new TestHome();
    const id = await home.create(['--name', 'mine', '--shell', '/bin/bash']);
    await using client = await connectTo(home);
    {
      await using session = client.session('mine');
      expect(await session.run('echo x')).toMatchObject({ sessionId: id, output: 'x\n' });
    }
    expect(await client.list()).toMatchObject([{ sessionId: id }]);
  });

  it('types, waits and looks', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ command: ['cat'], cwd: home.work });
    await session.type('hello\n');
    expect(await session.wait({ kind: 'text', text: 'hello' })).toMatchObject({ matched: true });
    const { visibleLines } = await session.snapshot();
    expect(visibleLines.slice(0, 2).map(({ text }) => text)).toEqual(['hello', 'hello']);
    expect(await session.wait({ kind: 'text', text: 'never' }, { timeoutMs: 50 })).toMatchObject({
      matched: false,
      timedOut: true,
    });
    await session.sendKeys(['Ctrl+D']);
    expect(await session.wait({ kind: 'exit' })).toMatchObject({ exitCode: 0 });
    await home.result(['host', 'stop']);
    expect((await session.snapshot()).visibleLines).toEqual(visibleLines);
    await expect(session.type('x')).rejects.toMatchObject({ name: 'TtyError', code: 'SESSION_NOT_RUNNING' });
  });

  it('gives the output while it comes, and one text at a time however many are typed at once', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work });
    const pieces: string[] = [];
    const result = await session.run('seq 1 20000', { onOutput: (text) => void pieces.push(text) });
    expect(pieces.join('')).toBe(Array.from({ length: 20_000 }, (_, i) => `${i + 1}\n`).join(''));
    expect(result.outcome).toBe('finished');

    const copy = path.join(home.work, 'copy');
    const texts = ['a', 'b'].map((letter) => letter.repeat(600_000));
    await using reader = await client.create({
      command: ['sh', '-c', `stty raw -echo; printf ready; head -c 1200000 > ${copy}; tr -s ab < ${copy}`],
    });
    await reader.wait({ kind: 'text', text: 'ready' });
    await Promise.all(texts.map((text) => reader.type(text)));
    expect(await reader.wait({ kind: 'regex', regex: 'ready(ab|ba)$' }, { timeoutMs: 20_000 })).toMatchObject({
      matched: true,
    });
  });

  it('takes a call back, and the run goes on', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work });
    const abort = new AbortController();
    const run = session.run('echo begun; read -r line; echo "got $line"', {
      signal: abort.signal,
      onOutput: () => abort.abort(),
    });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
    await session.type('it\n');
    expect(await session.waitRun(`${session.reference}.1`)).toMatchObject({
      outcome: 'finished',
      output: holding('got it\n'),
    });
  });

  it('refuses what the command line refuses, with the same codes', async () => {
    await using home = new TestHome();
    const { connect } = await library();
    await expect(connect({ home: 'relative' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await using client = await connectTo(home);
    expect(() => client.session('../x')).toThrow('a session is named by its id or name');
    await expect(client.session('nobody').run('x')).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' });
    await expect(client.create({ command: ['/no/such'], cwd: home.work })).rejects.toMatchObject({
      code: 'EXEC_FAILED',
    });
    await expect(client.create({ cols: 0, cwd: home.work })).rejects.toMatchObject({ code: 'RPC_ERROR' });
  });
});

describe('events, recordings and hosts in the library', () => {
  it('gives typed events until the session ends, a recording of them, and a session with a host of its own', async () => {
    await using home = new TestHome();
    await using client = await connectTo(home);
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work, dedicatedHost: true });
    const commands: string[] = [];
    const reading = (async () => {
      for await (const event of session.events({ follow: true, types: ['input_run', 'exit'] }))
        commands.push(event.type === 'input_run' ? event.payload.command : event.type);
    })();
    expect(await session.run('echo one')).toMatchObject({ output: 'one\n' });
    for await (const event of session.events({ follow: true, since: 0 })) if (event.type === 'run_complete') break;
    expect(await session.run('exit 2')).toMatchObject({ outcome: 'session_exited', exitCode: 2 });
    await reading;
    expect(commands).toEqual(['echo one', 'exit 2', 'exit']);
    const recording = await session.exportAsciicast({ version: 2 });
    expect(recording).toMatchObject({ sessionId: session.reference, metadata: { asciicastVersion: 2 } });
    await expect(session.exportAsciicast({ out: recording.artifactPath })).rejects.toMatchObject({
      code: 'EXPORT_ERROR',
    });
  });
});
