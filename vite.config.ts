import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, minify, type Plugin, parseAst, type Rolldown } from 'vite';
import { charts, licences, modules, packageOf } from './bundling.ts';
import packaged from './package.json' with { type: 'json' };

/** What is imported by name or by path. */
const entries = [
  ...modules.map(([, source]) => source),
  'streams/workers/thread',
  'src/cli/main',
  'src/numeric/gp/fit',
  'src/server/questions/inThread',
];

const root = fileURLToPath(new URL('.', import.meta.url));
const installed = `${root}node_modules`;

/** Their names for chunks. Those that follow from others are left out: a module of `hypertide` is one of `hypertide/core`, of the strategies, or its own. */
const marks: Readonly<Record<string, string>> = {
  'streams/core': 'core',
  'streams/strategies': 'strategies',
  'streams/journal': 'journal',
  'streams/figures': 'figures',
  'machines/index': 'machines',
  'streams/workers/thread': 'thread',
  'src/numeric/gp/fit': 'fit',
  'streams/study/optimize': 'study',
  'src/cli/program': 'command',
};

/** Chunks of what only these load, with or without commands: a program does not load the code of commands with them. */
const rest: readonly (readonly [entry: string, mark: string])[] = [
  ['streams/http/index', 'http'], // first, so that it shares no chunk with what only Node has
  ['streams/explanation/studyImportances', 'explanation'],
  ['streams/explanation/whyOf', 'explanation'],
  ['streams/engine/earlier', 'earlier'],
  ...modules.map(([name, source]) => [source, name] as const),
];

/** The entries of the library that load each module. */
let users: ReadonlyMap<string, readonly string[]> | undefined;

/** What a module loads before it runs, itself included. Packages are their names, without what they load. */
function reachedFrom(module: string, graph: Rolldown.ChunkingContext): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (id: string) => {
    if (reached.has(id)) return;
    reached.add(id);
    if (id.startsWith(root) && !packageOf(id)) graph.getModuleInfo(id)?.importedIds.forEach(visit);
  };
  visit(module);
  return reached;
}

function usersOf(graph: Rolldown.ChunkingContext): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const modulesOf = (entry: string) => reachedFrom(`${root}${entry}.ts`, graph);
  for (const [entry, mark] of Object.entries(marks)) for (const id of modulesOf(entry)) found.set(id, [...(found.get(id) ?? []), mark]);
  for (const [entry, mark] of rest)
    for (const id of modulesOf(entry)) {
      const of = found.get(id) ?? [];
      if (of.length === 0 || of.join() === 'command') found.set(id, [...of, mark]);
    }
  return found;
}

/**
 * What the same entries load is one file, if it loads the same packages: each file that Node loads costs a third of a millisecond, and packages cost more.
 * So is what several commands load. Without this, the package has 346 files; with one file for each folder, `hypertide --version` takes 2.9 times as long, and
 * without the names of packages, `hypertide run` takes 1.2 times as long.
 */
const bundleOf: Rolldown.CodeSplittingNameFunction = (id, graph) => {
  users ??= usersOf(graph);
  const of = users.get(id);
  return of ? [...of, ...packagesOf(id, graph)].join('-') : null;
};

const shellOf: Rolldown.CodeSplittingNameFunction = (id, graph) => ['shell', ...packagesOf(id, graph)].join('-');

const LIGHT = ['rxjs', 'xstate', 'seedrandom', 'ml-matrix', 'csv-parse', 'modern-tar'];

/** The packages that a module loads, which take longer to load than our own code. Those of one maker are one. */
function packagesOf(id: string, graph: Rolldown.ChunkingContext): readonly string[] {
  const others = [...reachedFrom(id, graph)].flatMap((at) => packageOf(at) ?? (at.startsWith(root) || at.startsWith('node:') ? [] : at));
  return [...new Set(others.map((name) => /^@?([^/]+)/.exec(name)![1]!))].filter((name) => !LIGHT.includes(name)).sort();
}

/**
 * Of rxjs, the files of what the package uses, a third of all. `#rxjs` is this file in Node, and rxjs itself in bundlers, which leave out the rest by
 * themselves (`imports` in package.json). Programs that import rxjs get the same classes. With all of rxjs, `import 'hypertide'` takes 1.4 times as long.
 */
