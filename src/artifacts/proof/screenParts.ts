import path from 'node:path';
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

/** `screen.png`: the last screen as a picture in the usual theme. */
export function screenPicture({ sink, assets }: PartPlace): PartWork {
  return {
    async end(screen) {
      try {
        sink.writeBytes(await drawPicture(screen, path.join(assets, 'fonts')));
        return undefined;
      } catch (error) {
        const reason = error instanceof TtyError ? error.details?.['reason'] : undefined;
        if (!(error instanceof TtyError) || (reason !== 'canvas' && reason !== 'too_large')) throw error;
        return { reason: error.message, isLocal: reason === 'canvas' };
      }
    },
  };
}
