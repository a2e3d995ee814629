/** How tests write what no client should say. */

export interface AbusivePayload {
  readonly what: string;
  /** The bytes, LF included; `session` is the id of a live session. */
  readonly bytes: (session: string) => string | Buffer;
  readonly code: string;
  /** Part of the message. */
  readonly says: string;
}

/** A request as one line; `params` and `id` are JSON already. */
export function call(method: string, params: string, id = '"x"'): string {
  return `{"id":${id},"method":${JSON.stringify(method)},"params":${params}}\n`;
}

/** `unit` so many times. */
export function filled(unit: string, count: number, join = ','): string {
  return Array.from({ length: count }, () => unit).join(join);
}

/** A request to type; `text` is JSON already. */
export function type(session: string, text: string): string {
  return call('input.type', `{"session":"${session}","text":${text}}`);
}
