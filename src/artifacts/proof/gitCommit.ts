import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Longer than git ever takes to look one name up. */
const TIMEOUT_MS = 10_000;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** The commit that is checked out in `directory`; `null` without git, without a repository, and in one without a commit. */
export async function gitCommit(directory: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], {
      cwd: directory,
      timeout: TIMEOUT_MS,
    });
    return isCommit(stdout.trim()) ? stdout.trim() : null;
  } catch {
    return null; // whatever keeps git from telling one, there is none to state
  }
}

/** Whether a text has the form of a commit's name. */
export function isCommit(text: string): boolean {
  return COMMIT.test(text);
}
