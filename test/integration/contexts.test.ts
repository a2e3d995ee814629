/** A shell that agent-tty knows nothing of but its contexts (OSC 3008), as on another machine under systemd. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestHome } from '../support/cli.ts';
import { holding } from '../support/like.ts';

/** Prints contexts as the profile script of systemd does: the status less 127 as a signal, no start for a wrong line. */
const RC = String.raw`PS1='far$ '
far_end() {
  local status=$?
  if [ -n "$far_id" ]; then
    if [ $status -ge 127 ]; then printf '\e]3008;end=%s;exit=interrupt;signal=%s\e\\' $far_id $((status - 127))
    elif [ $status -ne 0 ]; then printf '\e]3008;end=%s;exit=failure;status=%s\e\\' $far_id $status
    else printf '\e]3008;end=%s;exit=success\e\\' $far_id; fi
  fi
  printf '\e]3008;start=far-shell;hostname=far;pid=%s;type=shell;cwd=/\e\\' $$
  read -r far_id </proc/sys/kernel/random/uuid
}
PROMPT_COMMAND=(far_end)
PS0='\e]3008;start=$far_id;hostname=far;type=command;cwd=/\e\\'
`;

/** Stands for ssh: a program between two terminals of which nothing is known. */
function connect(home: TestHome): string {
  const rc = path.join(home.work, 'far.rc');
  fs.writeFileSync(rc, RC);
  const program = path.join(home.work, 'connect.py');
  fs.writeFileSync(program, `import pty, sys\nsys.exit(pty.spawn(['bash', '--rcfile', ${JSON.stringify(rc)}]) >> 8)\n`);
  return `python3 ${program}`;
}

async function expectRuns(home: TestHome, id: string): Promise<void> {
  const cases = [
    ['echo hi; (exit 3)', 'finished', 3, 'hi\n'],
    ['true', 'finished', 0, ''],
    ['no-such-command 2>/dev/null', 'finished', 127, ''],
    ['for i in 1 2; do\n  echo $i\ndone', 'finished', 0, '1\n2\n'],
    ['if; fi', 'rejected', 2, holding('syntax error')],
  ] satisfies readonly (readonly [string, string, number, unknown])[];
  for (const [command, outcome, exitCode, output] of cases) {
    const result = await home.result(['run', id, command, '--timeout', '20s']);
    expect(result, command).toMatchObject({ outcome, exitCode, output, source: 'osc3008', confidence: 'likely' });
  }
}

describe('a shell that prints contexts', () => {
  it('is run in, behind a program in the shell of a session, whose marks it cannot stand for', async () => {
    await using home = new TestHome();
    const id = await home.create(['--shell', 'bash']);
    const { runId } = await home.result(['run', id, connect(home), '--no-wait']);
    await expectRuns(home, id);
    expect((await home.result(['inspect', id]))['completion']).toMatchObject({ source: 'osc3008', hooks: 'working' });
    expect(await home.result(['run', id, 'exit 4', '--timeout', '20s'])).toMatchObject({
      outcome: 'finished',
      exitCode: 4,
    });
    const outer = await home.result(['run', 'wait', String(runId), '--timeout', '20s']);
    expect(outer).toMatchObject({ outcome: 'finished', exitCode: 4, confidence: 'certain' });
    const own = String.raw`printf '\033]3008;start=a;type=command\033\\\033]3008;end=a;exit=failure;status=9\033\\\033]3008;start=b;type=shell\033\\'; (exit 2)`;
    expect(await home.result(['run', id, own])).toMatchObject({ exitCode: 2, source: 'hooks', confidence: 'certain' });
  });

  it('is the program of a session with --completion osc3008', async () => {
    await using home = new TestHome();
    const [program = '', ...args] = connect(home).split(' ');
    const id = await home.create(['--completion', 'osc3008', '--', program, ...args]);
    await expectRuns(home, id);
    expect((await home.result(['inspect', id]))['session']).toMatchObject({ completionSource: 'osc3008' });
    const log = fs.readFileSync(path.join(home.home, 'sessions', id, 'events.jsonl'), 'utf8');
    expect(log).toContain(']3008;end=');
  });
});
