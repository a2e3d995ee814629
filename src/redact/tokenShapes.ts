/** Shapes by which well-known tokens are told from other text. One table for masking and for `proof scan`. */

/** A run of characters of one set. */
export interface Part {
  /** 1 for each byte of the set. */
  readonly set: Uint8Array;
  readonly min: number;
  readonly max: number;
}

export interface TokenShape {
  /** Stands in the log as `pattern:<name>`. */
  readonly name: string;
  /** What it begins with, one of these; not inside a word. */
  readonly prefixes: readonly string[];
  /** What follows, in order, each as long as it can be. It is a token once the last part has its least length. */
  readonly parts: readonly Part[];
  /** Goes on over ends of lines to five dashes in a row; what it begins with is not masked. */
  readonly isBlock?: true;
}

/** A token that has not shown itself as one by then is none. */
export const MAX_UNSURE_BYTES = 4 * 1024;
const OPEN = Number.POSITIVE_INFINITY;

/** `chars` as in a character class of a regular expression. */
function set(chars: string): Uint8Array {
  const inSet = new RegExp(`[${chars}]`);
  return Uint8Array.from({ length: 256 }, (_, byte) => Number(byte < 0x80 && inSet.test(String.fromCharCode(byte))));
}

const ALNUM = set('A-Za-z0-9');
const WORD = set('A-Za-z0-9_-');
const HEX = set('a-f0-9');
const UPPER = set('A-Z0-9');
const some = (chars: Uint8Array, min: number, max = OPEN): Part => ({ set: chars, min, max });
const literal = (text: string): Part[] => [...text].map((char) => some(set(char), 1, 1));

const KEY_KINDS = ['', 'RSA ', 'EC ', 'DSA ', 'OPENSSH ', 'ENCRYPTED '];

export const TOKEN_SHAPES: readonly TokenShape[] = [
  { name: 'aws-access-key', prefixes: ['AKIA', 'ASIA'], parts: [some(UPPER, 16, 16)] },
  { name: 'github-token', prefixes: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], parts: [some(ALNUM, 36)] },
  { name: 'github-pat', prefixes: ['github_pat_'], parts: [some(set('A-Za-z0-9_'), 22)] },
  { name: 'gitlab-token', prefixes: ['glpat-'], parts: [some(WORD, 20)] },
  {
    name: 'slack-token',
    prefixes: ['xoxa-', 'xoxb-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'],
    parts: [some(set('A-Za-z0-9-'), 10)],
  },
  { name: 'slack-webhook', prefixes: ['https://hooks.slack.com/services/'], parts: [some(set('A-Za-z0-9/'), 20)] },
  { name: 'sk-key', prefixes: ['sk-'], parts: [some(WORD, 20)] },
  { name: 'google-api-key', prefixes: ['AIza'], parts: [some(WORD, 35, 35)] },
  { name: 'google-oauth', prefixes: ['ya29.', 'GOCSPX-'], parts: [some(WORD, 20)] },
  { name: 'npm-token', prefixes: ['npm_'], parts: [some(ALNUM, 36)] },
  { name: 'pypi-token', prefixes: ['pypi-AgEI'], parts: [some(WORD, 40)] },
  {
    name: 'stripe-key',
    prefixes: ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'],
    parts: [some(ALNUM, 16)],
  },
  { name: 'huggingface-token', prefixes: ['hf_'], parts: [some(ALNUM, 30)] },
  { name: 'digitalocean-token', prefixes: ['dop_v1_', 'doo_v1_', 'dor_v1_'], parts: [some(HEX, 64, 64)] },
  { name: 'docker-token', prefixes: ['dckr_pat_'], parts: [some(WORD, 20)] },
  { name: 'shopify-token', prefixes: ['shpat_', 'shpss_', 'shpca_', 'shppa_'], parts: [some(set('a-fA-F0-9'), 32)] },
  {
    name: 'sendgrid-key',
    prefixes: ['SG.'],
    parts: [some(WORD, 16, 32), ...literal('.'), some(WORD, 16)],
  },
  { name: 'age-key', prefixes: ['AGE-SECRET-KEY-1'], parts: [some(UPPER, 50)] },
  {
    name: 'jwt',
    prefixes: ['eyJ'],
    parts: [some(WORD, 8), ...literal('.eyJ'), some(set('A-Za-z0-9_.-'), 8)],
  },
  {
    name: 'private-key',
    prefixes: [
      ...KEY_KINDS.map((kind) => `-----BEGIN ${kind}PRIVATE KEY-----`),
      '-----BEGIN PGP PRIVATE KEY BLOCK-----',
    ],
    parts: [some(set('A-Za-z0-9+/=:, -'), 16)],
    isBlock: true,
  },
];
