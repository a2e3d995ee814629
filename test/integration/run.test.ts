import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestHome } from '../support/cli.ts';
import { anyNumber, holding, like } from '../support/like.ts';
import { eventsOf } from '../support/runningCommands.ts';

const BASH = ['--shell', '/bin/bash'];

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

describe('run in a session', () => {
  it('behaves like the command: its output and its exit status', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const outcomes: [command: string, exitCode: number, stdout: unknown][] = [
      ['echo hello', 0, 'hello\n'],
      ['true', 0, ''],
      ['false', 1, ''],
      ['(exit 42)', 42, ''],
      ['printf no-newline', 0, 'no-newline'],
      ['echo out; echo err >&2', 0, 'out\nerr\n'],
      ['no-such-command-here 2>/dev/null', 127, ''],
      ["sh -c 'kill -9 $$'", 137, holding('Killed')],
      ["printf '50%%\\r100%%\\n\\033[31mred\\033[0m\\n'", 0, '100%\nred\n'],
      ["cat <<'EOF'\none\ntwo\nEOF", 0, 'one\ntwo\n'],
    ];
    for (const [command, exitCode, stdout] of outcomes) {
      expect(await home.run(['run', id, command]), command).toEqual({ exitCode, stdout, stderr: '', signal: null });
    }
  });

  it('gives the result with --json, exit status 0 unless told otherwise', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const { result, exitCode, command } = await home.envelope(['run', id, 'echo x; (exit 3)']);
    expect({ exitCode, command }).toEqual({ exitCode: 0, command: 'run' });
    expect(result).toMatchObject({
      sessionId: id,
      outcome: 'finished',
      accepted: true,
      completed: true,
      timedOut: false,
      exitCode: 3,
      output: 'x\n',
      outputTruncated: false,
      marker: like(/^__AT_MARKER_[0-9a-f]{32}__$/),
      evidence: ['hook_mark'],
      confidence: 'certain',
      seq: anyNumber,
      durationMs: anyNumber,
    });
    expect((await home.envelope(['run', id, '(exit 3)', '--propagate-exit'])).exitCode).toBe(3);
  });

  it('takes the command from words, standard input and a file', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const file = path.join(home.work, 'script');
    fs.writeFileSync(file, 'for i in 1 2\ndo echo "line $i"\ndone\n');
    expect((await home.run(['run', id, 'echo', 'a', '$((1 + 1))'])).stdout).toBe('a 2\n');
    expect((await home.run(['run', id, '--', 'echo', '--json'])).stdout).toBe('--json\n');
    expect((await home.run(['run', id, '-'], { stdin: 'echo from stdin\n' })).stdout).toBe('from stdin\n');
    expect((await home.run(['run', id, '--file', file])).stdout).toBe('line 1\nline 2\n');
  });

  it('prints the output while it comes', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const call = home.start(['run', id, 'echo first; read -r answer; echo "got $answer"']);
    await call.untilOutput('first\n');
    await home.result(['type', id, 'it\n']);
    const { exitCode, stdout } = await call.end;
    expect(exitCode).toBe(0);
    expect(stdout).toContain('got it\n');
  });

  it('prints much output whole and in order', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const { stdout, exitCode } = await home.run(['run', id, 'seq 1 200000']);
    const wanted = Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join('');
    expect({ exitCode, bytes: stdout.length, hash: hash(stdout) }).toEqual({
      exitCode: 0,
      bytes: wanted.length,
      hash: hash(wanted),
    });
    const cut = await home.result(['run', id, 'seq 1 200000', '--max-output', '1000']);
    expect(cut).toMatchObject({ outputTruncated: true, outputBytes: wanted.length + 200_000 });
    expect(String(cut['output']).startsWith('1\n2\n')).toBe(true);
    expect(String(cut['output']).endsWith('200000\n')).toBe(true);
  });

  it('times out without ending the run, which can be waited for again', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const gate = path.join(home.work, 'gate');
    const end = await home.run([
      'run',
      id,
      `echo begun; until test -e ${gate}; do sleep 0.05; done; echo done; (exit 5)`,
      '--timeout',
      '300ms',
    ]);
    expect(end.exitCode).toBe(124);
    const runId = /agent-tty run wait (\S+)/.exec(end.stderr)?.[1] ?? '';
    expect(await home.result(['run', 'status', runId])).toMatchObject({ state: 'started', outcome: null });
    expect(await home.envelope(['run', 'wait', runId, '--timeout', '50'])).toMatchObject({
      ok: true,
      exitCode: 0,
      result: { outcome: 'timed_out', timedOut: true, completed: false, exitCode: null },
    });
    fs.writeFileSync(gate, '');
    expect(await home.run(['run', 'wait', runId])).toMatchObject({ exitCode: 5, stdout: 'begun\ndone\n' });
    expect(await home.run(['run', 'output', runId])).toMatchObject({ exitCode: 0, stdout: 'begun\ndone\n' });
    expect(await home.result(['run', 'list', id])).toMatchObject({
      runs: [{ runId, outcome: 'finished', exitCode: 5 }],
    });
  });

  it('comes back at once with --no-wait', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const { stdout } = await home.run(['run', id, 'echo later', '--no-wait']);
    const runId = stdout.trim();
    expect(runId).toBe(`${id}.1`);
    expect(await home.run(['run', 'wait', runId])).toMatchObject({ exitCode: 0, stdout: 'later\n' });
    expect(await home.result(['run', id, 'true', '--no-wait'])).toMatchObject({
      outcome: 'accepted',
      completed: false,
    });
  });

  it('is refused, nothing typed, while another one runs and nobody wants to wait', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    await home.run(['run', id, 'sleep 60', '--no-wait']);
    expect(await home.run(['run', id, 'echo x', '--when-busy', 'fail'])).toMatchObject({ exitCode: 4, stdout: '' });
    expect(await home.error(['run', id, 'echo x', '--when-busy', 'fail'])).toMatchObject({
      code: 'SESSION_BUSY',
      exitCode: 4,
    });
    await home.result(['send-keys', id, 'Ctrl+C']);
    expect(await home.run(['run', 'wait', `${id}.1`])).toMatchObject({ exitCode: 130 });
  });

  it('says that the shell did not take it', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const end = await home.run(['run', id, 'if true; then echo a']);
    expect(end).toMatchObject({ exitCode: 2, stderr: 'agent-tty: the shell did not take the command\n' });
    expect(await home.result(['run', id, 'echo "open'])).toMatchObject({ outcome: 'rejected', completed: true });
    expect(await home.run(['run', id, 'echo well'])).toMatchObject({ exitCode: 0, stdout: 'well\n' });
  });

  it('ends with the session when the command does', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    expect(await home.run(['run', id, 'echo bye; exit 7'])).toMatchObject({
      exitCode: 7,
      stderr: 'agent-tty: the session ended\n',
    });
    expect(await home.run(['run', id, 'echo x'])).toMatchObject({ exitCode: 4 });
    expect(await home.run(['run', 'nobody', 'echo x'])).toMatchObject({ exitCode: 125 });
  });

  it('is lost when the host dies under it, and says so', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    const call = home.start(['run', id, 'echo begun; sleep 60']);
    await call.untilOutput('begun\n');
    process.kill(home.hostPid ?? 0, 'SIGKILL');
    const end = await call.end;
    expect(end).toMatchObject({ exitCode: 125, stdout: 'begun\n' });
    expect(end.stderr).toContain('the run is lost');
    expect(await home.result(['run', 'status', `${id}.1`])).toMatchObject({
      outcome: 'lost',
      evidence: ['host_death'],
    });
    expect(await home.result(['run', 'wait', `${id}.1`])).toMatchObject({
      outcome: 'lost',
      completed: false,
      output: 'begun\n',
    });
    await home.create(['--', 'true']); // the next host ends what the dead one left
  });

  it('keeps the bytes of its output', async () => {
    await using home = new TestHome();
    const id = await home.create(BASH);
    await home.run(['run', id, String.raw`printf '\377\000\033[1mx'`]);
    const raw = await home.result(['run', 'output', `${id}.1`, '--raw']);
    expect(Buffer.from(String(raw['outputBase64']), 'base64')).toEqual(Buffer.from('\u00ff\0\u001b[1mx', 'latin1'));
    expect(await home.error(['run', 'output', `${id}.9`])).toMatchObject({ code: 'RUN_NOT_FOUND', exitCode: 3 });
  });
});

