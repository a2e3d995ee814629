import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TypedLines } from '../../../../src/host/run/typedLines.ts';
import { BASH_HOOKS } from '../../../../src/host/run/sources/bashHooks.ts';
import { Bench, mark } from '../../../support/runBench.ts';
import { splitAt } from '../../../support/splits.ts';

function typed(text: string, cuts: readonly number[] = []): TypedLines {
  const lines = new TypedLines();
  for (const piece of splitAt(Buffer.from(text), cuts)) lines.typed(piece);
  return lines;
}

/** What so many prompts make of it. */
function answers(lines: TypedLines, prompts: number): boolean[] {
  return Array.from({ length: prompts }, () => lines.answered());
}

describe('lines that others typed', () => {
  it('are answered one by one; empty ones are no commands', () => {
    expect(answers(typed('ls\n\n  \t\npwd\rhalf'), 5)).toEqual([true, false, false, true, false]);
  });

  it('are one command where the shell asked for more', () => {
    const lines = typed('for i in 1\ndo echo; done\n\n');
    lines.continued();
    expect(answers(lines, 2)).toEqual([true, false]);
    const slow = typed('"\n');
    slow.continued();
    slow.typed(Buffer.from('\n'));
    expect(answers(slow, 2)).toEqual([true, false]);
  });

  it('are dropped by Ctrl+C, but for the one that the shell is at', () => {
    expect(answers(typed('sleep 60\nahead\n\u0003'), 2)).toEqual([true, false]);
    expect(answers(typed('half\u0003ls\n'), 2)).toEqual([false, true]);
  });

  it('are forgotten when a run is typed, and when they are too many', () => {
    const lines = typed('ls\nhalf');
    lines.clear();
    lines.typed(Buffer.from('\n'));
    expect(answers(lines, 2)).toEqual([false, false]);
    expect(answers(typed('x\n'.repeat(1_000)), 300).filter(Boolean)).toHaveLength(256);
  });

  it('are the same however they are cut', () => {
    const text = 'ls\n \n\u0003pwd\n\nx\u0003y\n';
    const whole = answers(typed(text), 8);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (cuts) => {
        expect(answers(typed(text, cuts), 8)).toEqual(whole);
      }),
    );
  });
});

describe('what a person types into a shell that tells no beginnings', () => {
  it('is a run of theirs when its prompt comes, behind the first one of all', () => {
    const bench = new Bench({ ...BASH_HOOKS, tellsNoStart: true });
    bench.coordinator.othersTyped(Buffer.from('ls\n\n'));
    bench.feed(mark('D;0;0') + mark('D;1;7') + mark('D;2;7'));
    expect(bench.log).toEqual(['foreign_run 7']);
  });

  it('is none of theirs when it answers a run of ours, or was typed before one', () => {
    const bench = new Bench({ ...BASH_HOOKS, tellsNoStart: true });
    bench.feed(mark('D;0;0'));
    bench.coordinator.othersTyped(Buffer.from('half\n'));
    bench.type('read x');
    bench.coordinator.othersTyped(Buffer.from('answer\n'));
    bench.feed(mark('C;1') + mark('D;1;0') + mark('D;2;0'));
    expect(bench.log).not.toContain('foreign_run 0');
  });
});
