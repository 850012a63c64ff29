import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { licences } from '../../bundling.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The package holds the script and the style of the page compressed, as browsers get them. The command imports ECharts, so that stays as it is. */
const compressed: Plugin = {
  name: 'compressed',
  writeBundle({ dir }) {
    const assets = join(dir!, 'assets');
    for (const name of readdirSync(assets).filter((one) => /^page-.*(js|css)$/.test(one))) {
      const file = join(assets, name);
      writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
      rmSync(file);
    }
  },
};

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [licences, compressed],
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
