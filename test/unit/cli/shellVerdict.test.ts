import { describe, expect, it } from 'vitest';
import { readFacts, shellProbe } from '../../../src/cli/doctor/shellProbes.ts';
import { judgeShell, type ShellSight } from '../../../src/cli/doctor/shellVerdict.ts';

const RUN = { outcome: 'finished', exitCode: 0, confidence: 'certain', source: 'hooks' } as const;
const SOUND: ShellSight = {
  name: 'bash',
  file: '/bin/bash',
  probe: shellProbe('bash'),
  exit: undefined,
  hooks: 'working',
  startupMs: 52,
  atPrompt: true,
  reader: null,
  foreground: { name: 'bash', isShell: true },
  lastLine: '',
  runs: [RUN, { ...RUN, exitCode: 1 }],
  facts: readFacts('options=himBHs\nhooks=1\nstarship=\npreexec=\nreadonly=0\nversion=502\n'),
  hooksAfter: 'working',
};
const LIKELY = { ...RUN, confidence: 'likely', source: 'sentinel' } as const;
const SENTINEL = [LIKELY, { ...LIKELY, exitCode: 1 }];

function facts(change: Record<string, string>): ReadonlyMap<string, string> {
  return new Map([...SOUND.facts, ...Object.entries(change)]);
}

describe('what doctor says of a shell', () => {
  it('is how runs end, and how long its start took', () => {
    expect(judgeShell(SOUND)).toEqual({
      name: 'bash',
      status: 'ok',
      message: '/bin/bash: runs end by hooks (certain), first prompt after 52ms, true gives 0 and false 1',
    });
    expect(judgeShell({ ...SOUND, facts: facts({ starship: 'bash', preexec: 'defined' }) }).message).toContain(
      ', beside starship and bash-preexec',
    );
  });

  it('is no fault of a shell that has no hooks', () => {
    const sight = {
      ...SOUND,
      name: 'ksh',
      probe: undefined,
      hooks: 'none',
      hooksAfter: 'none',
      runs: SENTINEL,
    } as const;
    expect(judgeShell(sight)).toMatchObject({ status: 'ok' });
  });

  const gone = { hooksAfter: 'lost', facts: facts({ hooks: '0' }), runs: SENTINEL } as const;
  it.each<[string, Partial<ShellSight>, string, string, string]>([
    [
      'ended',
      { exit: { exitCode: 3 }, lastLine: 'no licence' },
      'fail',
      'ended with 3 before its first prompt (it shows "no licence")',
      'set -e',
    ],
    [
      'asks',
      { atPrompt: false, lastLine: 'Passphrase:' },
      'fail',
      'or wait for input (it shows "Passphrase:")',
      '$AGENT_TTY_SESSION',
    ],
    [
      'runs a program',
      { atPrompt: false, foreground: { name: 'tmux: client', isShell: false } },
      'fail',
      'tmux: client still runs in it',
      'only where a person sits',
    ],
    [
      'dies of a failing command',
      { runs: [RUN, { ...RUN, outcome: 'session_exited', exitCode: 1 }] },
      'fail',
      '"false" gave session_exited (1)',
      'take set -e out of ~/.bashrc',
    ],
    ['says that false succeeds', { runs: [RUN, RUN] }, 'fail', '"false" gave finished (0)', '/bin/bash -i'],
    ['takes no command', { runs: [] }, 'fail', '"true" could not be typed', 'set -e'],
    [
      'is replaced',
      { reader: 'fish', hooks: 'failed', runs: SENTINEL },
      'warn',
      'put fish in its place',
      '--shell fish',
    ],
    [
      'is too old',
      { hooks: 'failed', hooksAfter: 'failed', facts: facts({ version: '302', hooks: '0' }), runs: SENTINEL },
      'warn',
      'bash before 4.4 takes no hooks; runs end by sentinel (likely)',
      'newer bash',
    ],
    [
      'has readonly settings',
      { hooks: 'failed', hooksAfter: 'failed', facts: facts({ readonly: '1' }), runs: SENTINEL },
      'warn',
      'is readonly',
      'declare -r',
    ],
    [
      'loses its hooks',
      gone,
      'warn',
      'taken away after the first prompt; runs end by sentinel (likely)',
      'PROMPT_COMMAND or PS0 is set anew',
    ],
    [
      'loses them with a command',
      { ...gone, runs: [RUN, { ...RUN, outcome: 'lost', exitCode: null }] },
      'warn',
      'taken away after',
      'set anew',
    ],
    [
      'never has any',
      { hooks: 'failed', hooksAfter: 'failed', runs: SENTINEL },
      'warn',
      'did not come up',
      '/bin/bash -i',
    ],
    ['is slow', { startupMs: 2_300 }, 'warn', 'first prompt after 2.3s', 'every session waits'],
  ])('names what is wrong with one that %s', (_, change, status, message, fix) => {
    const check = judgeShell({ ...SOUND, ...change });
    expect(check).toMatchObject({ status });
    expect(check.message).toContain(message);
    expect(check.fix).toContain(fix);
  });
});
