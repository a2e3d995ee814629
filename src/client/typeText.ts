/** Text of any allowed length to a session, in parts that fit a frame; the host sends them as one. */
import { InvariantError } from '../base/invariant.ts';
import { TtyError } from '../protocol/errors.ts';
import { MAX_INPUT_BYTES, MAX_INPUT_PART_BYTES, MAX_PASTE_BYTES } from '../protocol/limits.ts';
import type { PasteResult, TypeResult } from '../protocol/methods/input.ts';
import type { CallOptions, HostClient } from './hostClient.ts';

/** What is typed where. */
export interface TextInput {
  readonly session: string;
  readonly text: string;
  /** Send a line even when the terminal will cut it. */
  readonly force: boolean;
}

/** @throws TtyError `INVALID_INPUT` above 8 MiB, and the errors of `input.type` */
export async function typeText(
  client: Pick<HostClient, 'call'>,
  input: TextInput,
  options: CallOptions<'input.type'> = {},
): Promise<TypeResult> {
  return inParts(input.text, MAX_INPUT_BYTES, (part) => client.call('input.type', { ...input, ...part }, options));
}

/** What is pasted where. */
export interface PasteInput extends TextInput {
  /** Let control characters through. */
  readonly raw: boolean;
  /** Press Enter afterwards. */
  readonly enter: boolean;
}

/** @throws TtyError `INVALID_INPUT` above 8 MiB (less 16 bytes), and the errors of `input.paste` */
export async function pasteText(
  client: Pick<HostClient, 'call'>,
  input: PasteInput,
  options: CallOptions<'input.paste'> = {},
): Promise<PasteResult> {
  return inParts(input.text, MAX_PASTE_BYTES, (part) => client.call('input.paste', { ...input, ...part }, options));
}

async function inParts<T>(
  whole: string,
  maxBytes: number,
  send: (part: { readonly text: string; readonly more: boolean }) => Promise<T>,
): Promise<T> {
  const bytes = Buffer.byteLength(whole);
  if (bytes > maxBytes) {
    throw new TtyError('INVALID_INPUT', `the text has ${bytes} bytes; at most ${maxBytes} are allowed`, {
      details: { reason: 'limit' },
    });
  }
  const parts = cutText(whole, MAX_INPUT_PART_BYTES);
  let last: { readonly result: T } | undefined;
  for (const [index, text] of parts.entries()) last = { result: await send({ text, more: index < parts.length - 1 }) };
  if (last === undefined) throw new InvariantError('a text has at least one part');
  return last.result;
}

const FIRST_CONTINUATION = 0x80;
const LAST_CONTINUATION = 0xbf;

/** Cuts `text` into parts of at most `maxBytes` (at least 4) bytes of UTF-8, between characters. At least one part. */
export function cutText(text: string, maxBytes: number): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const parts: string[] = [];
  for (let from = 0; from < bytes.length || parts.length === 0;) {
    let to = Math.min(bytes.length, from + maxBytes);
    while (to < bytes.length && isContinuation(bytes[to])) to--;
    parts.push(bytes.toString('utf8', from, to));
    from = to;
  }
  return parts;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && byte >= FIRST_CONTINUATION && byte <= LAST_CONTINUATION;
}