const partOfRxjs: Plugin = {
  name: 'part-of-rxjs',
  generateBundle(_, bundle) {
    const code = Object.values(bundle).map((one) => (one.type === 'chunk' ? one.code : ''));
    const lists = [...code.join('\n').matchAll(/import ?\{([^}]*)\} ?from ?"#rxjs"/g)].flatMap(([, list]) => list!.split(','));
    const names = new Set(lists.map((name) => name.trim().split(' ')[0]!));
    const index = readFileSync(`${installed}/rxjs/dist/esm/index.js`, 'utf8');
    const homes = new Map(
      [...index.matchAll(/export \{(.*)\} from '\.\/(.*)'/g)].flatMap(([, list, home]) =>
        list!.split(',').map((name) => [name.trim(), home!]),
      ),
    );
    const source = [...names].sort().map((name) => `exports.${name} = require('rxjs/${homes.get(name)}').${name};\n`);
    this.emitFile({ type: 'asset', fileName: 'rxjs.cjs', source: source.join('') });
  },
};

const { source, built } = charts();

/** What a user installs with the package. */
const external = Object.keys({ ...packaged.dependencies, ...packaged.peerDependencies });

/** The package contains what it does not depend on, in a chunk for each package that our code imports. */
const vendorOf = (id: string): string | null => {
  const name = packageOf(id);
  return name !== undefined && name in packaged.devDependencies ? `vendor/${name.replace('/', '-')}` : null;
};

/** Programs debug into the library, and not into the command and what the package contains, which would be 0.5 MB more. */
const minified: Plugin = {
  name: 'minified',
  // Of what renderChunk returns, the bundler would break the lines again.
  async generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      const { name, fileName, moduleIds } = chunk;
      const isLibrary = !fileName.startsWith('chunks/') || moduleIds.some((id) => users?.get(id)?.some((user) => user !== 'command'));
      if (!isLibrary || name.startsWith('vendor/')) chunk.code = (await minify(fileName, chunk.code, { module: true })).code;
    }
  },
};

/** Initial values that every bundler sees to have no side effects. */
const PLAIN = /^(Literal|Identifier|ArrowFunctionExpression|FunctionExpression|ClassExpression)$/;

/**
 * Marks the initial values of a chunk as pure, which all in this package are, so that bundlers leave out what a program does not use: they cannot know that
 * of the parts of a file. A first program for browsers has 91 kB so, and 167 kB without.
 */
const pureValues: Plugin = {
  name: 'pure-values',
  renderChunk(code, { fileName }) {
    if (!fileName.startsWith('chunks/') || fileName.startsWith('chunks/vendor/')) return;
    const spans: [number, number][] = [];
    for (const statement of parseAst(code).body) {
      const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
      if (declaration?.type !== 'VariableDeclaration') continue;
      for (const { init } of declaration.declarations) if (init && !PLAIN.test(init.type)) spans.push([init.start, init.end]);
    }
    let marked = code;
    for (const [start, end] of spans.reverse())
      marked = `${marked.slice(0, start)}/* @__PURE__ */ (() => (${marked.slice(start, end)}))()${marked.slice(end)}`;
    return marked;
  },
};

export default defineConfig({
  resolve: {
    // One build of each: prom-client requires what we import.
    alias: {
      '@opentelemetry/api': `${installed}/@opentelemetry/api/build/esm/index.js`,
      'ml-matrix': `${installed}/ml-matrix/src/index.js`,
    },
  },
  plugins: [partOfRxjs, pureValues, minified, licences],
  ssr: { noExternal: true, external },
  build: {
    ssr: true, // for Node
    emitAssets: true,
    target: 'es2022',
    minify: false,
    emptyOutDir: false,
    rolldownOptions: {
      experimental: { attachDebugInfo: 'none' },
      external: source,
      input: Object.fromEntries(entries.map((entry) => [entry, `${entry}.ts`])),
      output: {
        // Two folders below the package, as the sources are that look for other files from their own place.
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name].js',
        paths: { rxjs: '#rxjs', [source]: built },
        codeSplitting: {
          groups: [
            { debugName: 'vendors', name: vendorOf, priority: 1 },
            { debugName: 'library', name: bundleOf, includeDependenciesRecursively: false },
            { debugName: 'shell', name: shellOf, minShareCount: 2, includeDependenciesRecursively: false },
          ],
        },
        comments: { jsdoc: false }, // the types have them
      },
    },
  },
});
