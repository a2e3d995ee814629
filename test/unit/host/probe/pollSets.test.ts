import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epollSet, fdSet, fdSetBytes, POLLFD_BYTES, pollSet } from '../../../../src/host/probe/pollSets.ts';

const POLLIN = 1;
const POLLOUT = 4;

function pollfds(...entries: readonly (readonly [fd: number, events: number])[]): Buffer {
  const memory = Buffer.alloc(entries.length * POLLFD_BYTES);
  for (const [i, [fd, events]] of entries.entries()) {
    memory.writeInt32LE(fd, i * POLLFD_BYTES);
    memory.writeUInt16LE(events, i * POLLFD_BYTES + 4);
  }
  return memory;
}

describe('what a waiting call wants to read from', () => {
  it('stands in the descriptors of a poll', () => {
    expect(pollSet(pollfds([0, POLLIN], [4, POLLIN | POLLOUT]))).toEqual({ reads: [0, 4], readsOnly: true });
    expect(pollSet(pollfds([0, POLLIN], [-1, POLLIN], [1, POLLOUT]))).toEqual({ reads: [0], readsOnly: false });
  });

  it('stands in the bits of a select', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(1023), { maxLength: 20 }), fc.integer({ min: 1, max: 1024 }), (fds, bits) => {
        const memory = Buffer.alloc(128);
        for (const fd of fds) memory.writeUInt8(memory.readUInt8(fd >> 3) | (1 << (fd & 7)), fd >> 3);
        const wanted = fds.filter((fd) => fd < bits).toSorted((a, b) => a - b);
        expect(fdSet(memory.subarray(0, fdSetBytes(bits)), bits)).toEqual(wanted);
      }),
    );
  });

  it('stands in what the kernel says of an epoll', () => {
    const fdinfo = `pos:\t0
flags:\t02000002
mnt_id:\t15
ino:\t1054
tfd:       15 events:       19 data:                f  pos:0 ino:3daf1a sdev:e
tfd:       18 events:       19 data:               12  pos:0 ino:5 sdev:1b
`;
    expect(epollSet(fdinfo)).toEqual({ reads: [15, 18], readsOnly: true });
    expect(epollSet('tfd:        9 events:        4 data:  9\n')).toEqual({ reads: [], readsOnly: false });
  });
});
