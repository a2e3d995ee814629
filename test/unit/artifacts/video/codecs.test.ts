import { describe, expect, it } from 'vitest';
import { chooseConfig } from '../../../../src/artifacts/video/chooseConfig.ts';
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

  it('is the best that the browser can do, and refused where it can do none', async () => {
    const size = { width: 656, height: 400 };
    const able = (can: (mode: unknown) => boolean) => ({
      call: (name: string, configs = '') => {
        const wanted: unknown = JSON.parse(configs);
        const all: unknown[] = name === 'supported' && Array.isArray(wanted) ? wanted : [];
        return Promise.resolve(JSON.stringify(all.filter((config) => can(config))));
      },
    });
    expect(
      await chooseConfig(
        able(() => true),
        'webm',
        size,
      ),
    ).toMatchObject({ bitrateMode: 'quantizer' });
    const byRate = able((config) => JSON.stringify(config).includes('variable'));
    expect(await chooseConfig(byRate, 'mp4', size)).toMatchObject({ bitrateMode: 'variable', codec: 'avc1.64001e' });
    await expect(
      chooseConfig(
        able(() => false),
        'mp4',
        size,
      ),
    ).rejects.toMatchObject({
      code: 'EXPORT_ERROR',
      message: 'this browser cannot encode H.264 of 656x400 pixels',
      details: { reason: 'browser' },
    });
  });

  it('is finer for what stays, and for the last frame', () => {
    for (const format of ['webm', 'mp4'] as const) {
      const moving = quantizerFor(format, 33_000, false);
      expect(quantizerFor(format, 200_000, false)).toBeLessThan(moving);
      expect(quantizerFor(format, 1_000, true)).toBeLessThan(moving);
    }
  });
});
