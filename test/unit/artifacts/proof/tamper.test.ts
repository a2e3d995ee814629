import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holding, parseObject } from '../../../support/like.ts';
import { output } from '../../client/support.ts';
import {
  bundleOf,
  COMPLETE_SEQ,
  EVENTS,
  faultOf,
  keyPair,
  linesOf,
  readManifest,
  rehash,
  REMADE,
  verify,
  writeLines,
  writeManifest,
} from './support.ts';

const FILES = [
  'events.jsonl',
  'screen.txt',
  'screen.png',
  'recording.cast',
  'index.html',
  'manifest.json',
  'manifest.sha256',
  'manifest.sig',
];

describe('a bundle', () => {
  it('verifies as it was made', async () => {
    const key = keyPair();
    const bundle = await bundleOf(EVENTS, { signKey: key.private });
    expect(fs.readdirSync(bundle.directory).toSorted()).toEqual(FILES.toSorted());
    expect(await verify(bundle.directory)).toEqual({
      directory: bundle.directory,
      claim: 'The run fails.',
      sessionId: bundle.sessionId,
      head: bundle.head,
      runs: 1,
      remade: REMADE,
      hashedOnly: [],
      signature: 'intact',
      headsFound: 0,
      manifestSha256: bundle.manifestSha256,
    });
  });

  it('in which any one byte was changed, put in or taken out does not verify, and the file is named', async () => {
    const { directory } = await bundleOf(EVENTS, { signKey: keyPair().private });
    const change = fc.record({
      file: fc.constantFrom(...FILES),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      how: fc.oneof(
        fc.record({ flip: fc.integer({ min: 1, max: 255 }) }),
        fc.record({ put: fc.nat(255) }),
        fc.constant({ cut: true }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(change, async ({ file, at, how }) => {
        const place = path.join(directory, file);
        const before = fs.readFileSync(place);
        const offset = Math.floor(at * before.length);
        const rest = before.subarray(offset + 1);
        const here = before[offset] ?? 0;
        const middle = 'flip' in how ? [here ^ how.flip] : 'put' in how ? [how.put, here] : [];
        fs.writeFileSync(place, Buffer.concat([before.subarray(0, offset), Buffer.from(middle), rest]));
        try {
          const fault = await faultOf(directory);
          // a name in the manifest may have become one that leads elsewhere
          expect(['PROOF_NOT_VERIFIED', ...(file === 'manifest.json' ? ['REFUSED_UNSAFE'] : [])]).toContain(
            fault?.['code'],
          );
          if (fault?.['code'] === 'REFUSED_UNSAFE') return;
          // the digest says what the manifest must be: which of both was changed cannot be known
          const named = file.startsWith('manifest.') ? ['manifest.json', 'manifest.sig'] : [file];
          expect(named).toContain(fault?.['file']);
          if (file === 'screen.txt' || file === 'recording.cast') expect(fault).toHaveProperty('offset');
          if (file === 'events.jsonl') expect(fault?.['offset']).toBeLessThanOrEqual(offset + 1);
        } finally {
          fs.writeFileSync(place, before);
        }
      }),
      { numRuns: 200 },
    );
    expect(await faultOf(directory)).toBeUndefined();
  });

  it.each(FILES.filter((name) => name !== 'manifest.sig'))('without %s does not verify', async (name) => {
    const { directory } = await bundleOf();
    fs.rmSync(path.join(directory, name));
    expect(await faultOf(directory)).toMatchObject({ code: 'PROOF_NOT_VERIFIED', file: name, reason: 'missing_file' });
  });

  it.each(['a.txt', 'index.htm', 'manifest.sig', 'Events.jsonl'])(
    'with %s beside its files does not verify',
    async (name) => {
      const { directory } = await bundleOf();
      fs.writeFileSync(path.join(directory, name), 'x');
      expect(await faultOf(directory)).toMatchObject({
        code: 'PROOF_NOT_VERIFIED',
        file: name,
        reason: 'unknown_file',
      });
    },
  );

  it('with two files that changed names does not verify', async () => {
    const { directory } = await bundleOf();
    const [a, b] = [path.join(directory, 'screen.txt'), path.join(directory, 'recording.cast')];
    fs.renameSync(a, `${a}.x`);
    fs.renameSync(b, a);
    fs.renameSync(`${a}.x`, b);
    expect(await faultOf(directory)).toMatchObject({ file: 'screen.txt', offset: 0 });
  });
});

/** Ways to change which events there are. `seq` is the first event that is not as it was. */
const LOG_EDITS: readonly [what: string, seq: number, edit: (lines: string[]) => string[]][] = [
  ['removed', 4, (lines) => lines.toSpliced(4, 1)],
  ['added', 2, (lines) => lines.toSpliced(2, 0, lines[1] ?? '')],
  ['reordered', 3, (lines) => lines.toSpliced(3, 2, lines[4] ?? '', lines[3] ?? '')],
  ['edited', 4, (lines) => lines.with(4, (lines[4] ?? '').replace('no such file', 'all is fine.'))],
  ['edited in its type', 1, (lines) => lines.with(1, (lines[1] ?? '').replace('"output"', '"outpux"'))],
];

describe('a log in which an event was', () => {
  it.each(LOG_EDITS)('%s is found at the event', async (_what, seq, edit) => {
    const { directory } = await bundleOf();
    const before = linesOf(directory);
    writeLines(directory, edit(before), { sealed: false });
    const offset = before.slice(0, seq).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    expect(await faultOf(directory)).toMatchObject({ file: 'events.jsonl', seq, offset, reason: 'log' });
  });

  it.each(LOG_EDITS)('%s, the chain made anew, is found by manifest, hash and noted head', async (_what, seq, edit) => {
    const { directory, head } = await bundleOf();
    const honest = linesOf(directory).map((line) => String(parseObject(line)['h']));
    writeLines(directory, edit(linesOf(directory)), { sealed: true });
    expect(await faultOf(directory)).toMatchObject({ code: 'PROOF_NOT_VERIFIED' });
    // the log of the manifest as well: now only facts, parts and heads disagree
    rehash(directory);
    expect(await faultOf(directory)).toMatchObject({ file: 'manifest.json', reason: 'facts' });
    const noted = { seq, h: honest[seq] ?? '' };
    expect(await faultOf(directory, { heads: [noted] })).toMatchObject({ file: 'events.jsonl', seq, reason: 'head' });
    expect(await faultOf(directory, { heads: [head] })).toMatchObject({ file: 'events.jsonl', reason: 'head' });
  });

  it('cut off at the end is found where it ends, also with sizes and hashes made anew', async () => {
    const { directory, head } = await bundleOf();
    const lines = linesOf(directory).slice(0, -2);
    writeLines(directory, lines, { sealed: false });
    const offset = fs.statSync(path.join(directory, 'events.jsonl')).size;
    const place = { file: 'events.jsonl', seq: lines.length, offset };
    expect(await faultOf(directory)).toMatchObject({ ...place, reason: 'log_end' });
    rehash(directory);
    expect(await faultOf(directory)).toMatchObject({
      file: 'manifest.json',
      field: 'session.end',
      reason: 'facts',
    });
    expect(await faultOf(directory, { heads: [head] })).toMatchObject({ ...place, reason: 'head' });
    fs.truncateSync(path.join(directory, 'events.jsonl'), offset - 1);
    const torn = { seq: lines.length - 1, reason: 'log', message: holding('no whole event') };
    expect(await faultOf(directory)).toMatchObject(torn);
  });

  it('appended is found where the log of the manifest ends', async () => {
    const { directory, head } = await bundleOf();
    const lines = linesOf(directory);
    writeLines(directory, [...lines, lines[1] ?? ''], { sealed: true });
    expect(await faultOf(directory)).toMatchObject({ file: 'events.jsonl', offset: head.bytes, reason: 'log_end' });
  });
});

describe('a bundle whose manifest is at odds with the log', () => {
  it('names the exit code that was changed, with or without a digest that fits', async () => {
    const { directory } = await bundleOf();
    const text = fs.readFileSync(path.join(directory, 'manifest.json'), 'utf8');
    const changed = text.replace('"exitCode": 3', '"exitCode": 0');
    fs.writeFileSync(path.join(directory, 'manifest.json'), changed);
    const fault = {
      file: 'manifest.json',
      field: 'runs[0].exitCode',
      message: holding('the log says 3, the manifest 0'),
    };
    expect(await faultOf(directory)).toMatchObject(fault);
    writeManifest(directory, changed);
    expect(await faultOf(directory)).toMatchObject(fault);
  });

  it('names the exit code also when the log was changed instead, chain and hashes made anew', async () => {
    const { directory } = await bundleOf();
    const edit = (line: string, seq: number): string =>
      seq === COMPLETE_SEQ ? line.replace('"exitCode":3', '"exitCode":0') : line;
    writeLines(directory, linesOf(directory).map(edit), { sealed: true });
    rehash(directory);
    expect(await faultOf(directory)).toMatchObject({ field: 'runs[0].exitCode', reason: 'facts' });
  });

  it.each([
    ['claim', 'All is well.'],
    ['gitCommit', 'a'.repeat(40)],
    ['madeBy', { agentTty: '9', emulator: '9', renderer: null, node: '9', platform: '9' }],
  ])('holds %s by its digest, and with the digest made anew by nothing but the signature', async (name, value) => {
    const key = keyPair();
    const { directory } = await bundleOf(EVENTS, { signKey: key.private });
    const text = `${JSON.stringify({ ...readManifest(directory), [name]: value }, null, 2)}\n`;
    fs.writeFileSync(path.join(directory, 'manifest.json'), text);
    expect(await faultOf(directory)).toMatchObject({ file: 'manifest.json', reason: 'manifest_digest' });
    writeManifest(directory, text);
    const fault = { code: 'PROOF_NOT_VERIFIED', file: 'manifest.sig', reason: 'signature' };
    expect(await faultOf(directory)).toMatchObject(fault);
    expect(await faultOf(directory, { publicKey: key.public })).toMatchObject(fault);
    // unsigned, it is another bundle that agrees with itself: only who asks for the signature can tell
    fs.rmSync(path.join(directory, 'manifest.sig'));
    writeManifest(directory, { ...readManifest(directory), signature: null });
    expect(await faultOf(directory)).toBeUndefined();
    expect(await faultOf(directory, { publicKey: key.public })).toMatchObject({
      field: 'signature',
      reason: 'signature',
    });
  });

  it('finds another screenshot, its hash made anew', async () => {
    const { directory } = await bundleOf();
    const other = await bundleOf([output('all is fine')]);
    fs.copyFileSync(path.join(other.directory, 'screen.png'), path.join(directory, 'screen.png'));
    rehash(directory);
    expect(await faultOf(directory)).toMatchObject({ file: 'screen.png', reason: 'content' });
  });

  it.each(['screen.txt', 'recording.cast'])(
    'finds another %s, its hash made anew, at the first byte that differs',
    async (name) => {
      const { directory } = await bundleOf();
      const before = fs.readFileSync(path.join(directory, name), 'utf8');
      fs.writeFileSync(path.join(directory, name), before.replace('no such', 'a great'));
      rehash(directory);
      expect(await faultOf(directory)).toMatchObject({
        file: name,
        offset: before.indexOf('no such'),
        reason: 'content',
      });
      fs.writeFileSync(path.join(directory, name), `${before}more`);
      rehash(directory);
      expect(await faultOf(directory)).toMatchObject({ file: name, offset: before.length, reason: 'content' });
    },
  );

  it('finds a member that is there twice, unknown, or in another order', async () => {
    const { directory } = await bundleOf();
    const text = fs.readFileSync(path.join(directory, 'manifest.json'), 'utf8');
    const twice = text.replace('  "claim":', '  "claim": "Another one.",\n  "claim":');
    writeManifest(directory, twice);
    expect(await faultOf(directory)).toMatchObject({
      file: 'manifest.json',
      offset: text.indexOf('The run'),
      reason: 'manifest_form',
    });
    writeManifest(directory, { ...readManifest(directory), note: 1 });
    expect(await faultOf(directory)).toMatchObject({ field: 'note', reason: 'manifest_form' });
    const { claim, ...rest } = parseObject(text);
    writeManifest(directory, { ...rest, claim });
    expect(await faultOf(directory)).toMatchObject({ file: 'manifest.json', reason: 'manifest_form' });
  });
});
