import { defineConfig } from 'vite';

/** What is imported by name or by path; all else goes into chunks, since each file that Node loads costs a third of a millisecond. */
const entries = ['streams/index', 'streams/journal', 'streams/nats/index', 'src/testing/index', 'src/cli/main', 'src/numeric/gp/fit'];

export default defineConfig({
  build: {
    ssr: true, // for Node: other packages stay outside
    target: 'es2022',
    minify: false,
    emptyOutDir: false,
    rolldownOptions: {
      input: Object.fromEntries(entries.map((entry) => [entry, `${entry}.ts`])),
      // Two folders below the package, as the sources are that look for other files from their own place.
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
    },
  },
});
