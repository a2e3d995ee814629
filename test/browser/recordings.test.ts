import fs from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { like } from '../support/like.ts';
import { lastPixels, launchBrowser, missingFor, nearness, probe } from '../support/browser.ts';
import { TestHome } from '../support/cli.ts';

const missing = missingFor('ffmpeg', 'ffprobe');
const SCREEN = { cols: 40, rows: 10 };
const HOSTILE = String.raw`printf '\033[31m<b>&</b> </script><script>document.title=1</script>\033[0m\n'`;
/** Draws all over the screen, so that a last frame that is off by a cell or a colour is seen. */
const DRAW = String.raw`printf '\033[2J\033[H'; for n in 1 2 3 4 5 6 7; do printf '\033[%sm%s ┌─┐ 漢字 \033[4:3mwave\033[0m \033[48;5;%sm text \033[0m\n' 3$n $n 2$n; done; (exit 3)`;

let home: TestHome;
let durationMs = 0;
/** The last event of the recordings that are compared: a shell may still write behind it. */
let last = '';

/** One session for all tests: three runs, half a second apart, the last one fails. */
beforeAll(async () => {
  if (missing !== undefined) return;
  home = new TestHome();
  await home.create([
    '--name',
    's',
    '--shell',
    '/bin/bash',
    '--cols',
    String(SCREEN.cols),
    '--rows',
    String(SCREEN.rows),
  ]);
  await home.result(['run', 's', "PS1='$ '; echo first"]);
  await home.result(['run', 's', `sleep 0.5; ${HOSTILE}; echo second`]);
  await home.result(['run', 's', `sleep 0.5; ${DRAW}`]);
  const cast = await home.result(['record', 'export', 's']);
  durationMs = Number(cast['durationMs']);
  last = String(cast['capturedAtSeq']);
});

beforeEach(({ skip }) => {
  if (missing !== undefined) skip(missing);
});

afterAll(async () => {
  if (missing === undefined) await home[Symbol.asyncDispose]();
});

/** What browsers and their drivers leave where temporary files go. */
function leftBehind(): string[] {
  return fs.readdirSync(home.root).filter((name) => name !== 'home' && name !== 'work');
}

describe.each([
  ['webm', 'vp9', 40],
  ['mp4', 'h264', 32],
] as const)('a recording as %s', (format, codec, lumaDb) => {
  it('decodes, takes as long as the session, and ends with the screenshot', async () => {
    const made = await home.result(['record', 'export', 's', '--format', format, '--show-cursor', '--to', last]);
    const file = String(made['artifactPath']);
    const { codec: found, frames, width, height, durationS } = probe(file);
    expect({ found, width, height }).toEqual({
      found: codec,
      width: 8 * SCREEN.cols + 16,
      height: 16 * SCREEN.rows + 16,
    });
    expect(made).toMatchObject({ format, bytes: fs.statSync(file).size, metadata: { frames, fps: 30, scale: 1 } });
    expect(Math.abs(durationS * 1_000 - durationMs)).toBeLessThanOrEqual(1_000 / 30);
    expect(Math.abs(Number(made['durationMs']) - durationMs)).toBeLessThanOrEqual(1_000 / 30);
    const picture = await home.result(['screenshot', 's', '--scale', '1', '--show-cursor', '--at', last]);
    const wanted = lastPixels(String(picture['artifactPath']), { width, height });
    const near = nearness(lastPixels(file, { width, height }), wanted);
    expect(near.luma).toBeGreaterThan(lumaDb);
    expect(near.colours).toBeGreaterThan(25);
    expect(leftBehind()).toEqual([]);
  });
});

describe('the page of a recording, in a browser', () => {
  it('plays, jumps, searches, shows the final screen, and asks nobody', async () => {
    const { artifactPath } = await home.result(['record', 'export', 's', '--format', 'html']);
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const heard: string[] = [];
      page.on('request', (request) => heard.push(request.url()));
      page.on('console', (message) => heard.push(message.text()));
      page.on('pageerror', (error) => heard.push(error.message));
      const url = pathToFileURL(String(artifactPath)).href;
      await page.goto(url);
      const terminal = page.locator('.ap-term-text');
      const runs = page.locator('#runs button');
      await expect
        .poll(() => runs.allInnerTexts())
        .toEqual([
          like(/^\d+\.\d s {2}run 1: .*echo first\s+finished, exit code 0/),
          like(/^\d+\.\d s {2}run 2: .*<\/script>.*\s+finished, exit code 0/),
          like(/^\d+\.\d s {2}run 3: .*\s+finished, exit code 3/),
        ]);
      // to the start of the last run: what the second one printed is there, what the third one draws is not
      await runs.nth(2).click();
      await expect.poll(() => terminal.textContent()).toContain('second');
      expect(await terminal.textContent()).not.toContain('1 ┌─┐');
      expect(await runs.nth(2).getAttribute('aria-current')).toBe('true');
      // back, and on from there to the end
      await runs.nth(0).click();
      await expect.poll(() => terminal.textContent()).not.toContain('second');
      await page.locator('.ap-overlay-start').click();
      await expect.poll(() => terminal.textContent(), { timeout: 20_000 }).toContain('7 ┌─┐ 漢字 wave');
      expect((await page.locator('#final').innerText()).split('\n')[0]).toMatch(/^1 ┌─┐ 漢字 wave {2}text/);
      await page.locator('#search').fill('</SCRIPT>');
      await expect.poll(() => page.locator('#found').innerText()).toMatch(/^\d+ lines?$/);
      await page.locator('#hits button').last().click();
      await expect.poll(() => terminal.textContent()).toContain('<b>&</b>');
      expect(await page.title()).toBe('s: /bin/bash');
      expect(heard).toEqual([url]);
    } finally {
      await browser.close();
    }
  });
});

describe('an export that ends early', () => {
  /** A call that is making a video, at the moment when its browser begins. */
  async function underWay(out: string): Promise<ReturnType<TestHome['start']>> {
    const call = home.start(['record', 'export', 's', '--format', 'webm', '--out', out]);
    await expect.poll(leftBehind, { timeout: 20_000, interval: 10 }).not.toEqual([]);
    return call;
  }

  it('leaves no file, no browser and nothing of it when it is interrupted', async () => {
    const call = await underWay('interrupted.webm');
    call.kill('SIGINT');
    expect(await call.end).toMatchObject({ exitCode: 130, stderr: like(/interrupted by SIGINT; no file was left/) });
    expect(leftBehind()).toEqual([]);
    expect(fs.readdirSync(home.work).filter((name) => name.includes('interrupted'))).toEqual([]);
  });

  it('leaves what the next export removes when it is killed', async () => {
    const call = await underWay('killed.webm');
    call.kill('SIGKILL');
    expect(await call.end).toMatchObject({ signal: 'SIGKILL' });
    expect(leftBehind()).not.toEqual([]);
    await home.result(['record', 'export', 's', '--format', 'webm', '--timing', 'max-speed', '--out', 'next.webm']);
    expect(leftBehind()).toEqual([]);
  });
});
