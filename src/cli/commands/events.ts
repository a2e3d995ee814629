import { checkEventTypes, type FeedOptions, readSession } from '../../client/eventFeed.ts';
import { connectHost } from '../../client/connect.ts';
import { hostOf } from '../../client/hosts.ts';
import { TtyError } from '../../protocol/errors.ts';
import { checkSessionReference } from '../../protocol/ids.ts';
import type { CommandReply, Handler } from '../command.ts';
import type { CliContext } from '../context.ts';
import { interruptible } from '../interruptible.ts';
import type { eventsSpec } from '../specs/events.ts';

/** Characters that go out in one write; one write an event would cost more than reading it. */
const BATCH_CHARS = 64 * 1024;

/** `events`: the log as lines, as they stand in the file. */
export const events: Handler<typeof eventsSpec> = async ({ positionals, options }, context): Promise<CommandReply> => {
  const [session = ''] = positionals;
  checkSessionReference(session);
  const limit = options.limit ?? Infinity;
  const types = options.types === undefined ? {} : { types: checkEventTypes(options.types.split(',')) };
  await interruptible(context, async (interruption) => {
    const lines = new LineBatch(context);
    const feed: FeedOptions = {
      home: context.home,
      session,
      ...(options.since === undefined ? {} : { since: options.since }),
      ...types,
      follow: options.follow === true,
      signal: interruption.signal,
      connect: () => connectHost({ home: context.home, hostId: hostOf(context.home, session) }),
      beforeWaiting: () => lines.flush(),
    };
    try {
      if (limit > 0) await print(feed, lines, limit);
    } catch (error) {
      await lines.flush();
      const { by } = interruption;
      if (!interruption.signal.aborted || by === undefined) throw error;
      throw new TtyError('CANCELLED', `interrupted by ${by}`, { details: { signal: by } });
    }
    await lines.flush();
  });
  return { result: undefined, human: () => '', isPrinted: true };
};

async function print(feed: FeedOptions, lines: LineBatch, limit: number): Promise<void> {
  let count = 0;
  for await (const event of readSession(feed)) {
    if (lines.add(`${JSON.stringify(event)}\n`)) await lines.flush();
    if (++count >= limit) return;
  }
}

/** Lines on their way to standard output: some at a time, and no more than it takes. */
class LineBatch {
  readonly #context: CliContext;
  #text = '';

  constructor(context: CliContext) {
    this.#context = context;
  }

  /** Whether it is time to flush. */
  add(line: string): boolean {
    this.#text += line;
    return this.#text.length >= BATCH_CHARS;
  }

  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    await this.#context.stdout.write(text);
  }
}
