/** How each kind of video is encoded. Pure. */
import type { EncoderConfig } from './pageProtocol.ts';

export type VideoFormat = 'webm' | 'mp4';

/** As results name the codecs. */
export const CODEC_NAMES: Readonly<Record<VideoFormat, string>> = { webm: 'VP9', mp4: 'H.264' };

/** Largest picture in pixels and the level that allows it (VP9 bitstream specification, annex A); a level for each. */
const VP9_LEVELS: readonly (readonly [pixels: number, level: string])[] = [
  [552_960, '30'],
  [983_040, '31'],
  [2_228_224, '40'],
  [8_912_896, '50'],
];
const VP9_TOP = '60';
/** The same of H.264 (ITU-T H.264, table A-1), where a picture is counted in blocks of 16 x 16. */
const AVC_LEVELS: readonly (readonly [pixels: number, level: string])[] = [
  [1_620 * 256, '1e'],
  [3_600 * 256, '1f'],
  [8_192 * 256, '28'],
];
const AVC_TOP = '33';
/** Bits a second for each pixel, and the least of all, for encoders that are told a rate; text needs less. */
const RATE = 8;
const MIN_RATE = 1_500_000;

/** The ways to encode a video of this size, the best first. */
export function configsFor(
  format: VideoFormat,
  { width, height }: { readonly width: number; readonly height: number },
): readonly EncoderConfig[] {
  const pixels = width * height;
  const codec =
    format === 'webm'
      ? `vp09.00.${levelFor(pixels, VP9_LEVELS, VP9_TOP)}.08`
      : `avc1.6400${levelFor(pixels, AVC_LEVELS, AVC_TOP)}`;
  const base = { codec, width, height, latencyMode: 'realtime', contentHint: 'text' } as const;
  return [
    { ...base, bitrateMode: 'quantizer' },
    { ...base, bitrateMode: 'variable', bitrate: Math.max(MIN_RATE, pixels * RATE) },
  ];
}

function levelFor(pixels: number, levels: readonly (readonly [number, string])[], top: string): string {
  return levels.find(([most]) => pixels <= most)?.[1] ?? top;
}

/** A frame that stays so long is looked at: it is worth more bytes. */
const RESTS_US = 200_000;
/** Of 0 to 63. */
const FINE = { webm: 8, mp4: 14 } as const;
const MOVING = { webm: 20, mp4: 26 } as const;

/** How coarse a frame is encoded that stays for so long; the last one always finely. */
export function quantizerFor(format: VideoFormat, durationUs: number, isLast: boolean): number {
  return (isLast || durationUs >= RESTS_US ? FINE : MOVING)[format];
}
