/** Commands under way in sessions of the built library, and what they leave behind. */
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import { readProcessStat } from '../../src/base/processIdentity.ts';
import { readEvents } from '../../src/eventlog/reader.ts';
import { sessionPaths } from '../../src/protocol/homeLayout.ts';
import { LIBRARY, type TestHome } from './cli.ts';

type Library = typeof import('../../src/index.ts');
type Client = Awaited<ReturnType<Library['connect']>>;
type Session = Awaited<ReturnType<Client['create']>>;

/** A client of the built library. */
export async function connectTo(home: TestHome): Promise<Client> {
  const loaded: unknown = await import(pathToFileURL(LIBRARY).href);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from this very file
  return (loaded as Library).connect({ environment: home.environment });
}

/** A run under way. */
interface Begun {
  readonly runId: string;
  readonly session: Session;
  /** Living processes of the session, by name; the shell is not among them. */
  readonly names: () => string[];
}

/** Starts `command` and waits until the processes named are there. */
export async function begin(session: Session, command: string, ...programs: string[]): Promise<Begun> {
  const { runId, sessionId } = await session.run(command, { wait: false });
  const names = (): string[] => namesOf(sessionId);
  await expect.poll(names, { timeout: 20_000 }).toEqual(expect.arrayContaining(programs));
  return { runId, session, names };
}

/** Names of the processes that carry the mark of a session, zombies and the session's own program left out. */
export function namesOf(sessionId: string): string[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const isOurs = fs.readFileSync(`/proc/${name}/environ`, 'latin1').includes(`AGENT_TTY_SESSION=${sessionId}`);
      const stat = readProcessStat(Number(name));
      return !isOurs || stat === undefined || stat.state === 'Z' || (stat.pid === stat.sid && stat.tpgid > 0)
        ? []
        : [stat.comm];
    } catch {
      return []; // ended meanwhile, or another user's
    }
  });
}

/** Type and payload of the events of these types in a session's log. */
export async function eventsOf(home: TestHome, sessionId: string, ...types: string[]): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { type, payload } of readEvents(sessionPaths(home.home, sessionId).log))
    if (types.includes(type)) found.push({ type, ...payload });
  return found;
}
