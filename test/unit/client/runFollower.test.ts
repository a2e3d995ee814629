import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunFollower } from '../../../src/client/runFollower.ts';
import { deferred } from '../../../src/base/deferred.ts';
import type { NewEvent } from '../../../src/protocol/events.ts';
import { splitAt } from '../../support/splits.ts';
import { inputRun, newLog, output, runComplete, runId, runStarted } from './support.ts';

function follow(file: string, fromOffset = 0) {
  const pieces: string[] = [];
  const write = async (text: string): Promise<void> => void (text === '' || pieces.push(text));
  return { pieces, follower: new RunFollower({ file, runId: runId(1), fromOffset, write }) };
}

describe('following a run', () => {
  it('gives its output line by line while the log grows, and the unfinished last line at the end', async () => {
    const log = newLog();
    const offset = log.append(output('before'));
    const { pieces, follower } = follow(log.file, offset);
    log.append(inputRun(1), output('echo'), runStarted(1, 2), output('one\r\ntw'));
    follower.poke();
    await expect.poll(() => pieces).toEqual(['one\n']);
    log.append(output('o\r\nthree'), runComplete(1, 2, 0), output('$ '));
    await follower.finish();
    expect(pieces).toEqual(['one\n', 'two\n', 'three']);
  });

  it('reads what is there even if it was never told', async () => {
    const log = newLog();
    const { pieces, follower } = follow(log.file);
    log.append(inputRun(1), runStarted(1, 1), output('x'), runComplete(1, 1, 0));
    await follower.finish();
    expect(pieces).toEqual(['x']);
  });

  it('says that a run without a start had none', async () => {
    const log = newLog();
    log.append(inputRun(1), output('bash: syntax error\r\n'), runComplete(1, 1, 2));
    const { pieces, follower } = follow(log.file);
    await follower.finish();
    expect({ pieces, hasStarted: follower.hasStarted }).toEqual({ pieces: [], hasStarted: false });
  });

  it('reads on only when what it gave was taken', async () => {
    const log = newLog();
    const taken = deferred<void>();
    const given: string[] = [];
    const write = (text: string): Promise<void> => {
      given.push(text);
      return taken.promise;
    };
    const follower = new RunFollower({ file: log.file, runId: runId(1), fromOffset: 0, write });
    log.append(inputRun(1), runStarted(1, 1), output('a\n'), output('b\n'));
    const finished = follower.finish();
    await expect.poll(() => given).toEqual(['a\n']);
    taken.resolve();
    await finished;
    expect(given.join('')).toBe('a\nb\n');
  });

  it('gives a failure out at the end', async () => {
    const { follower } = follow('/nowhere/events.jsonl');
    follower.poke();
    await expect(follower.finish()).rejects.toMatchObject({ code: 'STORAGE_READ_ERROR' });
  });

  it('gives the same text however the output is cut into events and pokes', async () => {
    const bytes = Buffer.from('naïve \u001b[1mbold\u001b[0m\r\n10%\r20%\r\n日本語\tx\r\nlast');
    const cuts = fc.array(fc.nat({ max: bytes.length }), { maxLength: 8 });
    const pokes = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, pokes, async (at, isPoked) => {
        const log = newLog();
        const { pieces, follower } = follow(log.file);
        log.append(inputRun(1), runStarted(1, 1));
        for (const [index, part] of splitAt(bytes, at).entries()) {
          const event: NewEvent = { type: 'output', payload: { dataBase64: part.toString('base64') } };
          log.append(event);
          if (isPoked[index] === true) follower.poke();
        }
        log.append(runComplete(1, 1, 0));
        await follower.finish();
        expect(pieces.join('')).toBe('naïve bold\n20%\n日本語\tx\nlast');
      }),
      { numRuns: 40 },
    );
  });
});
