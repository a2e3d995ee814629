import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputWriter } from '../../../../src/host/pty/inputWriter.ts';
import { FakeClock } from '../../../support/fakeClock.ts';

/** A descriptor that answers each write by the next of `answers`: so many bytes at most, or EAGAIN for 0. */
class FakeDescriptor {
  readonly #answers: number[];
  readonly #got: Buffer[] = [];
  calls = 0;

  constructor(answers: readonly number[]) {
    this.#answers = [...answers];
  }

  get got(): Buffer {
    return Buffer.concat(this.#got);
  }

  write = (slice: Buffer): number => {
    this.calls++;
    const room = this.#answers.shift() ?? Infinity;
    if (room === 0) throw errno('EAGAIN');
    this.#got.push(Buffer.from(slice.subarray(0, room)));
    return Math.min(room, slice.length);
  };
}

function errno(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('InputWriter', () => {
  it('delivers all bytes in order through any schedule of EAGAIN and short writes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 9_000 }), { maxLength: 12 }),
        fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 6_000 })), { maxLength: 60 }),
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 }),
        (pieces, answers, pauses) => {
          const clock = new FakeClock();
          const descriptor = new FakeDescriptor(answers);
          const writer = new InputWriter({ clock, write: descriptor.write, onLost: () => expect.unreachable() });
          for (const [index, piece] of pieces.entries()) {
            const bytes = Buffer.from(piece);
            writer.write(bytes);
            bytes.fill(0);
            clock.advance(pauses[index] ?? 0);
          }
          clock.advance(60 * 128);
          expect(descriptor.got).toEqual(Buffer.concat(pieces));
          expect([writer.queuedBytes, clock.pendingTimers]).toEqual([0, 0]);
        },
      ),
    );
  });

  it('loses nothing between what was written and what it says was lost, wherever it is stopped', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 9_000 }), { maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 20 }),
        fc.integer({ min: 0, max: 60 }),
        (pieces, answers, stopAfterMs) => {
          const clock = new FakeClock();
          const descriptor = new FakeDescriptor(answers);
          let lost = 0;
          const writer = new InputWriter({ clock, write: descriptor.write, onLost: (bytes) => (lost += bytes) });
          for (const piece of pieces) writer.write(Buffer.from(piece));
          clock.advance(stopAfterMs);
          writer.stop();
          writer.stop();
          const { got, calls } = descriptor;
          clock.advance(1_000);
          expect(got.length + lost).toBe(Buffer.concat(pieces).length);
          expect([descriptor.calls, clock.pendingTimers, writer.queuedBytes]).toEqual([calls, 0, 0]);
        },
      ),
    );
  });

  it('asks a stuck reader less and less often, at most every 128 ms, and is quick again after progress', () => {
    const clock = new FakeClock();
    let isStuck = true;
    const callsAtMs: number[] = [];
    const write = (slice: Buffer): number => {
      callsAtMs.push(clock.nowMs());
      if (isStuck) throw errno('EAGAIN');
      isStuck = true;
      return slice.length;
    };
    const writer = new InputWriter({ clock, write, onLost: () => undefined });
    writer.write(Buffer.alloc(10_000));
    clock.advance(511);
    expect(callsAtMs).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255, 383, 511]);
    isStuck = false;
    clock.advance(129);
    expect(callsAtMs.slice(-3)).toEqual([639, 639, 640]);
    writer.stop();
  });

  it('asks a reader that is stuck for 8 s fewer than 80 times', () => {
    const clock = new FakeClock();
    const descriptor = new FakeDescriptor(Array.from({ length: 1_000 }, () => 0));
    const writer = new InputWriter({ clock, write: descriptor.write, onLost: () => undefined });
    writer.write(Buffer.alloc(10));
    clock.advance(8_000);
    expect(descriptor.calls).toBeLessThan(80);
    writer.stop();
  });

  it('gives way to other work within a paste to a quick reader', () => {
    const clock = new FakeClock();
    const descriptor = new FakeDescriptor([]);
    const writer = new InputWriter({ clock, write: descriptor.write, onLost: () => undefined });
    writer.write(Buffer.alloc(1024 * 1024));
    expect(descriptor.got.length).toBe(256 * 1024);
    clock.advance(0);
    expect(descriptor.got.length).toBe(1024 * 1024);
  });

  it('refuses whole what is over its bound and takes what fits', () => {
    const writer = new InputWriter({
      clock: new FakeClock(),
      write: () => {
        throw errno('EAGAIN');
      },
      onLost: () => undefined,
      maxBytes: 100,
    });
    writer.write(Buffer.alloc(60));
    expect(() => writer.write(Buffer.alloc(41))).toThrow(
      expect.objectContaining({
        code: 'INPUT_QUEUE_FULL',
        message: '0 of 41 bytes accepted: the program is not reading, 60 bytes wait already',
        details: { acceptedBytes: 0, queuedBytes: 60, maxBytes: 100 },
      }),
    );
    writer.write(Buffer.alloc(40));
    expect(writer.queuedBytes).toBe(100);
    writer.stop();
  });

  it('stops when the terminal fails, says what was lost, and takes nothing more', () => {
    const losses: number[] = [];
    const writer = new InputWriter({
      clock: new FakeClock(),
      write: () => {
        throw errno('EIO');
      },
      onLost: (bytes) => losses.push(bytes),
    });
    writer.write(Buffer.from('abc'));
    expect(losses).toEqual([3]);
    expect(() => writer.write(Buffer.from('d'))).toThrow(expect.objectContaining({ code: 'SESSION_NOT_RUNNING' }));
  });

  it('keeps many tiny writes in little memory', () => {
    const clock = new FakeClock();
    const descriptor = new FakeDescriptor([0]);
    const writer = new InputWriter({ clock, write: descriptor.write, onLost: () => undefined });
    const sent = Buffer.from(Array.from({ length: 20_000 }, (_, i) => i % 251));
    for (let at = 0; at < sent.length; at++) writer.write(sent.subarray(at, at + 1));
    clock.advance(10);
    expect(descriptor.got).toEqual(sent);
    // a slice of 4 KiB each: the single bytes were joined
    expect(descriptor.calls).toBeLessThan(10);
  });
});
