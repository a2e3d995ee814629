import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { gitCommit } from '../../../../src/artifacts/proof/gitCommit.ts';
import { newDirectory } from '../../client/support.ts';

describe('the commit of a directory', () => {
  it('is the one that is checked out, and null where there is none', async () => {
    const directory = newDirectory();
    expect(await gitCommit(directory)).toBeNull();
    const git = (...words: string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.example', ...words], {
        cwd: directory,
        encoding: 'utf8',
      });
    git('init', '-q');
    expect(await gitCommit(directory)).toBeNull();
    git('commit', '-q', '--allow-empty', '-m', 'x');
    expect(await gitCommit(directory)).toBe(git('rev-parse', 'HEAD').trim());
    expect(await gitCommit('/nowhere')).toBeNull();
  });
});
