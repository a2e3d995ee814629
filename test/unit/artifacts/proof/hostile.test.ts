import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { holding, parseObject } from '../../../support/like.ts';
import { newDirectory } from '../../client/support.ts';
import { bundleOf, faultOf, linesOf, readManifest, rehash, verify, writeLines, writeManifest } from './support.ts';

const MIB = 1024 * 1024;

/** Replaces a file of a bundle by something else. */
const STRANGE: readonly [what: string, make: (file: string) => void][] = [
  [
    'a link to the very same bytes',
    (file) => {
      fs.renameSync(file, `${path.dirname(file)}.kept`);
      fs.symlinkSync(`${path.dirname(file)}.kept`, file);
    },
  ],
  [
    'a link to nowhere',
    (file) => {
      fs.rmSync(file);
      fs.symlinkSync('/nowhere', file);
    },
  ],
  [
    'a link to a device',
    (file) => {
      fs.rmSync(file);
      fs.symlinkSync('/dev/zero', file);
    },
  ],
  [
    'a pipe that nobody writes',
    (file) => {
      fs.rmSync(file);
      expect(spawnSync('mkfifo', [file]).status).toBe(0);
    },
  ],
  [
    'a directory',
    (file) => {
      fs.rmSync(file);
      fs.mkdirSync(file);
    },
  ],
];

describe('a bundle is refused as unsafe', () => {
  it.each(STRANGE)('with %s in the place of any file', async (_what, make) => {
    for (const name of ['events.jsonl', 'screen.png', 'manifest.json', 'manifest.sha256', 'manifest.sig', 'other']) {
      const { directory } = await bundleOf();
      const file = path.join(directory, name);
      if (!fs.existsSync(file)) fs.writeFileSync(file, '');
      make(file);
      expect(await faultOf(directory)).toMatchObject({ code: 'REFUSED_UNSAFE', file: name });
    }
  });

  it.each(['../events.jsonl', '/etc/passwd', '..', './screen.txt', 'a\\b', '.hidden', 'a\u0000b', 'a\nb'])(
    'when its manifest names the file %j',
    async (name) => {
      const { directory } = await bundleOf();
      rehash(directory, (manifest) => {
        const files: unknown = manifest['files'];
        if (Array.isArray(files)) files[1] = { name, bytes: 1, sha256: 'a'.repeat(64) };
      });
      expect(await faultOf(directory)).toMatchObject({ code: 'REFUSED_UNSAFE', file: name });
    },
  );

  it('with more entries than a bundle has', async () => {
    const { directory } = await bundleOf();
    for (let n = 0; n < 100; n += 1) fs.writeFileSync(path.join(directory, `f${n}`), '');
    expect(await faultOf(directory)).toMatchObject({
      code: 'REFUSED_UNSAFE',
      message: holding('more than 64 entries'),
    });
  });
});

describe('what is no bundle', () => {
  it('is an error of the caller', async () => {
    const file = path.join(newDirectory(), 'file');
    fs.writeFileSync(file, '');
    expect(await faultOf(file)).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await faultOf('/nowhere/at/all')).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await faultOf(path.dirname(file))).toMatchObject({ code: 'PROOF_NOT_VERIFIED' });
    expect(await faultOf(newDirectory())).toMatchObject({ file: 'manifest.json', reason: 'missing_file' });
  });

  it('may lie behind a link that the caller names', async () => {
    const { directory } = await bundleOf();
    fs.symlinkSync(directory, `${directory}.link`);
    expect(await verify(`${directory}.link`)).toMatchObject({ claim: 'The run fails.' });
  });
});

