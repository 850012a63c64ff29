import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { licences } from '../../licences.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [licences],
  build: {
    outDir: here('../../dist/src/page'),
    emptyOutDir: true,
    target: 'es2022',
    // A single script, so that a report can contain it. The content security policy forbids an inline module loader.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { output: { entryFileNames: 'assets/page-[hash].js', assetFileNames: 'assets/page-[hash][extname]' } },
  },
});
