/**
 * Runs in the browser: puts frames together from tiles and has them encoded. Bundled by itself into `dist/videoPage.js`; knows nothing
 * of sessions, reads nothing and asks for nothing.
 */
import { TileCanvas } from '../film/tileCanvas.ts';
import type { EncoderConfig, FilmPage, FrameMessage, PacketMessage, StartMessage } from './pageProtocol.ts';

/** Frames that the encoder may have before it. */
const MAX_QUEUED = 8;
const BASE64_CHUNK = 8_192;

/** The part of WebCodecs (https://www.w3.org/TR/webcodecs/) that is used; what the language's own library does not declare. */
interface Chunk {
  readonly type: 'key' | 'delta';
  readonly timestamp: number;
  readonly duration: number | null;
  readonly byteLength: number;
  copyTo(target: Uint8Array): void;
}
interface Decoder {
  readonly codec: string;
  readonly codedWidth?: number;
  readonly codedHeight?: number;
  readonly colorSpace?: { toJSON?: () => Record<string, unknown> };
  readonly description?: ArrayBuffer | ArrayBufferView;
}
interface Encoder {
  readonly encodeQueueSize: number;
  configure(config: EncoderConfig): void;
  encode(frame: Frame, options: object): void;
  flush(): Promise<void>;
  close(): void;
  addEventListener(event: 'dequeue', listener: () => void, options: { readonly once: true }): void;
}
interface Frame {
  close(): void;
}
declare const VideoEncoder: {
  new (parts: {
    output: (chunk: Chunk, about?: { readonly decoderConfig?: Decoder }) => void;
    error: (error: Error) => void;
  }): Encoder;
  isConfigSupported(config: EncoderConfig): Promise<{ readonly supported?: boolean }>;
};
declare const VideoFrame: new (pixels: Uint8Array, about: object) => Frame;

class Film {
  readonly #canvas: TileCanvas;
  readonly #size: { readonly codedWidth: number; readonly codedHeight: number };
  readonly #encoder: Encoder;
  readonly #codec: 'vp9' | 'avc';
  #packets: PacketMessage[] = [];
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor({ config, shape }: StartMessage) {
    this.#canvas = new TileCanvas(shape);
    this.#size = { codedWidth: shape.width, codedHeight: shape.height };
    this.#codec = config.codec.startsWith('avc') ? 'avc' : 'vp9';
    this.#encoder = new VideoEncoder({
      output: (chunk, about) => this.#packets.push(packetOf(chunk, about?.decoderConfig)),
      error: (error) => {
        this.#failure ??= error;
        this.#wake?.();
      },
    });
    this.#encoder.configure(config);
  }

  async encode(message: FrameMessage): Promise<void> {
    const { atUs: timestamp, durationUs: duration, patch, tiles, isKey, quantizer } = message;
    if (patch.isFresh) this.#canvas.forgetTiles();
    this.#canvas.addTiles(bytesOf(tiles));
    this.#canvas.apply(patch);
    this.#assertGoing();
    const frame = new VideoFrame(this.#canvas.pixels, { format: 'RGBX', ...this.#size, timestamp, duration });
    this.#encoder.encode(frame, {
      keyFrame: isKey,
      ...(quantizer === undefined ? {} : { [this.#codec]: { quantizer } }),
    });
    frame.close();
    while (this.#encoder.encodeQueueSize > MAX_QUEUED && this.#failure === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#encoder.addEventListener('dequeue', resolve, { once: true });
      });
    }
    this.#assertGoing();
  }

  takePackets(): PacketMessage[] {
    const packets = this.#packets;
    this.#packets = [];
    return packets;
  }

  async finish(): Promise<void> {
    this.#assertGoing();
    await this.#encoder.flush();
    this.#assertGoing();
    this.#encoder.close();
  }

  #assertGoing(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

function packetOf(chunk: Chunk, decoder: Decoder | undefined): PacketMessage {
  const data = new Uint8Array(chunk.byteLength);
  chunk.copyTo(data);
  const about = { isKey: chunk.type === 'key', atUs: chunk.timestamp, durationUs: chunk.duration ?? 0 };
  if (decoder === undefined) return { ...about, data: base64Of(data) };
  const { codec, codedWidth, codedHeight, colorSpace, description } = decoder;
  return {
    ...about,
    data: base64Of(data),
    decoder: {
      codec,
      codedWidth,
      codedHeight,
      colorSpace: colorSpace?.toJSON?.(),
      description: description === undefined ? undefined : base64Of(viewOf(description)),
    },
  };
}

function viewOf(bytes: ArrayBuffer | ArrayBufferView): Uint8Array {
  return bytes instanceof ArrayBuffer
    ? new Uint8Array(bytes)
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += BASE64_CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + BASE64_CHUNK));
  return btoa(text);
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

let film: Film | undefined;

function current(): Film {
  if (film === undefined) throw new Error('no video was begun');
  return film;
}

const page: FilmPage = {
  async supported(configs) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own process wrote it
    const wanted = JSON.parse(configs) as EncoderConfig[];
    const answers = await Promise.all(
      wanted.map((config) => VideoEncoder.isConfigSupported(config).then(({ supported }) => supported === true)),
    );
    return JSON.stringify(wanted.filter((_, place) => answers[place] === true));
  },
  start(message) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own process wrote it
    film = new Film(JSON.parse(message) as StartMessage);
  },
  async encode(frames) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own process wrote it
    for (const frame of JSON.parse(frames) as FrameMessage[]) await current().encode(frame);
    return JSON.stringify(current().takePackets());
  },
  async finish() {
    await current().finish();
    return JSON.stringify(current().takePackets());
  },
};
Object.assign(globalThis, { agentTtyFilm: page });
