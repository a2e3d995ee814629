/** Puts encoded frames into a file. The only user of `mediabunny`. */
import { WritableStream } from 'node:stream/web';
import type { OutputFile } from '../outputFile.ts';
import type { VideoFormat } from './codecs.ts';
import type { PacketMessage } from './pageProtocol.ts';

/** Bytes that are written at a time. */
const CHUNK_BYTES = 1024 * 1024;
const MICROS = 1_000_000;

/** A video file being written; `file` stays the caller's. */
export interface Muxer {
  add(packet: PacketMessage): Promise<void>;
  /** Writes what comes last. */
  end(): Promise<void>;
}

/** Begins a video in `file`. */
export async function startMuxer(format: VideoFormat, file: OutputFile): Promise<Muxer> {
  const { EncodedPacket, EncodedVideoPacketSource, Mp4OutputFormat, Output, StreamTarget, WebMOutputFormat } =
    await import('mediabunny');
  const target = new StreamTarget(
    new WritableStream({
      write: ({ data, position }: { data: Uint8Array; position: number }) => file.writeAt(data, position),
    }),
    { chunked: true, chunkSize: CHUNK_BYTES },
  );
  // without `fastStart` nothing but the table of frames is kept in memory
  const container = format === 'webm' ? new WebMOutputFormat() : new Mp4OutputFormat({ fastStart: false });
  const output = new Output({ format: container, target });
  const source = new EncodedVideoPacketSource(format === 'webm' ? 'vp9' : 'avc');
  output.addVideoTrack(source);
  await output.start();
  return {
    async add({ data, isKey, atUs, durationUs, decoder }) {
      const bytes = Buffer.from(data, 'base64');
      const packet = new EncodedPacket(bytes, isKey ? 'key' : 'delta', atUs / MICROS, durationUs / MICROS);
      if (decoder === undefined) return source.add(packet);
      const { description, ...about } = decoder;
      const decoderConfig = {
        ...about,
        ...(description === undefined ? {} : { description: new Uint8Array(Buffer.from(description, 'base64')) }),
      };
      return source.add(packet, { decoderConfig });
    },
    async end() {
      await output.finalize();
    },
  };
}
