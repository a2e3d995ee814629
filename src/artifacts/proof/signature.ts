/** Ed25519 signatures of manifests, with Node's own cryptography. Anybody else's can check them: they are over the file's bytes. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { quote, TtyError } from '../../protocol/errors.ts';
import { readCheckedFile } from '../../store/checkedFile.ts';
import { MAX_KEY_BYTES } from './layout.ts';

const KIND = 'ed25519';
const SIGNATURE_BYTES = 64;

/**
 * The private key in `file`.
 *
 * @throws TtyError `INVALID_INPUT` for a file that is missing, no PEM, protected by a passphrase, or a key of another kind;
 *   `STORAGE_READ_ERROR`
 */
export function readPrivateKey(file: string): KeyObject {
  return readKey(file, 'private', createPrivateKey);
}

/** The public key in `file`. Throws as {@link readPrivateKey}; a private key is refused too: it should not travel. */
export function readPublicKey(file: string): KeyObject {
  return readKey(file, 'public', (pem) => {
    if (pem.includes('PRIVATE KEY')) throw invalid(file, 'public', 'it holds a private key');
    return createPublicKey(pem);
  });
}

/** A public key, or the public half of a private one, as manifests hold it. */
export function publicKeyText(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return half.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** What people compare keys by: SHA-256 of the key in SPKI form, in hex. */
export function fingerprint(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex');
}

/** The content of the signature file for a manifest. */
export function signatureText(key: KeyObject, manifest: Buffer): string {
  return `${sign(null, manifest, key).toString('base64')}\n`;
}

/** Whether `text` is the one form of a signature that `publicKey` (as {@link publicKeyText}) made over `manifest`. */
export function isSignedBy(publicKey: string, manifest: Buffer, text: string): boolean {
  const signature = Buffer.from(text, 'base64');
  if (signature.length !== SIGNATURE_BYTES || text !== `${signature.toString('base64')}\n`) return false;
  const key = keyOf(publicKey);
  return key !== undefined && verify(null, manifest, key, signature);
}

/** The key that a manifest names; `undefined` when that is no Ed25519 key in its one form. */
function keyOf(publicKey: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === KIND && publicKeyText(key) === publicKey ? key : undefined;
  } catch {
    return undefined; // any bytes may stand there
  }
}

function readKey(file: string, half: 'private' | 'public', parse: (pem: string) => KeyObject): KeyObject {
  const pem = readCheckedFile(file, { maxBytes: MAX_KEY_BYTES, notAFileCode: 'INVALID_INPUT', followLinks: true });
  if (pem === undefined) throw invalid(file, half, 'there is no such file');
  let key: KeyObject;
  try {
    key = parse(pem);
  } catch (cause) {
    if (cause instanceof TtyError) throw cause;
    const isLocked = pem.includes('ENCRYPTED');
    throw invalid(file, half, isLocked ? 'it is protected by a passphrase' : 'it holds no key in PEM form', cause);
  }
  if (key.asymmetricKeyType !== KIND) throw invalid(file, half, `it is a key for ${String(key.asymmetricKeyType)}`);
  return key;
}

function invalid(file: string, half: 'private' | 'public', why: string, cause?: unknown): TtyError {
  return new TtyError('INVALID_INPUT', `${quote(file)} cannot be used as a ${half} Ed25519 key: ${why}`, {
    details: { path: file, reason: 'key' },
    hint: 'openssl genpkey -algorithm ed25519 -out key.pem makes one; openssl pkey -in key.pem -pubout -out key.pub its public half',
    cause,
  });
}
