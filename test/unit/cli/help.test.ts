import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { commandHelp, overview } from '../../../src/cli/help.ts';
import { SPECS } from '../../../src/cli/specs/all.ts';
import { GLOBAL_OPTIONS } from '../../../src/cli/specs/global.ts';

describe('help', () => {
  it('knows the commands that can be called, and no others', () => {
    expect(SPECS).toEqual(COMMANDS.map(({ spec }) => spec));
  });

  it('lists every command and every option of all commands', () => {
    const text = overview(SPECS);
    for (const { name, summary } of SPECS) {
      expect(text).toContain(`  ${name}`);
      expect(text).toContain(summary);
    }
    for (const name of Object.keys(GLOBAL_OPTIONS)) expect(text).toContain(`--${name}`);
  });

  it.each(SPECS.map((spec) => [spec.name, spec] as const))(
    'tells usage, words, options and bounds of %s',
    (name, spec) => {
      const text = commandHelp(spec);
      expect(text).toContain(`agent-tty ${name}`);
      for (const option of Object.keys(spec.options)) expect(text).toContain(`--${option}`);
      for (const positional of spec.positionals) expect(text).toContain(positional.name);
      expect(text.split('\n').every((line) => line === line.trimEnd())).toBe(true);
    },
  );

  it('shows range, zero and choices beside an option', () => {
    const texts = SPECS.filter(({ name }) => name === 'run').map((spec) => commandHelp(spec));
    expect(texts).toEqual([expect.stringMatching(/--cols N .*; 1 to 1000\n/)]);
    expect(texts).toEqual([expect.stringMatching(/--timeout DURATION .*; 0: for ever\n/)]);
    expect(texts).toEqual([expect.stringMatching(/--when-busy wait\|fail /)]);
  });
});
