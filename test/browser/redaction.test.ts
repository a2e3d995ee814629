import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missingFor } from '../support/browser.ts';
import { TestHome } from '../support/cli.ts';
import { cellsAt, likeness, picturesOf } from '../support/paintedText.ts';

const missing = missingFor('ffmpeg');
const SIZE = { cols: 40, rows: 12 };
const SECRET = 'hunter2-Tr0ub4dor-xyzzy-QQ42';
/** Printed in every way that the secret is, and nobody's secret. */
const PLAIN = 'PUBLIC-word.that+all=may/see';
const TYPED = 'typed-S3cret-nobody-sees';
/** Cells that are looked for at once: a piece of a secret is a secret. */
const PIECE = 8;

let home: TestHome;

beforeAll(async () => {
  if (missing !== undefined) return;
  home = new TestHome();
  const size = ['--cols', String(SIZE.cols), '--rows', String(SIZE.rows)];
  const shell = ['--name', 's', '--redact-env', 'TOKEN', ...size, '--', 'bash', '--norc'];
  await home.result(['create', ...shell], { env: { TOKEN: SECRET, PLAIN } });
  for (const name of ['TOKEN', 'PLAIN']) {
    await home.result([
      'run',
      's',
      `clear; echo "<$${name}>"; printf %s "\${${name}:0:9}"; sleep 0.1; echo "\${${name}:9}"`,
    ]);
    await home.result([
      'run',
      's',
      `echo "$${name}" | fold -w 10; printf '\\e[31m%s\\e[0;1;44m%s\\e[0m\\n' "\${${name}:0:7}" "\${${name}:7}"`,
    ]);
  }
  await home.result(['run', 's', `echo in the command itself '${SECRET}' '${PLAIN}'`]);
  await home.result(['run', 's', 'read -rsp "password: " it; echo "<${#it}>"', '--no-wait']);
  await home.result(['wait', 's', '--text', 'password:']);
  await home.result(['type', 's', TYPED, '--append-newline']);
  await home.result(['wait', 's', '--text', `<${TYPED.length}>`]);
  // a terminal of its own, where all of it is seen
  const print = `printf '%s\\r\\n%s\\r\\n%s' ${SECRET} ${PLAIN} ${TYPED}; exec cat`;
  await home.result(['create', '--name', 'seen', ...size, '--', 'sh', '-c', print]);
  await home.result(['wait', 'seen', '--text', TYPED]);
});

beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing);
});

afterAll(async () => {
  if (missing === undefined) await home[Symbol.asyncDispose]();
});

/** What the pieces of `text` look like, which stands in that row of the terminal where all is seen. */
async function piecesOf(text: string, row: number): Promise<Float64Array[]> {
  const { artifactPath } = await home.result(['screenshot', 'seen', '--scale', '1']);
  const [picture] = picturesOf(String(artifactPath), SIZE);
  if (picture === undefined) throw new Error('the screenshot has no picture');
  return Array.from({ length: Math.floor(text.length / PIECE) }, (_, n) => {
    const cells = cellsAt(picture, SIZE, { row, col: n * PIECE, count: PIECE });
    if (cells === undefined) throw new Error(`row ${row} of the screenshot is empty`);
    return cells;
  });
}

describe.each(['webm', 'mp4', 'gif'])('the pictures of a recording as %s', (format) => {
  it('show no piece of a secret, where they show what else was printed in the same ways', async () => {
    const { artifactPath } = await home.result(['record', 'export', 's', '--format', format, '--scale', '1']);
    const pictures = picturesOf(String(artifactPath), SIZE);
    const found = async (text: string, row: number): Promise<number[]> =>
      (await piecesOf(text, row)).map((wanted) => likeness(pictures, SIZE, wanted));
    for (const like of await found(PLAIN, 1)) expect(like).toBeGreaterThan(0.98);
    for (const like of [...(await found(SECRET, 0)), ...(await found(TYPED, 2))]) expect(like).toBeLessThan(0.9);
  });
});
