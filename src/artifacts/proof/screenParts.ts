import { TtyError } from '../../protocol/errors.ts';
import { drawPicture } from '../screenshot.ts';
import type { PartPlace, PartWork } from './part.ts';

/** `screen.txt`: the rows of the last screen, each with its LF. Without the last LF its SHA-256 is the screen's hash. */
export function screenText({ sink }: PartPlace): PartWork {
  return {
    end(screen) {
      for (const { text } of screen.state({ includeScrollback: false }).visibleLines) sink.write(`${text}\n`);
      return undefined;
    },
  };
}

/** Reasons of `EXPORT_ERROR` for which a bundle does without its picture. */
const NO_PICTURE: ReadonlySet<unknown> = new Set(['canvas', 'too_large']);

/** `screen.png`: the last screen as a picture in the usual theme. */
export function screenPicture({ sink, fonts }: PartPlace): PartWork {
  return {
    async end(screen) {
      try {
        sink.writeBytes(await drawPicture(screen, fonts));
        return undefined;
      } catch (error) {
        if (error instanceof TtyError && NO_PICTURE.has(error.details?.['reason'])) return error.message;
        throw error;
      }
    },
  };
}
