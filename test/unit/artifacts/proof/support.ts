/** Bundles, and everything that somebody could do to one. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { createProof } from '../../../../src/artifacts/proof/create.ts';
import { verifyProof } from '../../../../src/artifacts/proof/verify.ts';
import { chainSeed } from '../../../../src/eventlog/codec.ts';
import { TtyError } from '../../../../src/protocol/errors.ts';
import type { NewEvent } from '../../../../src/protocol/events.ts';
import type {
  CreateProofOptions,
  CreateProofResult,
  VerifyProofOptions,
  VerifyProofResult,
} from '../../../../src/protocol/proof.ts';
import { parseObject } from '../../../support/like.ts';
import { inputRun, newDirectory, output, runComplete, runStarted, SESSION_ID } from '../../client/support.ts';
import { endedSession } from '../endedSession.ts';
import { fillAssets } from '../assets.ts';

/** What lies beside the programs; the same for all tests of a file. */
export const ASSETS = fs.mkdtempSync(path.join(os.tmpdir(), 'agent-tty-assets-'));
fillAssets(ASSETS);
afterAll(() => fs.rmSync(ASSETS, { recursive: true, force: true }));

/** The files that a checker makes again, in their order. */
export const REMADE = ['screen.txt', 'screen.png', 'recording.cast', 'index.html'];
/** What is told of the one that these tests have no browser for. */
export const NO_VIDEO = { name: 'recording.webm', reason: 'videos need a browser, and none was to be looked for' };

/** One run that ends with 3, on a screen with a colour. */
export const EVENTS: readonly NewEvent[] = [
  output('$ '),
  inputRun(1),
  runStarted(1, 2),
  output('\u001b[31mno such file\u001b[0m\r\n'),
  runComplete(1, 2, 3),
  output('$ '),
  { type: 'exit', payload: { exitCode: 0, exitSignal: null } },
];
/** The event of {@link EVENTS} that tells how the run ended. */
export const COMPLETE_SEQ = 5;

export interface Bundle extends CreateProofResult {
  readonly home: string;
}

/** A bundle of a session with these events. */
export async function bundleOf(
  events: readonly NewEvent[] = EVENTS,
  options: { readonly signKey?: string } = {},
): Promise<Bundle> {
  const log = endedSession();
  log.append(...events);
  const out = path.join(newDirectory(), 'bundle');
  const made = await createProof(log.home, 'demo', { claim: 'The run fails.', out, assets: ASSETS, ...options });
  return { ...made, home: log.home };
}

/** What is wrong with a bundle: code and details of the error; `undefined` when nothing is. */
export async function faultOf(
  directory: string,
  options: VerifyProofOptions = {},
): Promise<Record<string, unknown> | undefined> {
  try {
    await verify(directory, options);
    return undefined;
  } catch (error) {
    if (!(error instanceof TtyError)) throw error;
    return { code: error.code, message: error.message, hint: error.hint, ...error.details };
  }
}

export function verify(directory: string, options: VerifyProofOptions = {}): Promise<VerifyProofResult> {
  return verifyProof(directory, { ...options, assets: ASSETS });
}

export function linesOf(directory: string): string[] {
  return fs.readFileSync(path.join(directory, 'events.jsonl'), 'utf8').split('\n').slice(0, -1);
}

/** Writes the log anew; `sealed` with a chain that fits the lines, their numbers too. */
export function writeLines(directory: string, lines: readonly string[], { sealed }: { sealed: boolean }): void {
  let h = chainSeed(SESSION_ID);
  const written = lines.map((line, seq) => {
    if (!sealed) return line;
    const text = line.slice(0, line.lastIndexOf(',"h":"')).replace(/^\{"seq":\d+/, `{"seq":${seq}`);
    h = createHash('sha256').update(h, 'latin1').update(text).digest('base64url');
    return `${text},"h":"${h}"}`;
  });
  fs.writeFileSync(path.join(directory, 'events.jsonl'), written.map((line) => `${line}\n`).join(''));
}

export function readManifest(directory: string): Record<string, unknown> {
  return parseObject(fs.readFileSync(path.join(directory, 'manifest.json'), 'utf8'));
}

/** Writes a manifest and the digest that fits it. */
export function writeManifest(directory: string, manifest: Record<string, unknown> | string): void {
  const text = typeof manifest === 'string' ? manifest : `${JSON.stringify(manifest, null, 2)}\n`;
  fs.writeFileSync(path.join(directory, 'manifest.json'), text);
  const digest = createHash('sha256').update(text).digest('hex');
  fs.writeFileSync(path.join(directory, 'manifest.sha256'), `${digest}  manifest.json\n`);
}

/** Puts the sizes and hashes of the files as they are now into the manifest, and the digest of that beside it. */
export function rehash(directory: string, change: (manifest: Record<string, unknown>) => void = () => undefined): void {
  const manifest = readManifest(directory);
  const files = fs.readdirSync(directory).filter((name) => !name.startsWith('manifest.'));
  const order = ['events.jsonl', ...REMADE];
  manifest['files'] = files
    .toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
    .map((name) => {
      const bytes = fs.readFileSync(path.join(directory, name));
      return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    });
  change(manifest);
  writeManifest(directory, manifest);
}

/** Two files with a new key pair of a kind. */
export function keyPair(type: 'ed25519' | 'ed448' = 'ed25519'): { readonly private: string; readonly public: string } {
  const directory = newDirectory();
  // the overloads want a literal
  const pair = type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ed448');
  const files = { private: path.join(directory, 'key.pem'), public: path.join(directory, 'key.pub') };
  fs.writeFileSync(files.private, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  fs.writeFileSync(files.public, pair.publicKey.export({ type: 'spki', format: 'pem' }));
  return files;
}

/** Makes a bundle of the session of `home`. */
export const make = (
  home: string,
  options: Partial<CreateProofOptions> & { out: string },
): Promise<CreateProofResult> => createProof(home, 'demo', { claim: 'It works.', assets: ASSETS, ...options });

/** A file of a bundle. */
export const read = (directory: string, name: string): Buffer => fs.readFileSync(path.join(directory, name));
