import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { identify } from '../../../src/base/processIdentity.ts';
import { hostPaths } from '../../../src/protocol/homeLayout.ts';
import { readHostRecord, writeHostRecord } from '../../../src/store/hostRecord.ts';
import type { HostRecord } from '../../../src/store/hostRecord.ts';
import { newHome } from './support.ts';

const RECORD: HostRecord = {
  version: 1,
  hostId: 'main',
  instanceId: 'abc',
  pid: process.pid,
  identity: identify(process.pid) ?? { pid: 1, startTicks: '1', bootId: 'x' },
  socketPath: '/tmp/host.sock',
  token: 'secret',
  packageVersion: '0.1.0',
  protocol: 1,
  startedAt: '2030-01-01T00:00:00.000Z',
};

function homeWithHost(): { home: string; file: string } {
  const home = newHome();
  const { directory, record } = hostPaths(home, 'main');
  fs.mkdirSync(directory, { recursive: true });
  writeHostRecord(home, RECORD);
  return { home, file: record };
}

describe('host.json', () => {
  it('comes back as it was written, for its owner only', () => {
    const { home, file } = homeWithHost();
    expect(readHostRecord(home, 'main')).toEqual(RECORD);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is undefined when no host wrote one', () => {
    expect(readHostRecord(newHome(), 'main')).toBeUndefined();
  });

  it.each([0o640, 0o604, 0o620, 0o602, 0o777])('is refused when others may use it (mode %o)', (mode) => {
    const { home, file } = homeWithHost();
    fs.chmodSync(file, mode);
    expect(() => readHostRecord(home, 'main')).toThrow(
      expect.objectContaining({ code: 'REFUSED_UNSAFE', hint: `chmod ${(mode & 0o700).toString(8)} ${file}` }),
    );
  });

  it('is refused when it is a link or a directory', () => {
    const { home, file } = homeWithHost();
    fs.renameSync(file, `${file}.real`);
    fs.symlinkSync(`${file}.real`, file);
    expect(() => readHostRecord(home, 'main')).toThrow(expect.objectContaining({ code: 'REFUSED_UNSAFE' }));
    fs.rmSync(file);
    fs.mkdirSync(file);
    expect(() => readHostRecord(home, 'main')).toThrow(expect.objectContaining({ code: 'REFUSED_UNSAFE' }));
  });

  it('is refused when another user owns it', ({ skip }) => {
    if (process.getuid?.() !== 0) skip('only root can give a file away');
    const { home, file } = homeWithHost();
    fs.chownSync(file, 65_534, 65_534);
    expect(() => readHostRecord(home, 'main')).toThrow(expect.objectContaining({ code: 'REFUSED_UNSAFE' }));
  });

  it('is refused with its field when it is not what a host writes, without telling the token', () => {
    const { home, file } = homeWithHost();
    fs.writeFileSync(file, JSON.stringify({ ...RECORD, protocol: 'one' }));
    expect(() => readHostRecord(home, 'main')).toThrow(
      `${file}: field protocol must be a whole number from 0, found "one"`,
    );
    fs.writeFileSync(file, JSON.stringify(RECORD).slice(0, -1));
    const message: unknown = expect.not.stringContaining('secret');
    expect(() => readHostRecord(home, 'main')).toThrow(expect.objectContaining({ message }));
  });
});
