/** One suite for all classes that claim to be a `Pty`. */
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { MAX_INPUT_BYTES } from '../../src/protocol/limits.ts';
import { FakePty } from '../support/fakePty.ts';
import type { PlayedProgram } from '../support/playedProgram.ts';
import { playReal } from '../support/playedProgram.ts';
import { numbers, TornPty } from '../support/tornPty.ts';
import { PtyWatch } from '../support/ptyWatch.ts';
import { deferred } from '../../src/base/deferred.ts';

async function playFake(): Promise<PlayedProgram> {
  const pty = new FakePty({ clock: systemClock });
  return {
    pty,
    print: (output) => pty.print(output),
    end: (exit) => pty.end(exit),
    stopReading: async () => pty.allowInput(0),
    received: (bytes) => {
      const read = deferred<Buffer>();
      const look = (): void => void (pty.input.length >= bytes && read.resolve(pty.input));
      pty.onInput(look);
      look();
      return read.promise;
    },
    close: async () => pty.dispose(),
  };
}

let seed = 1;

async function playTorn(): Promise<PlayedProgram> {
  return playReal((pty) => new TornPty(pty, numbers(seed++)));
}

describe.each([
  ['FakePty', playFake],
  ['node-pty', () => playReal()],
  ['node-pty, torn', playTorn],
])('a terminal (%s)', (_name, play) => {
  let program: PlayedProgram | undefined;
  const start = async (): Promise<PlayedProgram> => (program = await play());

  afterEach(async () => {
    await program?.close();
    program = undefined;
  });

  it('delivers every byte as it was written', async () => {
    const { pty, print, end } = await start();
    const watch = new PtyWatch(pty);
    // but LF, which the kernel turns into CR LF in the mode that the program runs in
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => (i === 0x0a ? 0 : i)));
    print(everyByte);
    print(Buffer.from('é'));
    await watch.untilText('é');
    end({ exitCode: 0, exitSignal: null });
    await watch.exit;
    expect(watch.output).toEqual(Buffer.concat([everyByte, Buffer.from('é')]));
  });

  it('tells the exit code once, after the last data', async () => {
    const { pty, print, end } = await start();
    const watch = new PtyWatch(pty);
    print(Buffer.from('last words'));
    end({ exitCode: 3, exitSignal: null });
    expect(await watch.exit).toEqual({ exitCode: 3, exitSignal: null });
    expect(watch).toMatchObject({ text: 'last words', exits: 1, bytesAfterExit: 0 });
  });

  it('tells the signal that ended the program', async () => {
    const { pty, end } = await start();
    const watch = new PtyWatch(pty);
    end({ exitCode: null, exitSignal: 'SIGKILL' });
    expect(await watch.exit).toEqual({ exitCode: null, exitSignal: 'SIGKILL' });
  });

  it('tells the exit to a listener that comes later, unless it went again', async () => {
    const { pty, end } = await start();
    end({ exitCode: 7, exitSignal: null });
    await new PtyWatch(pty).exit;
    pty.onExit(() => expect.unreachable('this listener was disposed'))[Symbol.dispose]();
    expect(await new PtyWatch(pty).exit).toEqual({ exitCode: 7, exitSignal: null });
  });

  it('delivers what is written already within the call that asks for it', async () => {
    const { pty, print } = await start();
    const watch = new PtyWatch(pty);
    print(Buffer.from('one'));
    await watch.untilText('one');
    print(Buffer.from('two'));
    // in one turn of the event loop, so that nothing else can deliver
    const end = systemClock.nowMs() + 5_000;
    while (watch.text !== 'onetwo' && systemClock.nowMs() < end) expect(pty.readNow()).toBe(true);
    expect(watch.text).toBe('onetwo');
    pty.pause();
    print(Buffer.from('three'));
    expect(pty.readNow()).toBe(false);
    expect(watch.text).toBe('onetwo');
  });

  it('keeps data back while paused and delivers it afterwards', async () => {
    const { pty, print } = await start();
    const watch = new PtyWatch(pty);
    print(Buffer.from('one'));
    await watch.untilText('one');
    pty.pause();
    print(Buffer.from('two'));
    await new Promise(setImmediate);
    expect(watch.text).toBe('one');
    pty.resume();
    await watch.untilText('two');
    expect(watch.text).toBe('onetwo');
  });

  it('delivers what is unread at the exit of a paused program, and then tells the exit', async () => {
    const { pty, print, end } = await start();
    const watch = new PtyWatch(pty);
    pty.pause();
    print(Buffer.from('unread'));
    end({ exitCode: 0, exitSignal: null });
    await watch.exit;
    expect(watch).toMatchObject({ text: 'unread', bytesAfterExit: 0 });
  });

  it('delivers nothing to a listener that was disposed', async () => {
    const { pty, print } = await start();
    pty.onData(() => expect.unreachable('this listener was disposed'))[Symbol.dispose]();
    const watch = new PtyWatch(pty);
    print(Buffer.from('hello'));
    await watch.untilText('hello');
  });

  it('brings input to the program in order, and keeps nothing of the memory it was given', async () => {
    const { pty, received } = await start();
    const bytes = Buffer.from('abc');
    pty.write(bytes);
    bytes.fill('x');
    pty.write(Buffer.from('\u0000déf'));
    expect(await received(8)).toEqual(Buffer.from('abc\u0000déf'));
    expect(pty.queuedBytes).toBe(0);
  });

  it('refuses input whole when too much would wait', async () => {
    const { pty, stopReading } = await start();
    await stopReading();
    pty.write(Buffer.alloc(1024 * 1024, 'a'));
    const queuedBytes = pty.queuedBytes;
    expect(queuedBytes).toBeGreaterThan(0);
    expect(() => pty.write(Buffer.alloc(MAX_INPUT_BYTES, 'b'))).toThrow(
      expect.objectContaining({
        code: 'INPUT_QUEUE_FULL',
        details: { acceptedBytes: 0, queuedBytes, maxBytes: MAX_INPUT_BYTES },
      }),
    );
    expect(pty.queuedBytes).toBeLessThanOrEqual(queuedBytes);
  });

  it('says how much input was lost when the program ended', async () => {
    const { pty, stopReading, end } = await start();
    const watch = new PtyWatch(pty);
    await stopReading();
    pty.write(Buffer.alloc(1024 * 1024, 'a'));
    end({ exitCode: 0, exitSignal: null });
    await watch.exit;
    expect(watch.lostBytes).toBeGreaterThan(900_000);
    expect(pty.queuedBytes).toBe(0);
  });

  it('takes neither input nor a size after the exit, and knows no modes', async () => {
    const { pty, end } = await start();
    end({ exitCode: 0, exitSignal: null });
    await new PtyWatch(pty).exit;
    const closed: unknown = expect.objectContaining({ code: 'SESSION_NOT_RUNNING' });
    expect(() => pty.write(Buffer.from('x'))).toThrow(closed);
    expect(() => pty.resize(80, 24)).toThrow(closed);
    expect(pty.modes()).toBeUndefined();
    expect(pty.foregroundGroup()).toBeUndefined();
  });

  it('hangs the program up when it is disposed, delivers nothing more, and tells the exit', async () => {
    const { pty, print } = await start();
    const watch = new PtyWatch(pty);
    print(Buffer.from('seen'));
    await watch.untilText('seen');
    pty.pause();
    print(Buffer.from('unseen'));
    pty.dispose();
    pty.dispose();
    pty[Symbol.dispose]();
    expect(() => pty.write(Buffer.from('x'))).toThrow(expect.objectContaining({ code: 'SESSION_NOT_RUNNING' }));
    expect(await watch.exit).toEqual({ exitCode: null, exitSignal: 'SIGHUP' });
    expect(watch).toMatchObject({ text: 'seen', exits: 1 });
  });

  it('can be disposed by the listener of its exit and of its data', async () => {
    const { pty, print, end } = await start();
    const watch = new PtyWatch(pty);
    // a torn terminal gives the word in pieces
    pty.onData(() => watch.text === 'first' && pty.dispose());
    pty.onExit(() => pty.dispose());
    print(Buffer.from('first'));
    await watch.untilText('first');
    end({ exitCode: 0, exitSignal: null });
    await watch.exit;
    expect(watch.exits).toBe(1);
  });

  it('knows who it runs', async () => {
    const { pty } = await start();
    expect(pty.identity.pid).toBe(pty.pid);
    expect(pty.foregroundGroup()).toBe(pty.pid);
    expect(pty.modes()).toEqual({ canonical: false, echo: false });
    expect(pty.ttyName).toMatch(/^\/dev\//);
  });
});
