import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** In your own project, `hypertide` is installed and needs no configuration. */
export default defineConfig({
  resolve: { alias: { hypertide: fileURLToPath(new URL('../../streams/index.ts', import.meta.url)) } },
  build: { target: 'es2022' },
});
