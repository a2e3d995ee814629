/** The import map of src/, as data. layers.test.ts holds the sources to it; docs/architecture.md tells the story behind it. */

/** A layer is a folder of src/ (or one file); the longest prefix of a file's path decides which one the file belongs to. */
interface Layer {
  /** Layers it may import from, beside itself. */
  readonly imports: readonly string[];
}

export const LAYERS: Readonly<Record<string, Layer>> = {
  base: { imports: [] },
  protocol: { imports: ['base'] },
  eventlog: { imports: ['base', 'protocol'] },
  store: { imports: ['base', 'protocol'] },
  redact: { imports: ['base', 'protocol'] },
  lease: { imports: ['base', 'protocol'] },
  screen: { imports: ['base', 'protocol'] },
  artifacts: { imports: ['base', 'protocol', 'eventlog', 'redact', 'store', 'screen'] },
  'host/pty': { imports: ['base', 'protocol'] },
  'host/run': { imports: ['base', 'protocol'] },
  'host/probe': { imports: ['base', 'protocol'] },
  'host/session': {
    imports: ['base', 'protocol', 'eventlog', 'redact', 'store', 'screen', 'host/pty', 'host/run', 'host/probe'],
  },
  'host/methods': { imports: ['base', 'protocol', 'host/session'] },
  'host/server': { imports: ['base', 'protocol'] },
  // The files of host/ itself put the parts together, so they know all of them.
  host: {
    imports: [
      'base',
      'protocol',
      'eventlog',
      'store',
      'lease',
      'screen',
      'host/pty',
      'host/run',
      'host/probe',
      'host/session',
      'host/methods',
      'host/server',
    ],
  },
  client: { imports: ['base', 'protocol', 'store', 'eventlog'] },
  cli: { imports: ['base', 'protocol', 'client', 'store', 'artifacts', 'lease'] },
  'withLease.ts': { imports: ['base', 'protocol', 'store', 'lease'] },
  'index.ts': { imports: ['base', 'client', 'protocol', 'artifacts', 'withLease.ts'] },
};

/** Which files may use a package: paths under src/, a folder ending in `/`. */
interface PackageRule {
  /** Files that may load it. */
  readonly loads: readonly string[];
  /** Files that may name its types. */
  readonly types: readonly string[];
}

export const PACKAGES: Readonly<Record<string, PackageRule>> = {
  '@napi-rs/canvas': { loads: ['artifacts/canvas.ts'], types: ['artifacts/canvas.ts'] },
  gifenc: { loads: ['artifacts/gif/'], types: ['artifacts/gif/'] },
  mediabunny: { loads: ['artifacts/video/muxer.ts'], types: ['artifacts/video/muxer.ts'] },
  'playwright-core': { loads: ['artifacts/video/browser.ts'], types: ['artifacts/video/browser.ts'] },
  koffi: { loads: ['base/native.ts'], types: ['base/native.ts'] },
  'node-pty': { loads: ['host/pty/'], types: ['host/pty/'] },
  zod: { loads: ['protocol/methods/'], types: ['protocol/'] },
  '@xterm/headless': { loads: ['screen/'], types: ['screen/'] },
  '@xterm/addon-serialize': { loads: ['screen/'], types: ['screen/'] },
  '@xterm/addon-unicode11': { loads: ['screen/'], types: ['screen/'] },
};

/** Layers that may use only these of Node's modules. The contract is data: it opens no file and no socket. */
export const NODE_MODULES: Readonly<Record<string, readonly string[]>> = {
  protocol: ['node:buffer', 'node:crypto', 'node:path'],
};

/** Entries of the program's processes. */
const MAIN_FILES = ['cli/main.ts', 'host/main.ts', 'screen/worker/worker.ts'];

/** The only readers of `process.env`: the library's entry takes it where its caller hands in none. */
export const ENVIRONMENT_READERS = [...MAIN_FILES, 'index.ts'];

/** Users of `systemClock`. Everything else is handed a `Clock`; the client is the edge to a program that has none. */
export const SYSTEM_CLOCK_USERS = [...MAIN_FILES, 'base/clock.ts', 'client/', 'index.ts'];

/** What the start of a program must not load: a package, or a folder of src/. Files that are loaded with `import()` are not counted. */
export const STARTS_WITHOUT: Readonly<Record<string, readonly string[]>> = {
  'cli/main.ts': ['zod', 'lease/'],
  'host/main.ts': ['lease/'],
  'index.ts': ['zod', 'lease/'],
};

/** No file may be longer. */
export const MAX_FILE_LINES = 300;
