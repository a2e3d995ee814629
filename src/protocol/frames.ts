/**
 * The wire: one JSON object a line (LF), both ways, over a Unix socket.
 *
 * 1. client: `{hello: {protocol, version, nonce}}`
 * 2. host:   `{hello: {protocol, version, hostId, instanceId, nonce, proof}}`, `proof` over both nonces, so that the client
 *    knows a host of its own home before it says anything; or an error frame with id `hello`
 * 3. client: requests, the first one with `auth`, the client's own proof; `{cancel: id}` takes one back
 * 4. host:   for each request any number of notes, then one reply, or where to read it. Replies may come in any order.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ErrorBody } from './errors.ts';

export interface ClientHello {
  readonly protocol: number;
  readonly version: string;
  /** 32 hex digits, fresh for every connection. */
  readonly nonce: string;
}

export interface HostHello extends ClientHello {
  readonly hostId: string;
  /** Fresh for every start of a host. */
  readonly instanceId: string;
  readonly proof: string;
}

export interface Request {
  /** 1 to 64 of `[A-Za-z0-9_-]`, not one of the last 4,096 of its connection. */
  readonly id: string;
  readonly method: string;
  readonly params: unknown;
  /** The client's proof; on the first request of a connection. */
  readonly auth?: string;
}

export type ClientFrame = { readonly hello: ClientHello } | Request | { readonly cancel: string };

/**
 * Where the result of a reply is that does not fit a frame: its JSON, in a file of the host's replies directory. Whoever
 * takes it removes it; the host does after a minute.
 */
export interface ReplyFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Lowercase hex. */
  readonly sha256: string;
}

export type HostFrame =
  | { readonly hello: HostHello }
  | { readonly id: string; readonly ok: true; readonly result: unknown }
  | { readonly id: string; readonly ok: true; readonly file: ReplyFile }
  | { readonly id: string; readonly ok: false; readonly error: ErrorBody }
  | { readonly id: string; readonly note: unknown };

/** Id of the error frame that answers a connection which may not go on. */
export const HELLO_ID = 'hello';

export const REQUEST_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** HMAC-SHA-256 of the two nonces under the home's token, bound to the side that proves. Hex. */
export function proveIdentity(token: string, side: 'host' | 'client', clientNonce: string, hostNonce: string): string {
  return createHmac('sha256', token).update(`${side}:${clientNonce}:${hostNonce}`).digest('hex');
}

/** Compares two proofs in constant time. */
export function sameProof(expected: string, given: unknown): boolean {
  if (typeof given !== 'string') return false;
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(given)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

export function encodeFrame(frame: ClientFrame | HostFrame): string {
  return `${JSON.stringify(frame)}\n`;
}
