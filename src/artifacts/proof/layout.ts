/** Names and bounds of a bundle. */

/** What `format` of every manifest says. */
export const BUNDLE_FORMAT = 'agent-tty proof bundle';
/** Raise it when an older reader would take a manifest for something else. */
export const BUNDLE_VERSION = 1;

/** The log, byte for byte. */
export const LOG_FILE = 'events.jsonl';
export const MANIFEST_FILE = 'manifest.json';
/** SHA-256 of the manifest as `sha256sum -c` reads it. */
export const DIGEST_FILE = 'manifest.sha256';
/** Ed25519 signature over the bytes of the manifest, in base64; only in a signed bundle. */
export const SIGNATURE_FILE = 'manifest.sig';

/** The emulator that draws the screens; a test holds it equal to what is installed. */
export const EMULATOR = '@xterm/headless 6.0.0';
/** What draws the pictures; a test holds it equal to what is installed. */
export const PICTURE_RENDERER = '@napi-rs/canvas 1.0.11';

export const MAX_CLAIM_CHARS = 1_000;
/** Characters of a command that stand in the manifest; the log has all. */
export const MAX_COMMAND_CHARS = 400;
/** Runs of a session that a manifest lists. */
export const MAX_RUNS = 10_000;
/** Types of events that a manifest counts one by one. */
export const MAX_EVENT_TYPES = 64;
/** Larger than the largest manifest that is made. */
export const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;
/** Nesting of a manifest; ours has four. */
export const MAX_MANIFEST_DEPTH = 8;
/** Larger than any digest or signature. */
export const MAX_SEAL_BYTES = 256;
/** Larger than any PEM file of an Ed25519 key. */
export const MAX_KEY_BYTES = 16 * 1024;
/** Entries of a directory that are looked at before it is given up as no bundle. */
export const MAX_ENTRIES = 64;
/** Largest log. */
export const MAX_LOG_BYTES = 16 * 1024 ** 3;
