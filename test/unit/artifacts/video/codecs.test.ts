import { describe, expect, it } from 'vitest';
import { configsFor, quantizerFor } from '../../../../src/artifacts/video/codecs.ts';

describe('how a video is encoded', () => {
  it('is asked for by quality first, in a level that allows the size', () => {
    const codecs = (format: 'webm' | 'mp4', width: number, height: number): string[] =>
      configsFor(format, { width, height }).map(({ codec, bitrateMode }) => `${codec} ${bitrateMode}`);
    expect(codecs('webm', 656, 400)).toEqual(['vp09.00.30.08 quantizer', 'vp09.00.30.08 variable']);
    expect(codecs('webm', 3_000, 3_000)[0]).toBe('vp09.00.60.08 quantizer');
    expect(codecs('mp4', 656, 400)[0]).toBe('avc1.64001e quantizer');
    expect(codecs('mp4', 1_312, 800)[0]).toBe('avc1.640028 quantizer');
    expect(codecs('mp4', 3_000, 3_000)[0]).toBe('avc1.640033 quantizer');
    expect(configsFor('mp4', { width: 16, height: 16 })[1]).toMatchObject({ bitrate: 1_500_000 });
  });

  it('is finer for what stays, and for the last frame', () => {
    for (const format of ['webm', 'mp4'] as const) {
      const moving = quantizerFor(format, 33_000, false);
      expect(quantizerFor(format, 200_000, false)).toBeLessThan(moving);
      expect(quantizerFor(format, 1_000, true)).toBeLessThan(moving);
    }
  });
});