describe('runs that follow at once in fish', () => {
  it('are typed at the drawn prompt, although the line editor reads before', async () => {
    await using home = new TestHome();
    const config = path.join(home.work, '.config/fish/config.fish');
    fs.mkdirSync(path.dirname(config), { recursive: true });
    fs.writeFileSync(config, "function fish_prompt; sleep 0.03; echo -n 'drawn> '; end\n");
    const id = await home.create(['--shell', 'fish']);
    const ends = await Promise.all(Array.from({ length: 8 }, () => home.result(['run', id, 'true'])));
    for (const end of ends) expect(end).toMatchObject({ outcome: 'finished', exitCode: 0, output: '' });
    const events = JSON.stringify(await eventsOf(home, id, 'output', 'input_run', 'run_complete'));
    const typed = events.match(/"type":"run_complete"(?:(?!"type":"run_complete").)*"type":"input_run"/gu) ?? [];
    expect(typed.length).toBeGreaterThan(0);
    // a prompt that keeps silent for long on a busy machine is not waited for
    expect(typed.filter((between) => between.includes('drawn> ')).length).toBeGreaterThan(0);
  });
});

describe('run of its own', () => {
  it('is a session for one program: output, exit status, gone', async () => {
    await using home = new TestHome();
    expect(await home.run(['run', '--wait', '--', 'sh', '-c', 'echo one; echo two; exit 3'])).toEqual({
      exitCode: 3,
      signal: null,
      stdout: 'one\ntwo\n',
      stderr: '',
    });
    expect(await home.run(['run', '--wait', '--', 'sh', '-c', 'kill -TERM $$'])).toMatchObject({ exitCode: 143 });
    expect(
      await home.result(['run', '--wait', '--env', 'X=y z', '--cols', '33', '--', 'sh', '-c', 'stty size; echo "$X"']),
    ).toMatchObject({
      outcome: 'finished',
      exitCode: 0,
      output: '24 33\ny z\n',
      evidence: ['process_exit'],
      confidence: 'certain',
    });
    expect(await home.result(['list'])).toEqual({ sessions: [] });
  });

  it('prints its output while it comes', async () => {
    await using home = new TestHome();
    const gate = path.join(home.work, 'gate');
    const call = home.start([
      'run',
      '--wait',
      '--',
      'sh',
      '-c',
      `echo first; until test -e ${gate}; do sleep 0.05; done; echo last`,
    ]);
    await call.untilOutput('first\n');
    fs.writeFileSync(gate, '');
    expect(await call.end).toMatchObject({ exitCode: 0, stdout: 'first\nlast\n' });
  });

  it('is ended by a time-out', async () => {
    await using home = new TestHome();
    expect(await home.run(['run', '--wait', '--timeout', '200', '--', 'sleep', '60'])).toMatchObject({
      exitCode: 124,
      stderr: 'agent-tty: the wait timed out; the session was ended\n',
    });
    expect(await home.result(['list'])).toEqual({ sessions: [] });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('is ended by %s to the caller', async (signal, exitCode) => {
    await using home = new TestHome();
    const call = home.start(['run', '--wait', '--', 'sh', '-c', 'echo begun; sleep 60']);
    await call.untilOutput('begun\n');
    call.kill(signal);
    expect(await call.end).toMatchObject({
      exitCode,
      stderr: `agent-tty: interrupted by ${signal}; the session was ended\n`,
    });
    expect(await home.result(['list'])).toEqual({ sessions: [] });
  });

  it('is ended when nobody reads its output any more', async () => {
    await using home = new TestHome();
    const call = home.start(['run', '--wait', '--', 'sh', '-c', 'while echo y; do :; done']);
    await call.untilOutput('y\n');
    call.closeOutput();
    expect(await call.end).toMatchObject({ exitCode: 141, stderr: '' });
    expect(await home.result(['list'])).toEqual({ sessions: [] });
  });

  it('that cannot start says how a line of shell is meant', async () => {
    await using home = new TestHome();
    const end = await home.run(['run', '--wait', '--', 'echo a; echo b']);
    expect(end.exitCode).toBe(125);
    expect(end.stderr).toContain('for a line of shell: -- sh -c LINE');
  });
});
