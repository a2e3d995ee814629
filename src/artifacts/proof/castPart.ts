import { AsciicastEncoder } from '../asciicast.ts';
import type { PartPlace, PartWork } from './part.ts';

/** `recording.cast`: the whole log as an asciicast of version 3, without what was typed. */
export function castWork({ sink }: PartPlace): PartWork {
  let encoder: AsciicastEncoder | undefined;
  return {
    take(event) {
      if (encoder === undefined) {
        const { name } = event.payload;
        encoder = new AsciicastEncoder(typeof name === 'string' ? { title: name } : {});
        // a log without its start and size is refused by the screen, which is fed the same event
        sink.write(encoder.header(event) ?? '');
      }
      sink.write(encoder.feed(event));
    },
    end() {
      sink.write(encoder?.end() ?? '');
      return undefined;
    },
  };
}
