/**
 * Names of live sessions, unique over all hosts of a home: one small file a name, which says whose it is. A claim counts as
 * long as its session lives, so one that a dead host left is simply taken over.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { makePrivateDirectory, readIfPresent, writeFileAtomic } from '../../base/atomicFile.ts';
import { type Clock, delay } from '../../base/clock.ts';
import { identify, liveness, type ProcessIdentity } from '../../base/processIdentity.ts';
import { quote, TtyError } from '../../protocol/errors.ts';
import { namesDirectory, sessionPaths } from '../../protocol/homeLayout.ts';
import { readSessionRecord } from '../../store/manifest.ts';
import { effectiveStatus } from '../../store/sessions.ts';

export interface NameClaimsOptions {
  readonly home: string;
  readonly clock: Clock;
  /** Takes the lock at a path if it is free. */
  readonly takeLock: (file: string) => { release(): void } | 'busy';
}

interface Claim {
  readonly sessionId: string;
  /** Of the host that makes the session, whose record may not be written yet. */
  readonly host: ProcessIdentity | null;
}

/** The lock is held for the time of two small files; longer means that something is wrong. */
const LOCK_MS = 5_000;
const LOCK_POLL_MS = 2;

export class NameClaims {
  readonly #options: NameClaimsOptions;

  constructor(options: NameClaimsOptions) {
    this.#options = options;
  }

  /** Takes `name` for a session that is about to be made. Throws `SESSION_NAME_TAKEN`, `STORAGE_WRITE_ERROR`. */
  claim(name: string, sessionId: string): Promise<void> {
    return this.#locked(() => {
      const file = this.#fileOf(name);
      const held = readClaim(file);
      if (held !== undefined && this.#counts(held)) {
        throw new TtyError('SESSION_NAME_TAKEN', `the name ${quote(name)} is used by session ${held.sessionId}`, {
          details: { name, sessionId: held.sessionId },
        });
      }
      const claim: Claim = { sessionId, host: identify(process.pid) ?? null };
      writeFileAtomic(file, `${JSON.stringify({ name, ...claim })}\n`);
    });
  }

  /** Gives `name` back if it is this session's. */
  release(name: string, sessionId: string): Promise<void> {
    return this.#locked(() => {
      const file = this.#fileOf(name);
      if (readClaim(file)?.sessionId === sessionId) fs.rmSync(file, { force: true });
    });
  }

  /** Names may have any letters; a file's name may not. */
  #fileOf(name: string): string {
    const digest = createHash('sha256').update(name).digest('hex').slice(0, 32);
    return path.join(namesDirectory(this.#options.home), `${digest}.json`);
  }

  #counts({ sessionId, host }: Claim): boolean {
    const record = readSessionRecord(sessionPaths(this.#options.home, sessionId).manifest);
    if (record !== undefined) return effectiveStatus(record).terminationCategory === 'running';
    return host !== null && liveness(host) !== 'gone';
  }

  async #locked(work: () => void): Promise<void> {
    const { home, clock, takeLock } = this.#options;
    const directory = namesDirectory(home);
    const deadline = clock.nowMs() + LOCK_MS;
    try {
      makePrivateDirectory(directory);
      for (;;) {
        const lock = takeLock(path.join(directory, 'names.lock'));
        if (lock === 'busy') {
          if (clock.nowMs() > deadline) throw new TtyError('STORAGE_WRITE_ERROR', `the names of ${home} stay locked`);
          await delay(clock, LOCK_POLL_MS);
          continue;
        }
        try {
          return work();
        } finally {
          lock.release();
        }
      }
    } catch (cause) {
      if (cause instanceof TtyError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new TtyError('STORAGE_WRITE_ERROR', `the names of the home cannot be kept: ${why}`, { cause });
    }
  }
}

/** `undefined` for no claim, and for one that cannot be read: it holds nobody's session. */
function readClaim(file: string): Claim | undefined {
  const text = readIfPresent(file);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('sessionId' in value)) return undefined;
    const { sessionId } = value;
    const host = 'host' in value ? value.host : null;
    return typeof sessionId === 'string' ? { sessionId, host: isIdentity(host) ? host : null } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return typeof value === 'object' && value !== null && 'pid' in value && 'startTicks' in value && 'bootId' in value;
}