describe('a bundle made to hurt its reader does not verify', () => {
  it.each([
    ['no JSON', '{"a":', 'no JSON'],
    ['no object', '[]\n', 'no JSON object'],
    ['a nest of a million levels', '['.repeat(1_000_000), 'deeper than 8'],
    ['no UTF-8', '"\ud800"', 'no JSON object'],
    ['nothing', '', 'no JSON'],
  ])('with a manifest that is %s', async (_what, text, why) => {
    const { directory } = await bundleOf();
    writeManifest(directory, text);
    const fault = { code: 'PROOF_NOT_VERIFIED', file: 'manifest.json', message: holding(why) };
    expect(await faultOf(directory)).toMatchObject(fault);
  });

  it.each([
    ['format', 'something else', 'format'],
    ['formatVersion', 2, 'formatVersion'],
    ['formatVersion', '1', 'formatVersion'],
    ['claim', '', 'claim'],
    ['claim', 'two\nlines', 'claim'],
    ['claim', '\u001b[2J', 'claim'],
    ['claim', 7, 'claim'],
    ['gitCommit', 'HEAD', 'gitCommit'],
    ['madeBy', null, 'madeBy.agentTty'],
    ['madeBy', { agentTty: '1', emulator: '\u001b[2J' }, 'madeBy.emulator'],
    ['files', {}, 'files'],
    ['files', [], 'files'],
    ['files', [{ name: 'screen.txt', bytes: 1, sha256: 'a'.repeat(64) }], 'files[0].name'],
    ['files', [{ name: 'events.jsonl', bytes: -1, sha256: 'a'.repeat(64) }], 'files[0].bytes'],
    ['files', [{ name: 'events.jsonl', bytes: 1, sha256: 'A'.repeat(64) }], 'files[0].sha256'],
    ['absent', [{ name: 'screen.png', reason: 'none' }], 'absent[0].name'],
    ['absent', [{ name: 'events.jsonl', reason: 'none' }], 'absent[0].name'],
    ['absent', 'none', 'absent'],
    ['signature', {}, 'signature.algorithm'],
    ['signature', { algorithm: 'ed25519', publicKey: 'A'.repeat(200) }, 'signature.publicKey'],
    ['runs', Array.from({ length: 1_000 }, () => ({})), 'runs[0].runId'],
    ['session', null, 'session'],
    ['head', { seq: 1 }, 'head.seq'],
    ['redaction', { rules: [], masked: { x: 1 }, noEchoInputs: 0 }, 'redaction'],
  ])('with %s: %j', async (name, value, field) => {
    const { directory } = await bundleOf();
    writeManifest(directory, { ...readManifest(directory), [name]: value });
    expect(await faultOf(directory)).toMatchObject({ code: 'PROOF_NOT_VERIFIED', file: 'manifest.json', field });
  });

  it.each([
    ['manifest.json', 64 * MIB],
    ['manifest.sha256', 64 * MIB],
    ['screen.txt', 2 ** 40],
    ['screen.png', 2 ** 40],
    ['events.jsonl', 2 ** 40],
  ])('whose %s has %i bytes, unread', async (name, bytes) => {
    const { directory } = await bundleOf();
    fs.truncateSync(path.join(directory, name), bytes);
    expect(await faultOf(directory)).toMatchObject({ code: 'PROOF_NOT_VERIFIED', file: name, reason: 'size' });
  });

  it('whose recording goes on for gigabytes, also when the manifest says so', async () => {
    const { directory } = await bundleOf();
    const file = path.join(directory, 'recording.cast');
    const { size } = fs.statSync(file);
    fs.truncateSync(file, 8 * 1024 * MIB);
    expect(await faultOf(directory)).toMatchObject({ file: 'recording.cast', offset: size });
    const manifest = readManifest(directory);
    const text = JSON.stringify(manifest).replace(`"bytes":${size}`, `"bytes":${8 * 1024 * MIB}`);
    writeManifest(directory, parseObject(text));
    expect(await faultOf(directory)).toMatchObject({ file: 'recording.cast', offset: size });
  });

  it('with a line of the log longer than any of ours', async () => {
    const { directory } = await bundleOf();
    const [first = ''] = linesOf(directory);
    fs.writeFileSync(path.join(directory, 'events.jsonl'), `${first}\n${'x'.repeat(8 * MIB)}\n`);
    expect(await faultOf(directory)).toMatchObject({ file: 'events.jsonl', seq: 1, reason: 'log' });
  });

  it.each([
    ['a screen of a billion columns', (line: string) => line.replace('"cols":20', '"cols":1000000000')],
    ['a screen of half a column', (line: string) => line.replace('"cols":20', '"cols":0.5')],
    ['a screen without a size', (line: string) => line.replace('"cols":20', '"cols":"20"')],
    ['a name that is a number', (line: string) => line.replace('"sessionId":"', '"name":7,"sessionId":"')],
    ['numbers beyond all bounds', (line: string) => line.replace('"rows":4', '"rows":1e999')],
  ])('with %s in its log, chain and hashes made anew', async (_what, edit) => {
    const { directory } = await bundleOf();
    const [first = '', ...rest] = linesOf(directory);
    expect(edit(first)).not.toBe(first);
    writeLines(directory, [edit(first), ...rest], { sealed: true });
    rehash(directory);
    const fault = await faultOf(directory);
    // a name that is no text is none: the log draws and tells the same, only its head is another
    expect(fault).toMatchObject({ code: 'PROOF_NOT_VERIFIED' });
  });

  it('with a line of the log that is nothing but brackets, before it is parsed', async () => {
    const { directory } = await bundleOf();
    const [first = '', ...rest] = linesOf(directory);
    const deep = first.replace('"cwd":"/"', `"cwd":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`);
    writeLines(directory, [deep, ...rest], { sealed: true });
    rehash(directory);
    const fault = { file: 'events.jsonl', seq: 0, offset: 0, message: holding('deeper than 32 levels') };
    expect(await faultOf(directory)).toMatchObject(fault);
  });

  it('with a size that no terminal has in the middle of its log', async () => {
    const { directory } = await bundleOf([{ type: 'resize', payload: { cols: 30, rows: 5 } }]);
    const lines = linesOf(directory).map((line) => line.replace('"cols":30', '"cols":30000'));
    writeLines(directory, lines, { sealed: true });
    rehash(directory);
    expect(await faultOf(directory)).toMatchObject({ file: 'events.jsonl', message: holding('30000') });
  });

  it('with more runs than a bundle may have', async () => {
    const { directory } = await bundleOf();
    const lines = linesOf(directory);
    const run = lines[2] ?? '';
    const runs = Array.from({ length: 10_001 }, (_, n) => run.replace('.1"', `.${n}"`));
    writeLines(directory, [...lines.slice(0, 2), ...runs], { sealed: true });
    rehash(directory);
    expect(await faultOf(directory)).toMatchObject({ message: holding('more runs') });
  });
});
