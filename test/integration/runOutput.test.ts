import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LIBRARY, TestHome } from '../support/cli.ts';

const BASH = ['--shell', '/bin/bash'];
const TERMINAL = { outcome: 'finished', outputModel: 'terminal', outputUsesScreen: true, outputTruncated: false };

/** A display of five lines that is drawn over four times, as package managers show their downloads. */
const PROGRESS = `
import sys
for i in range(5): print("part", i, "waiting")
for p in (25, 50, 75, 100):
    sys.stdout.write("\\033[5A")
    for i in range(5): print("\\r\\033[Kpart", i, str(p) + "%")
print("done")
`;

function numbers(count: number): string {
  return Array.from({ length: count }, (_, i) => `${i + 1}\n`).join('');
}

describe('the output of a run that moves about the screen', () => {
  it('is what stands there in the end, and says so', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    fs.writeFileSync(path.join(home.work, 'progress.py'), PROGRESS);
    fs.writeFileSync(path.join(home.work, 'lines'), numbers(100));
    const parts = [0, 1, 2, 3, 4].map((part) => `part ${part} 100%\n`).join('');
    const outputs: [command: string, output: string][] = [
      ['echo gone; clear; echo x', 'x\n'],
      ['python3 progress.py', `${parts}done\n`],
      ['echo before; vim -u NONE -c q lines; echo after', 'before\nafter\n'],
      ['timeout 1 htop; echo after', 'after\n'],
      ['clear; tput cup 1 4; echo there; tput cup 0 0; echo top; echo', 'top\n    there\n'],
      ['seq 1 9000; tput cuu1; echo last', `${numbers(8999)}last\n`],
    ];
    for (const [command, output] of outputs)
      expect(await home.result(['run', id, command]), command).toMatchObject({ ...TERMINAL, output });
  });

  it('is the screen of the program while that goes on', async () => {
    await using home = new TestHome();
    const id = await home.create([...BASH, '--rows', '6']);
    fs.writeFileSync(path.join(home.work, 'lines'), numbers(100));
    const open = await home.result(['run', id, 'less lines', '--timeout', '2s']);
    expect(open).toMatchObject({ outcome: 'timed_out', outputModel: 'terminal', output: '1\n2\n3\n4\n5\nlines' });
    await home.result(['send-keys', id, 'q']);
    expect(await home.result(['run', 'wait', String(open['runId'])])).toMatchObject({ ...TERMINAL, output: '' });
  });

  it('comes line by line where it is printed while it is made, which is said, and whole afterwards', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const { stdout, stderr } = await home.run(['run', id, 'echo one; clear; echo two']);
    expect(stdout).toBe('one\ntwo\n');
    expect(stderr).toBe(
      `agent-tty: the command moved about the screen; what it left there: agent-tty run output ${id}.1\n`,
    );
    const output = ['run', 'output', `${id}.1`];
    expect(await home.run(output)).toMatchObject({ stdout: 'two\n', stderr: '' });
    expect(await home.run([...output, '--model', 'lines'])).toMatchObject({ stdout: 'one\ntwo\n' });
    expect(await home.result(output)).toMatchObject({ output: 'two\n', outputModel: 'terminal' });
    expect(await home.result([...output, '--model', 'lines'])).toMatchObject({
      output: 'one\ntwo\n',
      outputModel: 'lines',
      outputUsesScreen: true,
    });
    expect((await home.run([...output, '--raw', '--model', 'lines'])).exitCode).toBe(2);
  });

  it('is drawn by the library too', async () => {
    await using home = new TestHome();
    const loaded: unknown = await import(pathToFileURL(LIBRARY).href);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from this very file
    const { connect } = loaded as typeof import('../../src/index.ts');
    await using client = await connect({ environment: home.environment });
    await using session = await client.create({ shell: '/bin/bash', cwd: home.work });
    expect(await session.run('echo gone; clear; echo x')).toMatchObject({ ...TERMINAL, output: 'x\n' });
    expect(await session.run('clear; printf "\\033[31mred\\033[0m\\n"', { ansi: true })).toMatchObject({
      outputModel: 'terminal',
      output: '\u001b[31mred\u001b[0m\n',
    });
    expect(await session.run('true')).toMatchObject({ outputModel: 'lines', outputUsesScreen: false });
  });

  it('stays lines, with the reason, when there is too much to draw', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const result = await home.result(['run', id, 'clear; head -c 10000000 /dev/zero | tr "\\0" x | fold -w 79']);
    expect(result).toMatchObject({
      outputModel: 'lines',
      outputUsesScreen: true,
      outputModelReason: 'it is more than 8 MiB',
      outputTruncated: true,
    });
  });
});

describe('the looks of output', () => {
  it('are kept with --ansi, and nothing else of its escapes', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const command = 'printf "\\033]0;t\\a\\033[1;31mbad\\033[0m\\rB\\033[?25l\\n"';
    const kept = 'B\u001b[1;31mad\u001b[0m\n';
    expect(await home.result(['run', id, command, '--ansi'])).toMatchObject({ output: kept, outputModel: 'lines' });
    expect(await home.result(['run', id, command])).toMatchObject({ output: 'Bad\n' });
    expect((await home.run(['run', id, command, '--ansi'])).stdout).toBe(kept);
    expect((await home.run(['run', 'output', `${id}.1`, '--ansi'])).stdout).toBe(kept);
    expect(await home.result(['run', 'output', `${id}.1`, '--ansi'])).toMatchObject({ output: kept });
  });
});

describe('large output', () => {
  it('is whole in run output, byte for byte with --raw, and cut with exact counts in the result', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const file = path.join(home.work, 'copy');
    const command = `seq 1 1300000 | tee ${file}`;
    const result = await home.result(['run', id, command, '--max-output', '1000']);
    const text = fs.readFileSync(file, 'utf8');
    const output = String(result['output']);
    expect(result).toMatchObject({ outputBytes: text.length + 1_300_000, outputTruncated: true });
    const gap = output.split('\n').findIndex((line, at, lines) => Number(lines[at + 1]) !== Number(line) + 1);
    const head = `${output
      .split('\n')
      .slice(0, gap + 1)
      .join('\n')}\n`;
    expect(text.startsWith(head)).toBe(true);
    expect(text.endsWith(output.slice(head.length))).toBe(true);
    const sha = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
    const whole = await home.run(['run', 'output', `${id}.1`]);
    expect(sha(whole.stdout)).toBe(sha(text));
    const raw = await home.run(['run', 'output', `${id}.1`, '--raw']);
    expect(sha(raw.stdout)).toBe(sha(text.replaceAll('\n', '\r\n')));
    const { stdout } = await home.run(['events', id, '--since', '1', '--types', 'run_started,run_complete']);
    const seqs = stdout.match(/"seq":\d+/g);
    expect(seqs).toEqual([`"seq":${String(result['fromSeq'])}`, `"seq":${String(result['toSeq'])}`]);
  }, 60_000);
});
