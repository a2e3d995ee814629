// Bundles the sources into dist/ and writes the library's types. `--if-stale` does nothing when dist/ was built from the
// very same inputs, `--no-types` leaves the declarations out.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { copyFonts, copyLicences, copyPlayer } from './assets.mjs';
import { duration, filesBelow, inRoot, isProgram, localProgram, ROOT, run } from './project.mjs';

/** Packages that stay outside the bundles: native code, found in node_modules at run time. */
const EXTERNAL = ['node-pty', 'koffi', '@napi-rs/canvas', 'playwright-core'];
/** Packages that must not be among the files a bare `agent-tty` call loads; each costs more than the rest of the call. */
const NOT_AT_START = ['zod', '@xterm', '@napi-rs', 'mediabunny', 'gifenc'];
/** Code of CommonJS packages inside an ESM bundle may still call `require`. */
const REQUIRE_BANNER =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** What runs in a browser is one script of any age that knows WebCodecs. */
const IN_BROWSER = { platform: 'browser', format: 'iife', target: 'chrome107', external: [] };

/**
 * One bundle each, so that starting one of them never loads a file that exists for the sake of another. The CLI and
 * the library are split: what few callers want lies in a chunk of its own until it is asked for. Names stay readable in stack traces.
 */
const BUNDLES = [
  { entry: 'src/cli/main.ts', name: 'cli', splitting: true, program: true },
  { entry: 'src/host/main.ts', name: 'host' },
  { entry: 'src/screen/worker/worker.ts', name: 'screenWorker', banner: REQUIRE_BANNER },
  { entry: 'src/index.ts', name: 'index', splitting: true, banner: REQUIRE_BANNER },
  { entry: 'src/artifacts/video/page.ts', name: 'videoPage', more: IN_BROWSER },
  { entry: 'src/artifacts/player/page.ts', name: 'playerPage', more: IN_BROWSER },
];

const STAMP = inRoot('dist', '.inputs');

/** Hash over everything that decides what dist/ holds. */
function inputHash() {
  const hash = createHash('sha256');
  const single = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.types.json',
    'tools/build.mjs',
    'tools/assets.mjs',
  ];
  for (const file of [...filesBelow(inRoot('src')), ...single.map((name) => inRoot(name))]) {
    hash
      .update(`${path.relative(ROOT, file)}\0`)
      .update(fs.readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Whether dist/ was built, whole, from the sources as they are now. */
export function isFresh() {
  return fs.existsSync(STAMP) && fs.readFileSync(STAMP, 'utf8') === inputHash();
}

async function bundle(esbuild, { entry, name, splitting = false, program = false, banner, more }, outdir) {
  const result = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: [{ in: entry, out: name }],
    outdir,
    bundle: true,
    splitting,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: EXTERNAL,
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 160,
    metafile: true,
    logLevel: 'warning',
    ...(banner === undefined ? {} : { banner: { js: banner } }),
    ...more,
  });
  if (program) makeProgram(path.join(outdir, `${name}.js`));
  return result.metafile;
}

/** Puts the `#!` line in front and sets the mode, so that the file can be run as it is. */
function makeProgram(file) {
  const shebang = '#!/usr/bin/env node\n';
  const code = fs.readFileSync(file, 'utf8');
  fs.writeFileSync(file, code.startsWith('#!') ? code : shebang + code);
  fs.chmodSync(file, 0o755);
}

/** Output files that are loaded before the entry runs its first line: the entry and what it imports statically. */
function startFiles(metafile, entry) {
  const first = Object.keys(metafile.outputs).find((name) => metafile.outputs[name].entryPoint === entry);
  const seen = new Set([first]);
  for (const name of seen) {
    for (const { path: target, kind } of metafile.outputs[name].imports) {
      if (kind === 'import-statement' && metafile.outputs[target] !== undefined) seen.add(target);
    }
  }
  return [...seen];
}

/** Names the packages of NOT_AT_START that the start-up files hold all the same. */
function heavyAtStart(metafile, files) {
  const inputs = files.flatMap((name) => Object.keys(metafile.outputs[name].inputs));
  return NOT_AT_START.filter((name) => inputs.some((input) => input.includes(`node_modules/${name}/`)));
}

function describe(metafile, { entry, name }) {
  const files = startFiles(metafile, entry);
  const bytes = files.reduce((sum, file) => sum + metafile.outputs[file].bytes, 0);
  const total = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  const counts = `${files.length} of ${Object.keys(metafile.outputs).length} files at start`;
  console.log(
    `  ${name.padEnd(13)} ${String(Math.ceil(bytes / 1024)).padStart(5)} of ${Math.ceil(total / 1024)} KiB, ${counts}`,
  );
}

/** Builds dist/ beside the old one and swaps them at the end, so that a failed build leaves the old one as it was. */
export async function build({ types = true } = {}) {
  const began = performance.now();
  const missing = BUNDLES.filter(({ entry }) => !fs.existsSync(inRoot(entry)));
  if (missing.length > 0) {
    console.error(`build: these entries do not exist: ${missing.map(({ entry }) => entry).join(', ')}`);
    return 1;
  }
  const esbuild = await import('esbuild');
  const inputs = inputHash();
  const outdir = inRoot(`dist.${process.pid}.tmp`);
  try {
    if ((await fill(esbuild, outdir, types)) !== 0) return 1;
    if (types) fs.writeFileSync(path.join(outdir, '.inputs'), inputs);
    const old = inRoot(`dist.${process.pid}.old`);
    if (fs.existsSync(inRoot('dist'))) fs.renameSync(inRoot('dist'), old);
    fs.renameSync(outdir, inRoot('dist'));
    fs.rmSync(old, { recursive: true, force: true });
  } finally {
    fs.rmSync(outdir, { recursive: true, force: true });
  }
  console.log(`build: dist is ready (${duration(performance.now() - began)})`);
  return 0;
}

/** Builds every program into `outdir`, changed by `more` options of esbuild: for tests that need a product that is a little different. */
export async function bundleInto(outdir, more) {
  const esbuild = await import('esbuild');
  for (const one of BUNDLES) await bundle(esbuild, { ...one, more: { ...one.more, ...more } }, outdir);
}

async function fill(esbuild, outdir, types) {
  for (const one of BUNDLES) {
    let metafile;
    try {
      metafile = await bundle(esbuild, one, outdir);
    } catch (error) {
      console.error(`build: ${one.entry}: ${error.message.split('\n', 1)[0]}`);
      return 1;
    }
    describe(metafile, one);
    const heavy = one.program === true ? heavyAtStart(metafile, startFiles(metafile, one.entry)) : [];
    if (heavy.length > 0) {
      console.error(
        `build: ${one.entry} loads ${heavy.join(', ')} at start; import the user of it with import() instead`,
      );
      return 1;
    }
  }
  copyFonts(path.join(outdir, 'fonts'));
  copyPlayer(path.join(outdir, 'player'));
  copyLicences(path.join(outdir, 'licences'));
  return types ? run(localProgram('tsc'), ['-p', 'tsconfig.types.json', '--outDir', path.join(outdir, 'types')]) : 0;
}

if (isProgram(import.meta.url)) {
  const known = ['--if-stale', '--no-types'];
  const unknown = process.argv.slice(2).filter((flag) => !known.includes(flag));
  if (unknown.length > 0) {
    console.error(`build: unknown option ${unknown.join(' ')}; known are ${known.join(' ')}`);
    process.exitCode = 2;
  } else if (process.argv.includes('--if-stale') && isFresh()) {
    console.log('build: dist is up to date');
  } else {
    process.exitCode = await build({ types: !process.argv.includes('--no-types') });
  }
}
