import { TtyError } from '../../protocol/errors.ts';
import { DEFAULT_THEME } from '../../protocol/limits.ts';
import { THEMES } from '../paint/themes.ts';
import { PageWriter } from '../player/pageWriter.ts';
import { checkFormSize } from '../snapshotForm.ts';
import type { NotMade, PartPlace, PartWork } from './part.ts';

/** A longer log makes a page that no browser opens well. */
const MAX_LOG_BYTES = 32 * 1024 * 1024;

/** `index.html`: the recording as a page, with the usual theme and the times as they were. */
export function pageWork({ sink, logBytes, assets }: PartPlace): PartWork {
  if (logBytes > MAX_LOG_BYTES) {
    const reason = `a log of ${logBytes} bytes is too long for a page, which takes ${MAX_LOG_BYTES}`;
    return { end: () => ({ reason, isLocal: false }) };
  }
  let page: PageWriter | undefined;
  /** Runs that began in the log: what else names itself a run is not told. */
  const runs = new Set<unknown>();
  return {
    take(event) {
      const { payload, type } = event;
      if (page === undefined) {
        page = new PageWriter({ title: titleOf(payload), theme: THEMES[DEFAULT_THEME], assets });
        // a log without its start and size is refused by the screen, which is fed the same event
        sink.write(page.begin(event) ?? '');
      }
      if (type === 'input_run') runs.add(payload['runId']);
      if ((type === 'run_started' || type === 'run_complete') && !runs.has(payload['runId'])) return;
      sink.write(page.feed(event));
    },
    end(screen): NotMade | undefined {
      try {
        checkFormSize(screen.size);
      } catch (error) {
        if (error instanceof TtyError) return { reason: error.message, isLocal: false };
        throw error;
      }
      sink.write(page?.end(screen.state({ includeScrollback: false, includeCells: true })) ?? '');
      return undefined;
    },
  };
}

function titleOf({ name, sessionId, command }: Readonly<Record<string, unknown>>): string {
  const words: readonly unknown[] = Array.isArray(command) ? command : [];
  const called = typeof name === 'string' ? name : String(sessionId);
  return `${called}: ${words.filter((word) => typeof word === 'string').join(' ')}`;
}
