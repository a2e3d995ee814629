import { TtyError } from '../../protocol/errors.ts';
import type { BundleSource } from './part.ts';

/** Reasons of `EXPORT_ERROR` for which a bundle does without its video. */
const NO_VIDEO: ReadonlySet<unknown> = new Set(['browser', 'canvas', 'playwright', 'too_large']);

/** `recording.webm`: the recording as a video, where a browser is there to encode it. */
export async function makeVideo(source: BundleSource, out: string): Promise<string | undefined> {
  const { home, reference, toSeq, assets, environment, signal } = source;
  if (environment === undefined) return 'videos need a browser, and none was to be looked for';
  const { exportVideo } = await import('../films.ts');
  try {
    const wanted = signal === undefined ? {} : { signal };
    await exportVideo(home, reference, { format: 'webm', out, to: toSeq, assets, environment, ...wanted });
    return undefined;
  } catch (error) {
    if (error instanceof TtyError && NO_VIDEO.has(error.details?.['reason'])) return error.message;
    throw error;
  }
}
