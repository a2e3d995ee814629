/** How a browser is to encode a video, asked before any frame is made. */
import type { CanvasShape } from '../film/tileCanvas.ts';
import type { BrowserPage } from './browser.ts';
import { CODEC_NAMES, configsFor, type VideoFormat } from './codecs.ts';
import { noBrowser } from './findBrowser.ts';
import type { EncoderConfig } from './pageProtocol.ts';

/** The best way that the browser has. Throws `EXPORT_ERROR` when it has none. */
export async function chooseConfig(
  page: Pick<BrowserPage, 'call'>,
  format: VideoFormat,
  shape: Pick<CanvasShape, 'width' | 'height'>,
): Promise<EncoderConfig> {
  const wanted = configsFor(format, shape);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own page gives back some of what it was told
  const supported = JSON.parse(await page.call('supported', JSON.stringify(wanted))) as EncoderConfig[];
  const [best] = supported;
  if (best !== undefined) return best;
  const { width, height } = shape;
  throw noBrowser(`this browser cannot encode ${CODEC_NAMES[format]} of ${width}x${height} pixels`);
}
