/** What this process and the page in the browser say to each other: JSON, with bytes in base64. */
import type { CanvasShape, Patch } from '../film/tileCanvas.ts';

/** How a video is encoded. The members are those of `VideoEncoderConfig` (https://www.w3.org/TR/webcodecs/). */
export interface EncoderConfig {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly latencyMode: 'realtime';
  readonly contentHint: 'text';
  readonly bitrateMode: 'quantizer' | 'variable';
  readonly bitrate?: number;
}

/** The first message: begins a video. */
export interface StartMessage {
  readonly config: EncoderConfig;
  readonly shape: CanvasShape;
}

/** A frame to encode. */
export interface FrameMessage {
  readonly atUs: number;
  readonly durationUs: number;
  readonly patch: Patch;
  /** Pixels of the tiles that the patch brings, one behind the other. */
  readonly tiles: string;
  /** Can be decoded without those before. */
  readonly isKey: boolean;
  /** How coarse, 0 (finest) to 63; for encoders that are told it frame by frame. */
  readonly quantizer?: number;
}

/** What the decoder has to know; members of `VideoDecoderConfig`. */
export interface DecoderFacts {
  readonly codec: string;
  readonly codedWidth?: number | undefined;
  readonly codedHeight?: number | undefined;
  readonly colorSpace?: Readonly<Record<string, unknown>> | undefined;
  /** Base64. */
  readonly description?: string | undefined;
}

/** An encoded frame. */
export interface PacketMessage {
  readonly isKey: boolean;
  readonly atUs: number;
  readonly durationUs: number;
  readonly data: string;
  readonly decoder?: DecoderFacts | undefined;
}

/** The functions of the page; each takes and gives JSON as text. */
export interface FilmPage {
  /** Gives the configurations that its browser can encode, of those in the message. */
  supported(configs: string): Promise<string>;
  start(message: string): void;
  /** Takes frames and gives the packets that are ready. Waits while too many frames are under way. */
  encode(frames: string): Promise<string>;
  /** Gives the rest of the packets. */
  finish(): Promise<string>;
}
