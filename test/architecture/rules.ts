/** The rules as functions from sources to sentences. Each sentence names the file, what is wrong, and what to edit. */
import fs from 'node:fs';
import path from 'node:path';
import {
  LAYERS,
  ENVIRONMENT_READERS,
  MAX_FILE_LINES,
  NODE_MODULES,
  PACKAGES,
  STARTS_WITHOUT,
  SYSTEM_CLOCK_USERS,
} from './layers.ts';
import { type Import, ROOT, type Source } from './sources.ts';

const MAP = 'test/architecture/layers.ts';

/** Path under src/, or `undefined` for a file elsewhere. */
function underSrc(file: string): string | undefined {
  return file.startsWith('src/') ? file.slice('src/'.length) : undefined;
}

/** The layer of a path under src/: the longest matching row of the map. */
export function layerOf(file: string): string | undefined {
  return Object.keys(LAYERS)
    .filter((layer) => file === layer || file.startsWith(`${layer}/`))
    .toSorted((a, b) => b.length - a.length)[0];
}

function listed(file: string, places: readonly string[]): boolean {
  return places.some((place) => file === place || (place.endsWith('/') && file.startsWith(place)));
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function fileFault(from: string, layer: string, target: string): string | undefined {
  const inner = underSrc(target);
  if (inner === undefined) return `src/${from} imports ${target}: src/ stands on its own`;
  const targetLayer = layerOf(inner);
  if (targetLayer === undefined || targetLayer === layer) return undefined;
  if (LAYERS[layer]?.imports.includes(targetLayer) === true) return undefined;
  return `src/${from} (${layer}) imports src/${inner} (${targetLayer}): ${layer} may import ${
    LAYERS[layer]?.imports.join(', ') || 'nothing'
  }; move the code, hand the thing in from above, or argue for a new row in ${MAP}`;
}

function packageFault(from: string, layer: string, { specifier, kind }: Import): string | undefined {
  if (specifier.startsWith('node:')) {
    const allowed = NODE_MODULES[layer];
    if (allowed === undefined || allowed.includes(specifier)) return undefined;
    return `src/${from} imports ${specifier}: ${layer} may use ${allowed.join(', ')} of Node (${MAP})`;
  }
  const rule = PACKAGES[packageOf(specifier)];
  if (rule === undefined) return `src/${from} imports ${specifier}: no row for that package in PACKAGES of ${MAP}`;
  const places = kind === 'type' ? rule.types : rule.loads;
  if (listed(from, places)) return undefined;
  return `src/${from} ${kind === 'type' ? 'names types of' : 'loads'} ${specifier}: only ${places.join(', ')} may (${MAP})`;
}

/** Imports that the map of layers and packages does not allow. */
export function importFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ file, imports }) => {
    const from = underSrc(file) ?? file;
    const layer = layerOf(from);
    if (layer === undefined) return [`${file} belongs to no layer: give its folder a row in LAYERS of ${MAP}`];
    return imports.flatMap((one) => {
      if (one.specifier === '<computed>') return [`${file} imports a computed path, which no check can follow`];
      const fault = one.target === undefined ? packageFault(from, layer, one) : fileFault(from, layer, one.target);
      return fault ?? [];
    });
  });
}

/** Relative imports of files that do not exist. */
export function danglingImports(sources: readonly Source[]): string[] {
  const files = new Set(sources.map(({ file }) => file));
  return sources.flatMap(({ file, imports }) =>
    imports
      .filter(({ target }) => target !== undefined && underSrc(target) !== undefined && !files.has(target))
      .filter(({ target = '' }) => !target.endsWith('.json') || !fs.existsSync(path.join(ROOT, target)))
      .map(({ specifier }) => `${file} imports ${specifier}, which is not there`),
  );
}

/** Files over the limit. */
export function sizeFaults(sources: readonly Source[]): string[] {
  return sources
    .filter(({ lines }) => lines > MAX_FILE_LINES)
    .map(
      ({ file, lines }) =>
        `${file} has ${lines} lines, at most ${MAX_FILE_LINES}: split it by owner, or state from effects, or table from engine`,
    );
}

/** Files whose name is not camelCase. */
export function nameFaults(sources: readonly Source[]): string[] {
  return sources
    .filter(({ file }) => !/^[a-z][A-Za-z0-9]*(\.[a-z]+)*\.(ts|mjs)$/.test(file.slice(file.lastIndexOf('/') + 1)))
    .map(({ file }) => `${file}: file names are camelCase`);
}

/** Uses of the environment and of time where they have to be handed in. */
export function ambientFaults(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => {
    const from = underSrc(source.file) ?? source.file;
    const faults: string[] = [];
    if (source.readsEnvironment && !listed(from, ENVIRONMENT_READERS)) {
      faults.push(
        `${source.file} reads process.env: only ${ENVIRONMENT_READERS.join(', ')} may; hand it in from there`,
      );
    }
    if (source.usesSystemClock && !listed(from, SYSTEM_CLOCK_USERS)) {
      faults.push(`${source.file} uses systemClock: take a Clock as a parameter`);
    }
    if (source.asksWallTime && from !== 'base/clock.ts') {
      faults.push(`${source.file} calls new Date(): use new Date(clock.wallMs())`);
    }
    return faults;
  });
}

/** Import cycles as the path that closes each. Types count; `import()` does not, since it runs after all is loaded. */
export function cycles(sources: readonly Source[]): string[] {
  const edges = new Map(
    sources.map(({ file, imports }) => [
      file,
      imports.flatMap(({ target, kind }) => (kind === 'dynamic' ? [] : (target ?? []))),
    ]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start !== -1) found.push([...trail.slice(start), file].join(' -> '));
    if (start !== -1 || done.has(file)) return;
    for (const target of edges.get(file) ?? []) visit(target, [...trail, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  return found;
}

/** Ways by which the start of a program loads what it must not. */
export function loadedAtStart(sources: readonly Source[]): string[] {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  return Object.entries(STARTS_WITHOUT).flatMap(([entry, unwanted]) =>
    unwanted.flatMap((name) => firstTrail(byFile, `src/${entry}`, name) ?? []),
  );
}

/** The first way from `entry` to a package, or to a file of a folder of src/. */
function firstTrail(byFile: ReadonlyMap<string, Source>, entry: string, unwanted: string): string | undefined {
  const queue = [[entry]];
  const seen = new Set<string>();
  for (const trail of queue) {
    const file = trail.at(-1) ?? '';
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { specifier, kind, target } of byFile.get(file)?.imports ?? []) {
      if (kind !== 'static') continue;
      if (specifier === unwanted || target?.startsWith(`src/${unwanted}`) === true)
        return `${[...trail, target ?? specifier].join(' -> ')}: load the user of it with import()`;
      if (target !== undefined) queue.push([...trail, target]);
    }
  }
  return undefined;
}

/** Tools and benchmarks start on a bare machine: packages only through `import()`, and never the product's sources. */
export function toolFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ file, imports }) =>
    imports
      .filter(({ specifier, kind, target }) =>
        target === undefined ? !specifier.startsWith('node:') && kind !== 'dynamic' : target.startsWith('src/'),
      )
      .map(({ specifier }) => `${file} imports ${specifier}: tools start with nothing but Node; use import() or dist/`),
  );
}
