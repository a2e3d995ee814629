/** Where things lie in a home. Paths only: nothing here touches the disk. */
import path from 'node:path';

/** The id of the host that serves a home's ordinary sessions. */
export const MAIN_HOST_ID = 'main';
/** Longest socket path in bytes: `sun_path` has 108 on Linux and 104 on macOS, one of them NUL. */
export const MAX_SOCKET_PATH_BYTES = 103;

export interface HostPaths {
  readonly directory: string;
  /** Who the host is, where its socket is, and the token that both sides prove: `HostRecord`. */
  readonly record: string;
  /** Held (flock) by the one host of this id as long as it lives. */
  readonly lock: string;
  readonly log: string;
  /** The socket's place when the path is short enough. */
  readonly socket: string;
  /** Replies that do not fit a frame, until their clients took them. */
  readonly replies: string;
}

/** Holds one directory for each host that runs or died. */
export function hostsDirectory(home: string): string {
  return path.join(home, 'host');
}

/** Holds one file for each name that a live session has. */
export function namesDirectory(home: string): string {
  return path.join(home, 'names');
}

export function hostPaths(home: string, hostId: string): HostPaths {
  const directory = path.join(hostsDirectory(home), hostId);
  return {
    directory,
    record: path.join(directory, 'host.json'),
    lock: path.join(directory, 'host.lock'),
    log: path.join(directory, 'host.log'),
    socket: path.join(directory, 'host.sock'),
    replies: path.join(directory, 'replies'),
  };
}

export interface SessionPaths {
  readonly directory: string;
  readonly manifest: string;
  readonly log: string;
  /** The last screen of a long log, so that nobody has to replay it. */
  readonly screen: string;
  /** Start-up files of shell hooks and scripts of long commands; empty when nothing is under way. */
  readonly scratch: string;
  /** What was made from the log: recordings. Made with the first one. */
  readonly artifacts: string;
}

export function sessionsDirectory(home: string): string {
  return path.join(home, 'sessions');
}

export function sessionPaths(home: string, sessionId: string): SessionPaths {
  const directory = path.join(sessionsDirectory(home), sessionId);
  return {
    directory,
    manifest: path.join(directory, 'session.json'),
    log: path.join(directory, 'events.jsonl'),
    screen: path.join(directory, 'screen.json'),
    scratch: path.join(directory, 'scratch'),
    artifacts: path.join(directory, 'artifacts'),
  };
}

/** The variable that every process of a session carries in its environment, by which survivors of a dead host are found. */
export const SESSION_MARK_VARIABLE = 'AGENT_TTY_SESSION';
