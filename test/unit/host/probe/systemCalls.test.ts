import { describe, expect, it } from 'vitest';
import { descriptorOf, parseSystemCall, waitsWithoutTimeout } from '../../../../src/host/probe/systemCalls.ts';

/** Lines as kernels printed them, and what the program did. */
const RECORDED: [
  what: string,
  architecture: string,
  line: string,
  kind: string,
  fd: number | undefined,
  endless: boolean,
][] = [
  [
    'cat',
    'x64',
    '0 0x0 0x7f8d5f075000 0x20000 0x7f8d5f108b60 0xffffffff 0x0 0x7ffe59ea15d8 0x7f8d5f1f12ad',
    'read',
    0,
    true,
  ],
  [
    'less',
    'x64',
    '0 0x3 0x7ffdd936ab37 0x1 0x24 0x56259c00b238 0x7ffdd936a540 0x7ffdd936aa58 0x7f3e6aee02ad',
    'read',
    3,
    true,
  ],
  [
    'fish read',
    'x64',
    '7 0x7f95c0001040 0x3 0xffffffff 0x58899ec127a6d8b1 0x0 0x5619178e6550 0x7ffd92901f90 0x7f95cd71a26f',
    'poll',
    undefined,
    true,
  ],
  ['htop', 'x64', '7 0x7ffe5be4da90 0x1 0x5dc 0x0 0x0 0x0 0x7ffe5be4da48 0x7fe719d8a230', 'poll', undefined, false],
  [
    'bash read -t 9',
    'x64',
    '270 0x1 0x7ffd3438acb0 0x0 0x0 0x7ffd3438abc0 0x7ffd3438abd0 0x7ffd3438ab90 0x7f8f5fca7aec',
    'select',
    1,
    false,
  ],
  ['python3', 'x64', '270 0x1 0x7ffd104ecb10 0x0 0x0 0x0 0x0 0x7ffd104eca80 0x7f6e3c71c954', 'select', 1, true],
  ['node', 'x64', '281 0xe 0x7fff4cea1b10 0x400 0x1fa1 0x0 0x8 0x7fff4cea0db0 0x7f1ada326cae', 'epoll', 14, false],
  [
    'a thread of node',
    'x64',
    '281 0x9 0x7f1ada219cf0 0x400 0xffffffff 0x0 0x8 0x7f1ada218f90 0x7f1ada326cae',
    'epoll',
    9,
    true,
  ],
  [
    'another one',
    'x64',
    '202 0x315cd730 0x189 0x0 0x0 0x0 0xffffffff 0x7f1ad9a1bc70 0x7f1ada2a3f16',
    'futex',
    undefined,
    true,
  ],
  ['sleep', 'x64', '230 0x0 0x0 0x7fff3e1b32c0 0x7fff3e1b3300 0x0 0x0 0x7fff3e1b32a8 0x7f9c34009503', 'other', 0, true],
  [
    'sh in wait4',
    'x64',
    '61 0xffffffff 0x7ffc30c4930c 0x0 0x0 0x1 0x1 0x7ffc30c492f8 0x7f3665b8cbd3',
    'other',
    undefined,
    true,
  ],
  ['read on arm64', 'arm64', '63 0x0 0xaaaac8f0 0x20000 0x0 0x0 0x0 0xffffd0 0xffff9c', 'read', 0, true],
  ['ppoll on arm64', 'arm64', '73 0xffffd0 0x1 0x0 0x0 0x8 0x0 0xffffd0 0xffff9c', 'ppoll', undefined, true],
  ['read of x64 on arm64', 'arm64', '0 0x0 0x7f8d 0x20000 0x0 0x0 0x0 0x7ffe 0x7f8d', 'other', 0, true],
];

describe('the line of a blocked system call', () => {
  it.each(RECORDED)('tells what %s (%s) waits in', (_what, architecture, line, kind, fd, endless) => {
    const call = parseSystemCall(`${line}\n`, architecture);
    if (call === undefined || call === 'not_blocked') throw new Error('it is a call');
    expect({ kind: call.kind, endless: waitsWithoutTimeout(call) }).toEqual({ kind, endless });
    if (fd !== undefined) expect(descriptorOf(call.args[0])).toBe(fd);
  });

  it('tells a thread that runs, or is blocked elsewhere, from one in a call', () => {
    expect(parseSystemCall('running\n', 'x64')).toBe('not_blocked');
    expect(parseSystemCall('-1 0x7ffe59ea15d8 0x7f8d5f1f12ad\n', 'x64')).toBe('not_blocked');
  });

  it('says nothing on a machine whose numbers are not known, nor of another text', () => {
    expect(parseSystemCall('0 0x0 0x7f 0x1 0x0 0x0 0x0 0x7f 0x7f', 's390x')).toBeUndefined();
    for (const text of ['', '0 x', 'permission denied', '1.5 0x0'])
      expect(parseSystemCall(text, 'x64')).toBeUndefined();
  });

  it('takes no negative number for a descriptor', () => {
    expect([descriptorOf(0xffffffffn), descriptorOf(0xffffffff00000005n), descriptorOf(undefined)]).toEqual([
      undefined,
      5,
      undefined,
    ]);
  });
});
