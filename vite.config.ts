import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** What is imported by name or by path; all else goes into chunks, since each file that Node loads costs a third of a millisecond. */
const entries = [
  'streams/index',
  'streams/core',
  'streams/strategies',
  'streams/journal',
  'streams/figures',
  'machines/index',
  'streams/nats/index',
  'streams/workers/index',
  'streams/workers/thread',
  'src/server/embed/server',
  'src/server/embed/mcp',
  'src/monitoring/index',
  'src/testing/index',
  'src/cli/main',
  'src/numeric/gp/fit',
  'src/insight/recommendation/inThread',
];

const modules = fileURLToPath(new URL('node_modules', import.meta.url));

/**
 * What the package contains instead of needing it, in chunks of their own, with the licences. Of ml-matrix the eigenvalue decomposition: Node needs
 * 40 ms of CPU to load all of it, as much as to start, and bundlers leave the chunk out of programs without `cmaes`. Of ECharts (62 MB) what draws
 * figures without a browser. Of sql.js (30 MB) the module that holds SQLite as text.
 */
const bundled: Readonly<Record<string, readonly string[]>> = {
  'ml-matrix': ['ml-matrix/LICENSE'],
  sqlite: ['sql.js/LICENSE'],
  echarts: ['echarts/LICENSE', 'echarts/NOTICE', 'echarts/licenses/LICENSE-d3', 'zrender/LICENSE', 'tslib/LICENSE.txt'],
};

/** The licences of a chunk, as a comment. */
const licences = (chunk: string): string =>
  (bundled[chunk] ?? []).map((file) => `/*! ${file}\n${readFileSync(`${modules}/${file}`, 'utf8')}*/\n`).join('');

export default defineConfig({
  resolve: { alias: { 'ml-matrix': `${modules}/ml-matrix/src/index.js` } },
  ssr: { noExternal: [/^ml-/, 'is-any-array', /^echarts/, 'zrender', 'tslib', 'sql.js'] },
  build: {
    ssr: true, // for Node: other packages stay outside
    target: 'es2022',
    minify: false,
    emptyOutDir: false,
    rolldownOptions: {
      input: Object.fromEntries(entries.map((entry) => [entry, `${entry}.ts`])),
      output: {
        // Two folders below the package, as the sources are that look for other files from their own place.
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name].js',
        codeSplitting: {
          groups: [
            { name: 'ml-matrix', test: /node_modules\/(ml-|is-any-array)/ },
            { name: 'sqlite', test: /node_modules\/sql\.js/ },
            { name: 'echarts', test: /node_modules\/(echarts|zrender|tslib)/ },
          ],
        },
        banner: ({ name }) => licences(name),
      },
    },
  },
});
