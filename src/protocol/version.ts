/** Version of the package; a test holds it equal to package.json. */
export const PACKAGE_VERSION = '0.1.0';

/**
 * Version of the wire contract. Raise it with every change that an older client or host would misread: both sides
 * compare it in the hello and refuse one another with both numbers when it differs.
 */
export const PROTOCOL_VERSION = 1;

/** Version of `events.jsonl`; readers refuse a newer one. It stands in the first event of every log. */
export const LOG_FORMAT_VERSION = 1;
