/** The events that keep what a line editor painted while a run was typed. */
import { isUtf8 } from 'node:buffer';
import type { Bytes, NewEvent } from '../../protocol/events.ts';
import { MAX_OUTPUT_RECORD_BYTES } from '../../protocol/limits.ts';

/** `bytes` as `run_echo` events of the run, each within the bound of one event. */
export function* echoEvents(runId: string, bytes: Buffer): Generator<NewEvent> {
  for (let from = 0; from < bytes.length; from += MAX_OUTPUT_RECORD_BYTES) {
    const piece = bytes.subarray(from, from + MAX_OUTPUT_RECORD_BYTES);
    yield { type: 'run_echo', payload: { runId, ...encode(piece) } };
  }
}

function encode(bytes: Buffer): Bytes {
  return isUtf8(bytes) ? { data: bytes.toString('utf8') } : { dataBase64: bytes.toString('base64') };
}
