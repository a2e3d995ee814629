/** What no client may say, and what the host says to it. Each line has at most 1 MiB, but for those that are about that. */
import { type AbusivePayload, call, filled, type } from './payloads.ts';

const MiB = 1024 * 1024;

/** After these the host tells why, and closes: it cannot know what the client meant. */
export const BROKEN_FRAMES: readonly AbusivePayload[] = [
  { what: 'an empty line', bytes: () => '\n', code: 'PROTOCOL_ERROR', says: 'frame is empty' },
  { what: 'a line of spaces', bytes: () => `${' '.repeat(MiB)}\n`, code: 'PROTOCOL_ERROR', says: 'frame is empty' },
  {
    what: 'an HTTP request',
    bytes: () => 'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    code: 'PROTOCOL_ERROR',
    says: 'not JSON',
  },
  {
    what: 'a TLS hello',
    bytes: () => Buffer.from([22, 3, 1, 2, 0, 1, 0, 10, 13]),
    code: 'PROTOCOL_ERROR',
    says: 'not JSON',
  },
  {
    what: 'NUL bytes',
    bytes: () => Buffer.concat([Buffer.alloc(MiB), Buffer.from('\n')]),
    code: 'PROTOCOL_ERROR',
    says: 'not JSON',
  },
  {
    what: 'a line over the bound',
    bytes: () => `${'x'.repeat(MiB + 1)}\n`,
    code: 'PROTOCOL_ERROR',
    says: 'at most 1048576 bytes',
  },
  {
    what: '3 MiB without a line end',
    bytes: () => 'x'.repeat(3 * MiB),
    code: 'PROTOCOL_ERROR',
    says: 'at most 1048576 bytes',
  },
  { what: 'an array', bytes: () => '[1]\n', code: 'PROTOCOL_ERROR', says: 'one JSON object' },
  { what: 'null', bytes: () => 'null\n', code: 'PROTOCOL_ERROR', says: 'one JSON object' },
  { what: 'a BOM', bytes: () => `\ufeff${call('host.status', '{}')}`, code: 'PROTOCOL_ERROR', says: 'not JSON' },
  {
    what: 'UTF-16',
    bytes: () => Buffer.from(call('host.status', '{}'), 'utf16le'),
    code: 'PROTOCOL_ERROR',
    says: 'not JSON',
  },
  {
    what: 'bytes that are not UTF-8',
    bytes: (s) => Buffer.from(type(s, '"\u00ff"'), 'latin1'),
    code: 'PROTOCOL_ERROR',
    says: 'not valid UTF-8',
  },
  {
    what: '100,000 levels of arrays',
    bytes: () => call('host.status', '['.repeat(100_000) + ']'.repeat(100_000)),
    code: 'PROTOCOL_ERROR',
    says: 'deeper than 32',
  },
  {
    what: '100,000 levels of objects',
    bytes: () => `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}\n`,
    code: 'PROTOCOL_ERROR',
    says: 'deeper than 32',
  },
  {
    what: '500,000 open brackets',
    bytes: () => `${'['.repeat(500_000)}\n`,
    code: 'PROTOCOL_ERROR',
    says: 'deeper than 32',
  },
  {
    what: '80,000 keys',
    bytes: () => call('host.status', `{${Array.from({ length: 80_000 }, (_, i) => `"k${i}":1`).join(',')}}`),
    code: 'PROTOCOL_ERROR',
    says: 'more than 64 keys',
  },
  {
    what: '500,000 items',
    bytes: (s) => call('input.keys', `{"session":"${s}","keys":[${filled('1', 500_000)}]}`),
    code: 'PROTOCOL_ERROR',
    says: 'more than 1024 items',
  },
  {
    what: '340,000 empty arrays in 1,000',
    bytes: () => call('host.status', `[${filled(`[${filled('[]', 340)}]`, 1_000)}]`),
    code: 'PROTOCOL_ERROR',
    says: 'more than 16384 values',
  },
  {
    what: '100,000 small objects',
    bytes: () => call('host.status', `[${filled(`[${filled('{"a":1}', 125)}]`, 1_000)}]`),
    code: 'PROTOCOL_ERROR',
    says: 'more than 16384 values',
  },
  {
    what: 'a key twice',
    bytes: () => '{"id":"x","method":"host.status","method":"host.stop","params":{}}\n',
    code: 'PROTOCOL_ERROR',
    says: '"method" twice',
  },
  {
    what: 'a key twice, once escaped',
    bytes: () => '{"id":"x","method":"host.status","m\\u0065thod":"host.stop"}\n',
    code: 'PROTOCOL_ERROR',
    says: '"method" twice',
  },
  {
    what: 'the key __proto__',
    bytes: () => call('host.status', '{"__proto__":{"force":true}}'),
    code: 'PROTOCOL_ERROR',
    says: '"__proto__"',
  },
  {
    what: 'the key constructor',
    bytes: () => call('host.status', '{"constructor":{"prototype":{}}}'),
    code: 'PROTOCOL_ERROR',
    says: '"constructor"',
  },
  {
    what: 'a key of 1 MB',
    bytes: () => call('host.status', `{"${'k'.repeat(1_000_000)}":1}`),
    code: 'PROTOCOL_ERROR',
    says: 'key of more than 255 bytes',
  },
  { what: 'half a surrogate pair', bytes: (s) => type(s, '"a\\ud800b"'), code: 'PROTOCOL_ERROR', says: 'surrogate' },
  {
    what: 'half a surrogate pair in a key',
    bytes: () => call('host.status', '{"\\uDC00":1}'),
    code: 'PROTOCOL_ERROR',
    says: 'surrogate',
  },
  {
    what: 'no id',
    bytes: () => '{"method":"host.status","params":{}}\n',
    code: 'PROTOCOL_ERROR',
    says: 'request id must be',
  },
  {
    what: 'a number as id',
    bytes: () => call('host.status', '{}', '7'),
    code: 'PROTOCOL_ERROR',
    says: 'request id must be',
  },
  {
    what: 'an object as id',
    bytes: () => call('host.status', '{}', '{"toString":1}'),
    code: 'PROTOCOL_ERROR',
    says: 'request id must be',
  },
  {
    what: 'an id of 1 MB',
    bytes: () => call('host.status', '{}', `"${'i'.repeat(1_000_000)}"`),
    code: 'PROTOCOL_ERROR',
    says: 'request id must be',
  },
  {
    what: 'an id with a newline',
    bytes: () => call('host.status', '{}', '"a\\nb"'),
    code: 'PROTOCOL_ERROR',
    says: 'request id must be',
  },
  {
    what: 'a second hello',
    bytes: () => `{"hello":{"protocol":1,"nonce":"${'0'.repeat(32)}"}}\n`,
    code: 'PROTOCOL_ERROR',
    says: 'hello came twice',
  },
];
