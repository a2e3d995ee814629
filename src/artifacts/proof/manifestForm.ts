/** The manifest of somebody else, read with bounds and checked for the form of what no log tells. */
import { isUtf8 } from 'node:buffer';
import { nestsDeeper } from '../../base/jsonDepth.ts';
import { quote } from '../../protocol/errors.ts';
import type { ProofFile } from '../../protocol/proof.ts';
import { claimFault } from './claim.ts';
import { proofFault, unsafeBundle } from './fault.ts';
import { isCommit } from './gitCommit.ts';
import { BUNDLE_FORMAT, BUNDLE_VERSION, LOG_FILE, MANIFEST_FILE, MAX_MANIFEST_DEPTH } from './layout.ts';
import type { Statement } from './manifest.ts';
import { PARTS } from './parts.ts';

/** A manifest as it was found. */
export interface FoundManifest {
  readonly statement: Statement;
  readonly files: readonly ProofFile[];
  /** All of it, what follows from the log unchecked. */
  readonly value: Readonly<Record<string, unknown>>;
}

type Fields = Readonly<Record<string, unknown>>;

const MAX_REASON_CHARS = 1_000;
/** Names that lead out of the bundle or hide in it. */
const UNSAFE_NAME = /^\.|[/\\\p{C}]/u;
const SHA256 = /^[0-9a-f]{64}$/;
const PRINTABLE = /^[\x20-\x7e]{1,100}$/;

/**
 * Reads the bytes of a manifest.
 *
 * @throws TtyError `PROOF_NOT_VERIFIED` that names the field; `REFUSED_UNSAFE` for names of files that lead elsewhere
 */
export function readManifest(bytes: Buffer): FoundManifest {
  const value = parse(bytes);
  if (value['format'] !== BUNDLE_FORMAT) throw wrong('format', quote(BUNDLE_FORMAT), value['format']);
  const { formatVersion } = value;
  if (typeof formatVersion === 'number' && formatVersion > BUNDLE_VERSION)
    throw proofFault(
      { file: MANIFEST_FILE, field: 'formatVersion' },
      'format_version',
      `the bundle has format ${formatVersion}, this version checks formats up to ${BUNDLE_VERSION}`,
      'check it with the version of agent-tty that made it, or a later one',
    );
  const files = readFiles(value['files']);
  const { claim, gitCommit } = value;
  const why = typeof claim === 'string' ? claimFault(claim) : 'must be a text';
  if (typeof claim !== 'string' || why !== undefined) throw form('claim', why ?? '');
  if (gitCommit !== null && !(typeof gitCommit === 'string' && isCommit(gitCommit)))
    throw wrong('gitCommit', 'the name of a commit or null', gitCommit);
  return {
    statement: {
      claim,
      madeBy: readMadeBy(value['madeBy']),
      gitCommit,
      absent: readAbsent(value['absent']),
      signature: readSignature(value['signature']),
    },
    files,
    value,
  };
}

function parse(bytes: Buffer): Fields {
  if (!isUtf8(bytes)) throw form(undefined, 'is no UTF-8');
  if (nestsDeeper(bytes, MAX_MANIFEST_DEPTH)) throw form(undefined, `nests deeper than ${MAX_MANIFEST_DEPTH} levels`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw form(undefined, 'is no JSON');
  }
  if (!isObject(value)) throw form(undefined, 'is no JSON object');
  return value;
}

/** The files in the order of the table, the log first, each once. */
function readFiles(value: unknown): ProofFile[] {
  const known = [LOG_FILE, ...PARTS.map(({ name }) => name)];
  if (!Array.isArray(value) || value.length === 0) throw wrong('files', 'a list of files', value);
  if (value.length > known.length)
    throw form('files', `lists ${value.length} files, a bundle has at most ${known.length}`);
  const items: readonly unknown[] = value;
  let last = -1;
  return items.map((item, index) => {
    const field = `files[${index}]`;
    if (!isObject(item)) throw wrong(field, 'a file', item);
    const { name, bytes, sha256 } = item;
    if (typeof name !== 'string') throw wrong(`${field}.name`, 'a name', name);
    if (UNSAFE_NAME.test(name)) throw unsafeBundle(name, 'its manifest names and is no plain name');
    const place = known.indexOf(name);
    if (place <= last || (index === 0 && place !== 0))
      throw form(
        `${field}.name`,
        `must be one of ${known.join(', ')}, in this order, the log first; found ${quote(name)}`,
      );
    last = place;
    if (!isCount(bytes)) throw wrong(`${field}.bytes`, 'a number of bytes', bytes);
    if (typeof sha256 !== 'string' || !SHA256.test(sha256)) throw wrong(`${field}.sha256`, 'a SHA-256 in hex', sha256);
    return { name, bytes, sha256 };
  });
}

function readMadeBy(value: unknown): Statement['madeBy'] {
  const fields = isObject(value) ? value : {};
  const { renderer } = fields;
  return {
    agentTty: textOf(fields, 'agentTty'),
    emulator: textOf(fields, 'emulator'),
    renderer: renderer === null ? null : textOf(fields, 'renderer'),
    node: textOf(fields, 'node'),
    platform: textOf(fields, 'platform'),
  };
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && PRINTABLE.test(value)) return value;
  throw wrong(`madeBy.${name}`, 'a name and version', value);
}

function readAbsent(value: unknown): Statement['absent'] {
  if (!Array.isArray(value) || value.length > PARTS.length) throw wrong('absent', 'a list of files', value);
  const items: readonly unknown[] = value;
  return items.map((item, index) => {
    const { name, reason } = isObject(item) ? item : {};
    const field = `absent[${index}]`;
    if (typeof name !== 'string' || !PARTS.some((part) => part.name === name))
      throw wrong(`${field}.name`, `one of ${PARTS.map((part) => part.name).join(', ')}`, name);
    if (typeof reason !== 'string' || reason === '' || reason.length > MAX_REASON_CHARS)
      throw wrong(`${field}.reason`, `a text of 1 to ${MAX_REASON_CHARS} characters`, reason);
    return { name, reason };
  });
}

function readSignature(value: unknown): Statement['signature'] {
  if (value === null) return null;
  const { algorithm, publicKey } = isObject(value) ? value : {};
  if (algorithm !== 'ed25519') throw wrong('signature.algorithm', '"ed25519"', algorithm);
  if (typeof publicKey !== 'string' || publicKey.length > 100) throw wrong('signature.publicKey', 'a key', publicKey);
  return { algorithm, publicKey };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function wrong(field: string, expected: string, found: unknown): Error {
  return form(field, `must be ${expected}, found ${found === undefined ? 'nothing' : quote(found)}`);
}

function form(field: string | undefined, what: string): Error {
  return proofFault({ file: MANIFEST_FILE, ...(field === undefined ? {} : { field }) }, 'manifest_form', what);
}
