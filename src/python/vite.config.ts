import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { charts, licences } from '../../bundling.ts';

const { source, built } = charts();

/** The command with its libraries, for the Python wheel. Files lie as in the package's `dist`, because they find each other by path. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [licences],
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'es2022',
    minify: true,
    outDir: 'dist-python/package/hypertide/engine/dist',
    emptyOutDir: true,
    rolldownOptions: {
      external: source,
      input: {
        'chunks/hypertide': 'src/cli/main.ts',
        'src/numeric/gp/fit': 'src/numeric/gp/fit.ts',
        'src/server/questions/inThread': 'src/server/questions/inThread.ts',
      },
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js', paths: { [source]: built } },
    },
  },
});
