/** One page in a browser of its own. The only user of `playwright-core`, which is optional and loaded when a video is made. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { isErrno } from '../../base/atomicFile.ts';
import { quote, TtyError } from '../../protocol/errors.ts';
import { noBrowser } from './findBrowser.ts';

/** Nothing is drawn on a screen, nothing is asked of a network. */
const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** WebCodecs are there for secure pages only. Every request for this one is answered here: it never leaves the process. */
const PAGE_URL = 'https://film.invalid/';
const START_MS = 30_000;
const PROFILE = 'agent-tty-browser-';
/** Stands before what a browser printed, in messages of its driver. */
const SAID = '[err]';

/** What a page is opened with. */
export interface PageOptions {
  /** The browser's program. */
  readonly program: string;
  /** A script that the page runs first. */
  readonly script: string;
  /** The environment of the browser; it gets a home of its own. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A browser with one empty page. Dispose it: the browser ends, and nothing of it is left. */
export class BrowserPage implements AsyncDisposable {
  readonly #context: BrowserContext;
  readonly #page: Page;
  readonly #profile: string;

  private constructor(context: BrowserContext, page: Page, profile: string) {
    this.#context = context;
    this.#page = page;
    this.#profile = profile;
  }

  /** Throws `EXPORT_ERROR` when the package is not installed or the browser does not start. */
  static async open({ program, script, environment }: PageOptions): Promise<BrowserPage> {
    const { chromium } = await load();
    removeStaleProfiles();
    const profile = fs.mkdtempSync(path.join(os.tmpdir(), `${PROFILE}${process.pid}-`));
    let context: BrowserContext | undefined;
    try {
      context = await chromium.launchPersistentContext(profile, {
        executablePath: program,
        headless: true,
        args: ARGUMENTS,
        // root cannot use the sandbox; anybody else has it
        chromiumSandbox: process.getuid?.() !== 0,
        env: {
          ...definedOf(environment),
          HOME: profile,
          XDG_CONFIG_HOME: profile,
          XDG_CACHE_HOME: profile,
          TMPDIR: profile,
        },
        artifactsDir: profile,
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
        timeout: START_MS,
      });
      const page = context.pages()[0] ?? (await context.newPage());
      await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<!DOCTYPE html>' }));
      await page.goto(PAGE_URL);
      await page.addScriptTag({ content: script });
      return new BrowserPage(context, page, profile);
    } catch (cause) {
      await close(context, profile);
      throw noBrowser(`the browser ${program} could not be used: ${firstLine(cause)}${lastWords(cause)}`, cause);
    }
  }

  /** Calls a function of the page's script with texts; it gives a text. Rejects with what went wrong in the page. */
  async call(name: string, ...texts: readonly string[]): Promise<string> {
    try {
      return await this.#page.evaluate(callOf, [name, ...texts]);
    } catch (cause) {
      throw new TtyError('EXPORT_ERROR', `the browser failed: ${firstLine(cause)}`, {
        details: { reason: 'browser' },
        cause,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await close(this.#context, this.#profile);
  }
}

/** Runs in the page, where nothing of this module is. */
async function callOf([name = '', ...texts]: readonly string[]): Promise<string> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the script that the page ran first put it there
  const page = Reflect.get(globalThis, 'agentTtyFilm') as Record<string, (...words: readonly string[]) => unknown>;
  return String(await page[name]?.(...texts));
}

async function close(context: BrowserContext | undefined, profile: string): Promise<void> {
  try {
    await context?.close();
  } finally {
    fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

/** Removes what browsers left whose process was killed, and with it the browser. */
function removeStaleProfiles(): void {
  for (const name of fs.readdirSync(os.tmpdir()).filter((one) => one.startsWith(PROFILE))) {
    const pid = Number(name.slice(PROFILE.length).split('-')[0]);
    const directory = path.join(os.tmpdir(), name);
    if (!Number.isInteger(pid) || pid <= 0 || isAlive(pid)) continue;
    if (fs.lstatSync(directory, { throwIfNoEntry: false })?.uid !== process.getuid?.()) continue;
    try {
      fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    } catch {
      // its browser is only just ending and still writes there: the next video takes it away
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !isErrno(error, 'ESRCH');
  }
}

/** Whether the package that drives browsers is there; throws `EXPORT_ERROR` when it is not. */
export async function assertDriver(): Promise<void> {
  await load();
}

async function load(): Promise<typeof import('playwright-core')> {
  try {
    return await import('playwright-core');
  } catch (cause) {
    throw new TtyError('EXPORT_ERROR', 'videos need the package playwright-core, which cannot be loaded here', {
      details: { reason: 'playwright', package: 'playwright-core' },
      hint: 'install agent-tty again with its optional dependencies: npm install --include=optional; or export a gif',
      cause,
    });
  }
}

function definedOf(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(environment);
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** What a browser that did not start said last, which its driver puts into its own message; a missing sandbox, for one. */
function lastWords(error: unknown): string {
  const lines = error instanceof Error ? error.message.split('\n') : [];
  const said = lines.findLast((line) => line.includes(SAID));
  return said === undefined ? '' : `; it said ${quote(said.slice(said.indexOf(SAID) + SAID.length).trim())}`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
