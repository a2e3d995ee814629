/** How a result leaves: in its frame, or in a file that the frame names. */
import { EncodedResult } from '../../protocol/encodedResult.ts';
import { encodeFrame } from '../../protocol/frames.ts';
import { MAX_FRAME_BYTES } from '../../protocol/limits.ts';
import type { ReplyFiles } from './replyFiles.ts';

/** The frame that answers request `id`, its LF included. Throws what {@link ReplyFiles.write} throws. */
export async function encodeReply(id: string, result: unknown, files: ReplyFiles): Promise<string | Buffer> {
  if (!(result instanceof EncodedResult)) {
    const frame = encodeFrame({ id, ok: true, result });
    // no text has more bytes than three for each of its units
    if (frame.length * 3 <= MAX_FRAME_BYTES || Buffer.byteLength(frame) <= MAX_FRAME_BYTES) return frame;
    return encodeReply(id, new EncodedResult([Buffer.from(JSON.stringify(result))]), files);
  }
  const [head, tail] = [Buffer.from(`{"id":${JSON.stringify(id)},"ok":true,"result":`), Buffer.from('}\n')];
  if (head.length + result.sizeBytes + tail.length <= MAX_FRAME_BYTES)
    return Buffer.concat([head, ...result.parts, tail]);
  return encodeFrame({ id, ok: true, file: await files.write(result.parts) });
}
