/** What the architecture tests know of a source file: its imports of every kind and the few expressions they ask for. */
import fs from 'node:fs';
import path from 'node:path';
import { type Node, parseSync, Visitor } from 'oxc-parser';

export const ROOT = path.dirname(path.dirname(import.meta.dirname));

/** How much of the other module an import needs: its types only, the module now, or the module when asked for. */
export type ImportKind = 'type' | 'static' | 'dynamic';

export interface Import {
  /** As written: `./x.ts`, `zod`, `node:fs`. */
  readonly specifier: string;
  readonly kind: ImportKind;
  /** Path of the imported file from the project's root, for relative specifiers. */
  readonly target: string | undefined;
}

export interface Source {
  /** From the project's root, with `/`. */
  readonly file: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly readsEnvironment: boolean;
  readonly usesSystemClock: boolean;
  readonly asksWallTime: boolean;
}

interface Findings {
  readonly imports: { specifier: string; kind: ImportKind }[];
  readsEnvironment: boolean;
  usesSystemClock: boolean;
  asksWallTime: boolean;
}

/** The text of a string literal, else `undefined`. */
function literal(node: Node | null | undefined): string | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

function isNamed(node: Node, name: string): boolean {
  return node.type === 'Identifier' && node.name === name;
}

/** Whether every name of an import or export list is a type, so that nothing of the module is needed at run time. */
function onlyTypes(
  specifiers: readonly { readonly type: string; readonly importKind?: string; readonly exportKind?: string }[],
): boolean {
  return specifiers.length > 0 && specifiers.every((one) => one.importKind === 'type' || one.exportKind === 'type');
}

/** A module of that name or path that a call (`require('x')`, `createRequire(...).resolve('x')`) could load. */
const PACKAGE_NAME = /^(@[a-z0-9-]+\/)?[a-z][a-z0-9-]*$/;

function collect(program: Parameters<Visitor['visit']>[0], packages: readonly string[]): Findings {
  const found: Findings = { imports: [], readsEnvironment: false, usesSystemClock: false, asksWallTime: false };
  const add = (specifier: string | undefined, kind: ImportKind): void => {
    if (specifier !== undefined) found.imports.push({ specifier, kind });
  };
  new Visitor({
    ImportDeclaration(node) {
      add(node.source.value, node.importKind === 'type' || onlyTypes(node.specifiers) ? 'type' : 'static');
    },
    ExportAllDeclaration(node) {
      add(node.source.value, node.exportKind === 'type' ? 'type' : 'static');
    },
    ExportNamedDeclaration(node) {
      add(literal(node.source), node.exportKind === 'type' || onlyTypes(node.specifiers) ? 'type' : 'static');
    },
    ImportExpression(node) {
      add(literal(node.source) ?? '<computed>', 'dynamic');
    },
    TSImportType(node) {
      add(literal(node.source), 'type');
    },
    CallExpression(node) {
      const name = literal(node.arguments[0]);
      if (name !== undefined && PACKAGE_NAME.test(name) && packages.includes(name)) add(name, 'static');
    },
    NewExpression(node) {
      if (isNamed(node.callee, 'Date') && node.arguments.length === 0) found.asksWallTime = true;
    },
    MemberExpression(node) {
      const property = node.computed
        ? literal(node.property)
        : node.property.type === 'Identifier' && node.property.name;
      if (isNamed(node.object, 'process') && property === 'env') found.readsEnvironment = true;
    },
    VariableDeclarator(node) {
      if (node.init === null || !isNamed(node.init, 'process') || node.id.type !== 'ObjectPattern') return;
      found.readsEnvironment ||= node.id.properties.some((one) => one.type === 'Property' && isNamed(one.key, 'env'));
    },
    Identifier(node) {
      if (node.name === 'systemClock') found.usesSystemClock = true;
    },
  }).visit(program);
  return found;
}

/** Reads one file's text; `file` is its path from the project's root. */
export function readSource(file: string, text: string, packages: readonly string[]): Source {
  const parsed = parseSync(file, text);
  const [error] = parsed.errors;
  if (error !== undefined) throw new Error(`${file} cannot be parsed: ${error.message}`);
  const { imports, ...rest } = collect(parsed.program, packages);
  const targetOf = (specifier: string): string | undefined =>
    specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : undefined;
  return {
    file,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports: imports.map(({ specifier, kind }) => ({ specifier, kind, target: targetOf(specifier) })),
    ...rest,
  };
}

/** Every source file below a folder of the project, parsed. */
export function readSources(folder: string, packages: readonly string[]): Source[] {
  return fs
    .readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .filter((file) => /\.(ts|mjs)$/.test(file) && fs.statSync(path.join(ROOT, file)).isFile())
    .toSorted()
    .map((file) => readSource(file, fs.readFileSync(path.join(ROOT, file), 'utf8'), packages));
}
