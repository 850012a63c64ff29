import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { licences } from '../../bundling.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [licences],
  build: {
    outDir: here('../../dist/src/page'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        entryFileNames: 'assets/page-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/page-[hash][extname]',
        // Two scripts: ECharts, which the command loads by its export too, and the page.
        minifyInternalExports: false,
        codeSplitting: { groups: [{ name: 'echarts', test: /\/page\/echarts\.ts$/ }] },
      },
    },
  },
});
