import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** What is imported by name or by path; all else goes into chunks, since each file that Node loads costs a third of a millisecond. */
const entries = [
  'streams/index',
  'streams/journal',
  'streams/nats/index',
  'src/testing/index',
  'src/cli/main',
  'src/numeric/gp/fit',
  'src/recommendation/inThread',
];

/**
 * The package has only the eigenvalue decomposition of ml-matrix: Node needs 40 ms of CPU to load all of it, as much as to start. A chunk of its
 * own, so that bundlers leave it out of programs without `cmaes`.
 */
const matrix = fileURLToPath(new URL('node_modules/ml-matrix', import.meta.url));
const license = readFileSync(`${matrix}/LICENSE`, 'utf8');

export default defineConfig({
  resolve: { alias: { 'ml-matrix': `${matrix}/src/index.js` } },
  ssr: { noExternal: [/^ml-/, 'is-any-array'] },
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
        codeSplitting: { groups: [{ name: 'ml-matrix', test: /node_modules\/(ml-|is-any-array)/ }] },
        banner: ({ name }) => (name === 'ml-matrix' ? `/*! ml-matrix\n${license}*/` : ''),
      },
    },
  },
});
