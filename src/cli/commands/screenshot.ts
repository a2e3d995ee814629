import path from 'node:path';
import { takeScreenshot } from '../../artifacts/screenshot.ts';
import { TtyError } from '../../protocol/errors.ts';
import type { ScreenshotResult } from '../../protocol/picture.ts';
import type { CommandReply, Handler } from '../command.ts';
import { escapeLine } from '../escape.ts';
import { screenOf } from '../screens.ts';
import type { screenshotSpec } from '../specs/screenshot.ts';

/** `screenshot`: the screen of a session as a picture. */
export const screenshot: Handler<typeof screenshotSpec> = async (
  { positionals, options },
  context,
): Promise<CommandReply> => {
  const [session = ''] = positionals;
  const { out, at, scale, profile } = options;
  const theme = options.theme ?? profile;
  if (profile !== undefined && profile !== theme)
    throw usage(`--theme and --profile are the same; got ${String(theme)} and ${profile}`);
  if (out === '') throw usage('--out must be a file, got ""');
  const result = await takeScreenshot(context.home, session, {
    force: options.force === true,
    showCursor: options['show-cursor'] === true,
    ...(out === undefined ? {} : { out: path.resolve(context.cwd(), out) }),
    ...(at === undefined ? {} : { at }),
    ...(scale === undefined ? {} : { scale }),
    ...(theme === undefined ? {} : { theme }),
    fonts: path.join(path.dirname(context.hostEntry), 'fonts'),
    live: async () => (await screenOf(context, session, { includeScrollback: false, includeCells: true })).screen,
  });
  return { result, human: () => describe(result) };
};

function describe(result: ScreenshotResult): string {
  const { missingGlyphs, pixelWidth, pixelHeight, pngSizeBytes } = result;
  const missing = missingGlyphs.length === 0 ? '' : `; no font has ${missingGlyphs.map(codeName).join(' ')}`;
  return `${escapeLine(result.artifactPath)} (${pixelWidth}x${pixelHeight}, ${pngSizeBytes} bytes${missing})\n`;
}

function codeName(text: string): string {
  return `U+${(text.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function usage(message: string): TtyError {
  return new TtyError('INVALID_INPUT', message, { details: { reason: 'usage' } });
}
