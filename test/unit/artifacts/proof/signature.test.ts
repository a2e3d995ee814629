import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { holding } from '../../../support/like.ts';
import { newDirectory } from '../../client/support.ts';
import { bundleOf, EVENTS, faultOf, keyPair, verify } from './support.ts';

describe('a signed bundle', () => {
  it('verifies with the key that signed it, and says what that means', async () => {
    const key = keyPair();
    const { directory, isSigned } = await bundleOf(EVENTS, { signKey: key.private });
    expect(isSigned).toBe(true);
    expect(await verify(directory, { publicKey: key.public })).toMatchObject({ signature: 'verified' });
    expect(await verify(directory)).toMatchObject({ signature: 'intact' });
  });

  it('does not verify with another key, without its signature, or with the signature of another manifest', async () => {
    const key = keyPair();
    const { directory } = await bundleOf(EVENTS, { signKey: key.private });
    const file = path.join(directory, 'manifest.sig');
    expect(await faultOf(directory, { publicKey: keyPair().public })).toMatchObject({
      code: 'PROOF_NOT_VERIFIED',
      file: 'manifest.json',
      field: 'signature.publicKey',
      reason: 'signature',
    });
    const other = await bundleOf(EVENTS.slice(1), { signKey: key.private });
    fs.copyFileSync(path.join(other.directory, 'manifest.sig'), file);
    const wrong = { file: 'manifest.sig', reason: 'signature' };
    expect(await faultOf(directory, { publicKey: key.public })).toMatchObject(wrong);
    expect(await faultOf(directory)).toMatchObject(wrong);
    fs.rmSync(file);
    expect(await faultOf(directory, { publicKey: key.public })).toMatchObject({
      file: 'manifest.sig',
      reason: 'missing_file',
    });
    expect(await faultOf(directory)).toMatchObject({ file: 'manifest.sig', reason: 'missing_file' });
  });

  it('that is not signed does not verify with a key', async () => {
    const { directory } = await bundleOf();
    const fault = { file: 'manifest.json', field: 'signature', message: holding('not signed') };
    expect(await faultOf(directory, { publicKey: keyPair().public })).toMatchObject(fault);
  });

  it('can be checked with other tools: its signature is over the bytes of the manifest', async ({ skip }) => {
    if (spawnSync('openssl', ['version']).error !== undefined) skip('openssl is not installed');
    const key = keyPair();
    const { directory } = await bundleOf(EVENTS, { signKey: key.private });
    const raw = path.join(newDirectory(), 'sig');
    fs.writeFileSync(raw, Buffer.from(fs.readFileSync(path.join(directory, 'manifest.sig'), 'utf8'), 'base64'));
    const words = [
      'pkeyutl',
      '-verify',
      '-pubin',
      '-inkey',
      key.public,
      '-rawin',
      '-sigfile',
      raw,
      '-in',
      'manifest.json',
    ];
    const { status, stdout } = spawnSync('openssl', words, { cwd: directory, encoding: 'utf8' });
    expect(stdout).toContain('Signature Verified Successfully');
    expect(status).toBe(0);
    expect(spawnSync('sha256sum', ['-c', 'manifest.sha256'], { cwd: directory }).status).toBe(0);
  });
});

describe('a key', () => {
  const file = (text: string): string => {
    const place = path.join(newDirectory(), 'key.pem');
    fs.writeFileSync(place, text);
    return place;
  };

  it.each([
    ['is missing', () => '/nowhere/key.pem', 'there is no such file'],
    ['is no PEM', () => file('hello'), 'no key in PEM form'],
    ['is of another kind', () => keyPair('ed448').private, 'ed448'],
    ['is the public half', () => keyPair().public, 'no key in PEM form'],
    ['is a directory', () => newDirectory(), 'not a regular file'],
    ['is endless', () => '/dev/zero', 'not a regular file'],
  ])('that %s is refused before anything is made', async (_what, signKey, why) => {
    await expect(bundleOf(EVENTS, { signKey: signKey() })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: holding(why),
    });
  });

  it('that is private is not taken for a public one', async () => {
    const { directory } = await bundleOf();
    const fault = { code: 'INVALID_INPUT', message: holding('it holds a private key') };
    expect(await faultOf(directory, { publicKey: keyPair().private })).toMatchObject(fault);
  });
});
