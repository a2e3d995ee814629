import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_VERSION } from '../../src/protocol/version.ts';
import { LAYERS, PACKAGES } from './layers.ts';
import {
  ambientFaults,
  cycles,
  danglingImports,
  importFaults,
  layerOf,
  nameFaults,
  loadedAtStart,
  sizeFaults,
  toolFaults,
} from './rules.ts';
import { readSource, readSources, ROOT } from './sources.ts';

const packageJson: unknown = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
const packages = Object.keys(PACKAGES);
const src = readSources('src', packages);
const tests = readSources('test', packages);
const tools = ['tools', 'bench', 'conformance'].flatMap((folder) => readSources(folder, packages));

const planted = (file: string, text: string): ReturnType<typeof readSource>[] => [readSource(file, text, packages)];

describe('the sources', () => {
  it('import only what their layer may', () => {
    expect(importFaults(src)).toEqual([]);
  });

  it('import only files that are there', () => {
    expect(danglingImports(src)).toEqual([]);
  });

  it('have no import cycle', () => {
    expect(cycles(src)).toEqual([]);
  });

  it('read the environment and the time only where the process begins', () => {
    expect(ambientFaults(src)).toEqual([]);
  });

  it('start the CLI and the library without the schema library, CLI and host without the leases', () => {
    expect(loadedAtStart(src)).toEqual([]);
  });

  it('are in files of a readable size with camelCase names, tests and tools too', () => {
    expect([...sizeFaults([...src, ...tests, ...tools]), ...nameFaults([...src, ...tests, ...tools])]).toEqual([]);
  });

  it('carry the version of package.json', () => {
    expect(packageJson).toMatchObject({ version: PACKAGE_VERSION });
  });
});

describe('the tools', () => {
  it('start with nothing but Node', () => {
    expect(toolFaults(tools)).toEqual([]);
  });
});

describe('the check itself', () => {
  it('sees every source file, and the imports that are known to be there', () => {
    const onDisk = fs
      .readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'));
    expect(src.map(({ file }) => file.slice('src/'.length))).toEqual(onDisk.toSorted());
    const edges = src.flatMap(({ file, imports }) =>
      imports.map(({ specifier, kind }) => `${file} ${kind} ${specifier}`),
    );
    expect(edges).toEqual(
      expect.arrayContaining([
        'src/protocol/methods/run.ts static zod',
        'src/host/main.ts static ./hostProcess.ts',
        'src/base/native.ts static koffi',
      ]),
    );
  });

  it('has a row for every folder and uses every row', () => {
    const used = new Set(src.map(({ file }) => layerOf(file.slice('src/'.length))));
    expect(Object.keys(LAYERS).filter((layer) => !used.has(layer))).toEqual([]);
  });

  it.each([
    ['src/base/x.ts', "import { a } from '../protocol/ids.ts';", 'src/base/x.ts (base) imports src/protocol/ids.ts'],
    ['src/cli/x.ts', "import type { A } from '../host/main.ts';", 'src/cli/x.ts (cli) imports src/host/main.ts (host)'],
    ['src/host/run/x.ts', "export * from '../pty/pty.ts';", '(host/run) imports src/host/pty/pty.ts (host/pty)'],
    ['src/host/run/x.ts', "await import('../session/session.ts');", '(host/run) imports src/host/session/session.ts'],
    ['src/cli/x.ts', "import pty from 'node-pty';", 'src/cli/x.ts loads node-pty'],
    ['src/cli/x.ts', "createRequire(import.meta.url)('koffi');", 'src/cli/x.ts loads koffi'],
    ['src/store/x.ts', "type A = import('zod').ZodType;", 'src/store/x.ts names types of zod'],
    ['src/protocol/x.ts', "import { z } from 'zod';", 'src/protocol/x.ts loads zod'],
    ['src/protocol/x.ts', "import fs from 'node:fs';", 'src/protocol/x.ts imports node:fs'],
    ['src/client/x.ts', "import left from 'left-pad';", 'src/client/x.ts imports left-pad: no row'],
    ['src/client/x.ts', 'await import(name);', 'src/client/x.ts imports a computed path'],
    ['src/new/x.ts', '', 'src/new/x.ts belongs to no layer'],
    ['src/base/x.ts', "import { a } from '../../test/support/fakeClock.ts';", 'src/ stands on its own'],
  ])('finds what is wrong in %s: %s', (file, text, fault) => {
    expect(importFaults(planted(file, text))).toEqual([expect.stringContaining(fault)]);
  });

  it.each([
    ["process.env['HOME'];", 'reads process.env'],
    ['const { env } = process;', 'reads process.env'],
    ["import { systemClock } from '../base/clock.ts';", 'uses systemClock'],
    ['new Date();', 'calls new Date()'],
  ])('finds what is taken from the surroundings: %s', (text, fault) => {
    expect(ambientFaults(planted('src/store/x.ts', text))).toEqual([expect.stringContaining(fault)]);
  });

  it('finds a cycle, a long file, a bad name, a missing file and a schema library at start', () => {
    const a = readSource('src/base/a.ts', "import { b } from './b.ts';", packages);
    const b = readSource('src/base/b.ts', "import type { a } from './a.ts';", packages);
    expect(cycles([a, b])).toEqual(['src/base/a.ts -> src/base/b.ts -> src/base/a.ts']);
    expect(danglingImports([a])).toEqual(['src/base/a.ts imports ./b.ts, which is not there']);
    expect(sizeFaults(planted('src/base/x.ts', '\n'.repeat(301)))).toHaveLength(1);
    expect(sizeFaults(planted('src/base/x.ts', '\n'.repeat(300)))).toHaveLength(0);
    expect(nameFaults(planted('src/base/two-words.ts', ''))).toHaveLength(1);
    const main = readSource('src/cli/main.ts', "import '../protocol/methods/run.ts';", packages);
    const lazy = readSource('src/cli/main.ts', "await import('../protocol/methods/run.ts');", packages);
    const run = readSource('src/protocol/methods/run.ts', "import { z } from 'zod';", packages);
    expect(loadedAtStart([main, run])).toHaveLength(1);
    expect(loadedAtStart([lazy, run])).toEqual([]);
    const host = readSource('src/host/main.ts', "import '../lease/engine.ts';", packages);
    expect(loadedAtStart([host])).toEqual([
      'src/host/main.ts -> src/lease/engine.ts: load the user of it with import()',
    ]);
    expect(toolFaults(planted('tools/x.mjs', "import esbuild from 'esbuild';"))).toHaveLength(1);
  });
});
