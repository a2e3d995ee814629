/** The closed table of errors that cross the socket or leave the CLI, and the one error class that carries them. */

import { replaceUnsafe } from '../base/unsafeText.ts';

interface ErrorSpec {
  /** Exit code of the CLI. */
  readonly exitCode: number;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** What the code means, one sentence. */
  readonly meaning: string;
}

export const ERRORS = {
  INTERNAL_ERROR: {
    exitCode: 1,
    retryable: false,
    meaning: 'The program contradicted itself; the incident id stands in the host log.',
  },
  INVALID_INPUT: { exitCode: 2, retryable: false, meaning: 'A value is not allowed where it was given.' },
  INVALID_SESSION_ID: { exitCode: 2, retryable: false, meaning: 'The text is neither a session id nor a name.' },
  INVALID_DIMENSIONS: { exitCode: 2, retryable: false, meaning: 'Columns or rows are out of range.' },
  INVALID_SIGNAL: { exitCode: 2, retryable: false, meaning: 'The signal is not one that may be sent.' },
  INVALID_KEYS: { exitCode: 2, retryable: false, meaning: 'A key name is unknown.' },
  INVALID_DURATION: { exitCode: 2, retryable: false, meaning: 'The text is no duration.' },
  REFUSED_UNSAFE: {
    exitCode: 2,
    retryable: false,
    meaning: 'Permissions, ownership or content make it unsafe to go on.',
  },
  SESSION_NOT_FOUND: { exitCode: 3, retryable: false, meaning: 'The home has no such session.' },
  RUN_NOT_FOUND: { exitCode: 3, retryable: false, meaning: 'The session has no such run.' },
  SESSION_NOT_RUNNING: { exitCode: 4, retryable: false, meaning: 'The session has ended.' },
  SESSION_ALREADY_DESTROYED: { exitCode: 4, retryable: false, meaning: 'The session was destroyed before.' },
  SESSION_NAME_TAKEN: { exitCode: 4, retryable: false, meaning: 'A live session of the home has that name.' },
  SESSION_BUSY: { exitCode: 4, retryable: true, meaning: 'Another command or program holds the terminal.' },
  NOT_A_SHELL: {
    exitCode: 4,
    retryable: false,
    meaning: 'The program in the foreground is no shell that could run a command.',
  },
  CANONICAL_LINE_TOO_LONG: {
    exitCode: 4,
    retryable: false,
    meaning: 'The terminal would cut the line at 4,095 bytes; nothing was typed.',
  },
  INPUT_QUEUE_FULL: {
    exitCode: 4,
    retryable: true,
    meaning: 'The program does not read its input and the queue is full.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    exitCode: 4,
    retryable: false,
    meaning: 'The idempotency key belongs to another command of the session; nothing was typed.',
  },
  HOST_HAS_SESSIONS: { exitCode: 4, retryable: false, meaning: 'The host still has sessions that run.' },
  HOST_TIMEOUT: { exitCode: 5, retryable: true, meaning: 'The host did not answer in time.' },
  HOST_UNREACHABLE: { exitCode: 6, retryable: true, meaning: 'No connection to the host could be made.' },
  HOST_START_FAILED: { exitCode: 6, retryable: false, meaning: 'The host could not start.' },
  HOST_STOPPING: { exitCode: 6, retryable: true, meaning: 'The host is going down and takes no new work.' },
  EXEC_FAILED: { exitCode: 2, retryable: false, meaning: 'The program cannot be run.' },
  SPAWN_FAILED: { exitCode: 8, retryable: true, meaning: 'The system gave no new terminal or process.' },
  EXPORT_ERROR: { exitCode: 7, retryable: false, meaning: 'The artifact could not be made.' },
  STORAGE_READ_ERROR: { exitCode: 8, retryable: false, meaning: 'A file of the home could not be read.' },
  STORAGE_WRITE_ERROR: { exitCode: 8, retryable: true, meaning: 'A file of the home could not be written.' },
  MANIFEST_VALIDATION_ERROR: { exitCode: 8, retryable: false, meaning: 'A file of the home does not have its form.' },
  LOG_CORRUPT: { exitCode: 8, retryable: false, meaning: 'The event log does not verify.' },
  PROTOCOL_ERROR: { exitCode: 9, retryable: false, meaning: 'A frame broke the rules of the protocol.' },
  PROTOCOL_VERSION_MISMATCH: { exitCode: 9, retryable: false, meaning: 'Client and host speak different versions.' },
  RPC_ERROR: { exitCode: 9, retryable: false, meaning: 'The method or its parameters are not of the contract.' },
  UNAUTHORIZED: {
    exitCode: 9,
    retryable: false,
    meaning: 'The other side could not prove that it belongs to this home.',
  },
  TOO_MANY_CONNECTIONS: { exitCode: 9, retryable: true, meaning: 'The host serves as many connections as it may.' },
  TOO_MANY_REPLIES: { exitCode: 9, retryable: true, meaning: 'Clients left too many large replies untaken.' },
  REPLAY_ERROR: { exitCode: 10, retryable: false, meaning: 'The log could not be replayed.' },
  WAIT_TIMEOUT: { exitCode: 11, retryable: true, meaning: 'What was waited for did not come in time.' },
  PROOF_NOT_VERIFIED: { exitCode: 12, retryable: false, meaning: 'Something in the proof bundle does not fit.' },
  PROVIDER_WORKLOAD_BLOCKED: {
    exitCode: 75,
    retryable: true,
    meaning: 'The provider has as much work as it may have; nothing was sent.',
  },
  PROVIDER_LEASE_LOST: {
    exitCode: 76,
    retryable: false,
    meaning: 'The place at the provider was taken away while the work went on.',
  },
  PROVIDER_ADMISSION_FAILED: {
    exitCode: 78,
    retryable: false,
    meaning: 'Whether the provider has room could not be decided safely; nothing was sent.',
  },
  CANCELLED: { exitCode: 1, retryable: true, meaning: 'The caller took the request back.' },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;

/** JSON data that goes with an error: ids, values, what is allowed. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The form of an error on the wire and in the CLI's envelope. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: ErrorDetails;
  /** What to do about it, in one sentence. */
  readonly hint?: string;
}

/** An expected failure that may cross the socket. Its message says what was asked, what was found, and what is allowed. */
export class TtyError extends Error {
  override readonly name = 'TtyError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails | undefined;
  readonly hint: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: ErrorDetails; hint?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.hint = options.hint;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }

  get exitCode(): number {
    return ERRORS[this.code].exitCode;
  }

  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.details === undefined ? {} : { details: this.details }),
      ...(this.hint === undefined ? {} : { hint: this.hint }),
    };
  }
}

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}

/** Characters of a value that a message shows, its quotes and escapes counted. */
const MAX_QUOTED_CHARS = 80;

/** `value` as it may stand in a message: JSON-quoted, what acts on a terminal or hides escaped, at most 80 characters. */
export function quote(value: unknown): string {
  // a long text is cut first: a frame may hold a megabyte of it
  const short = typeof value === 'string' && value.length > MAX_QUOTED_CHARS ? value.slice(0, MAX_QUOTED_CHARS) : value;
  const text = JSON.stringify(short) ?? String(short);
  const safe = replaceUnsafe(text, (code) => {
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
  });
  if (safe.length <= MAX_QUOTED_CHARS && short === value) return safe;
  return `${safe.slice(0, MAX_QUOTED_CHARS - 4).replace(/[\ud800-\udbff]$/, '')}..."`;
}
