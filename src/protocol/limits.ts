/** Every bound of the contract, in one place. Halving or doubling one changes what callers may rely on. */

/** One frame on the socket, its LF not counted. A larger one ends the connection before it is parsed. */
export const MAX_FRAME_BYTES = 1024 * 1024;
/** Nesting of a frame's JSON; `JSON.parse` of 100,000 levels takes 150 ms. */
export const MAX_FRAME_DEPTH = 32;
/** Members of one object in a frame. */
export const MAX_FRAME_KEYS = 64;
/** Items of one array in a frame. */
export const MAX_FRAME_ITEMS = 1024;
/** Values (members of objects and items of arrays) of a whole frame. */
export const MAX_FRAME_VALUES = 16 * 1024;
/** Largest reply that tells an error; longer messages are cut. */
export const MAX_ERROR_REPLY_BYTES = 16 * 1024;
/** Largest reply of all. One that does not fit a frame goes through a file. */
export const MAX_REPLY_BYTES = 64 * 1024 * 1024;
/** Replies in files that no client took yet. */
export const MAX_OPEN_REPLIES = 8;
/** How long a reply in a file is kept for its client. */
export const REPLY_KEPT_MS = 60_000;
/** Connections that one host serves at once; the next one is told so and closed. */
export const MAX_CONNECTIONS = 64;
/** Time a client has to finish its hello, or a frame it began. Longer than any local write takes. */
export const FRAME_DEADLINE_MS = 5_000;
/** Time a client has to take a reply. */
export const REPLY_DEADLINE_MS = 5_000;
/** Requests of one connection that may be under way. */
export const MAX_CALLS = 256;
/** Request ids that a connection remembers, to refuse one that comes again. */
export const MAX_SEEN_IDS = 4_096;

/** Input of one part of a transaction; JSON may double it and it must still fit a frame. */
export const MAX_INPUT_PART_BYTES = 256 * 1024;
/** Input of one whole call, and what may wait for one slow reader. */
export const MAX_INPUT_BYTES = 8 * 1024 * 1024;
/** Text of one paste: the above, less its frame and the Enter after it. */
export const MAX_PASTE_BYTES = MAX_INPUT_BYTES - 16;
/** Longest line the kernel's line discipline takes in canonical mode without cutting it, its newline not counted. */
export const MAX_CANONICAL_LINE_BYTES = 4_095;
/** Keys of one `send-keys` call. */
export const MAX_KEYS = 1_024;
/** A command given to `run`. */
export const MAX_COMMAND_BYTES = 512 * 1024;

/** Largest piece of program output in one event. */
export const MAX_OUTPUT_RECORD_BYTES = 48 * 1024;
/** Longest line of a log that a reader accepts. A command and its escapes fit; anything longer was not written by us. */
export const MAX_LOG_LINE_BYTES = 4 * 1024 * 1024;
/** Nesting of an event that a reader accepts; ours have five levels at most. */
export const MAX_EVENT_DEPTH = 32;

export const MIN_SIZE = 1;
export const MAX_SIZE = 1_000;
export const DEFAULT_COLS = 80;
export const DEFAULT_ROWS = 24;
/** Lines above the visible screen that a live screen keeps: 1.2 KiB of each session's memory for each, at 80 columns. */
export const SCROLLBACK_LINES = 2_000;

/** Longest wait a caller may ask for; 0 asks for no bound where that is allowed. */
export const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000;
/** How long a waited run in a session is waited for unless the caller says. */
export const DEFAULT_RUN_TIMEOUT_MS = 120_000;
export const DEFAULT_WAIT_TIMEOUT_MS = 30_000;
/** Captured output of a run in its result, head and tail together. */
export const DEFAULT_MAX_OUTPUT_BYTES = 256 * 1024;
/** Upper bound of the above: a reply has to fit a frame. */
export const MAX_MAX_OUTPUT_BYTES = 400 * 1024;
/** How long `run cancel` waits at each step unless the caller says, and at most. */
export const DEFAULT_CANCEL_GRACE_MS = 2_000;
export const MAX_CANCEL_GRACE_MS = 10 * 60 * 1000;
/** An idempotency key of a run, in characters. */
export const MAX_RUN_KEY_CHARS = 128;
/** Pattern and text of a wait. */
export const MAX_PATTERN_BYTES = 1_000;
/** Screen conditions of one wait. */
export const MAX_CONDITIONS = 16;
/** A session's name, in characters. */
export const MAX_NAME_CHARS = 64;
/** A marker's label, in characters. */
export const MAX_LABEL_CHARS = 256;
/** How long a host without sessions stays. */
export const DEFAULT_HOST_IDLE_MS = 10 * 60 * 1000;

/** Colours of pictures for what a program leaves to its terminal. `dark` is what programs are told when they ask. */
export const THEME_NAMES = ['dark', 'light', 'solarized-dark', 'solarized-light'] as const;
export const DEFAULT_THEME: (typeof THEME_NAMES)[number] = 'dark';

/** Times the size of a cell that programs are told, 8 x 16 pixels. */
export const MAX_SCALE = 4;
/** What is taken when nothing is said, if the picture is not too large then. */
export const DEFAULT_SCALE = 2;

/** Values and variables that one session may be told to redact, of each kind. */
export const MAX_REDACT_VALUES = 1_000;
/** Longest value to redact, and largest file of them, in bytes. */
export const MAX_REDACT_BYTES = 64 * 1024;
/** What kinds of recordings there are. */
export const RECORDING_FORMATS = ['asciicast', 'webm', 'mp4', 'gif', 'html', 'txt'] as const;
/**
 * How long things take in a recording: `recorded` as it was; `accelerated` with pauses of at most {@link MAX_PAUSE_US}; `max-speed` with a
 * frame's time at most from one change to the next.
 */
export const TIMINGS = ['recorded', 'accelerated', 'max-speed'] as const;
/** Longest pause of an accelerated recording, in microseconds. */
export const MAX_PAUSE_US = 1_000_000;
/** Most frames a second of a video, and those that are taken when nothing is said. */
export const MAX_FPS = 60;
export const DEFAULT_FPS = 30;
/** The same of a GIF, whose clock ticks a hundred times a second and whose readers slow down what is faster than fifty. */
export const MAX_GIF_FPS = 50;
export const DEFAULT_GIF_FPS = 10;
/** Times 8 x 16 pixels for a cell of a video or GIF when nothing is said. */
export const DEFAULT_FILM_SCALE = 1;
