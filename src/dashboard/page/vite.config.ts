import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  build: {
    outDir: here('../../../dist/src/dashboard/page'),
    emptyOutDir: true,
    target: 'es2022',
    // One script, so that a report can hold it; no inline module loader, which the content security policy forbids.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { output: { entryFileNames: 'assets/page-[hash].js', assetFileNames: 'assets/page-[hash][extname]' } },
  },
});
