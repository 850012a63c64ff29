import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import packaged from './package.json' with { type: 'json' };

const installed = fileURLToPath(new URL('node_modules', import.meta.url));
const page = fileURLToPath(new URL('dist/src/page/assets', import.meta.url));

/** What users import: the name after `hypertide/`, and the source without `.ts`. */
export const modules: readonly (readonly [name: string, source: string])[] = Object.entries(packaged.exports).flatMap(([name, entry]) =>
  typeof entry === 'object' ? [[name.slice(2) || 'hypertide', entry.default.slice('./dist/'.length, -'.js'.length)] as const] : [],
);

/** The package of a module; undefined for our own. */
export const packageOf = (id: string): string | undefined => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1];

/** Writes the licences of bundled packages next to the bundle, as these licences require. */
export const licences: Plugin = {
  name: 'licences',
  generateBundle(_, bundle) {
    const chunks = Object.values(bundle).filter((one) => one.type === 'chunk');
    const names = new Set(chunks.flatMap(({ moduleIds }) => moduleIds.flatMap((id) => packageOf(id) ?? [])));
    const texts = new Map<string, string[]>();
    for (const name of [...names].sort()) {
      const folder = join(installed, name);
      const files = [folder, join(folder, 'licenses')].filter(existsSync).flatMap((from) =>
        readdirSync(from)
          .filter((file) => /^(licen[cs]e|notice)(?!s$)/i.test(file))
          .map((file) => readFileSync(join(from, file), 'utf8').trim()),
      );
      const { license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly license: string };
      const text = files.join('\n\n');
      texts.set(text, [...(texts.get(text) ?? []), `${name} (${license})`]);
    }
    const source = [...texts].map(([text, named]) => `${named.join('\n')}\n\n${text}\n`).join(`\n${'-'.repeat(80)}\n\n`);
    this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source });
  },
};

/** Nothing is there when a tool only reads the configuration. */
const assets = existsSync(page) ? readdirSync(page) : [];

/** The ECharts of the page, which is built before the command and which the command draws with: its source, and what is built. */
export const charts = () => ({
  source: fileURLToPath(new URL('src/page/echarts.ts', import.meta.url)),
  built: `./src/page/assets/${assets.find((name) => /^echarts-.*\.js$/.test(name))}`,
});
