// npm run wheel: builds the Python package with the engine inside, into dist-python. It needs only Python, and installs nothing.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { version } from '../version.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
/** The files of the package: the Python sources, and the engine that is built here. */
const staged = join(root, 'dist-python/package');
const engine = join(staged, 'hypertide/engine');
const page = join(root, 'dist/src/page');

/** The licences of everything in the bundle, as they require. */
function licences(packages: Iterable<string>): string {
  return [...packages]
    .sort()
    .map((name) => {
      const folder = join(root, 'node_modules', name);
      const { license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly license: string };
      const text = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
      return `${name} (${license})\n\n${text ? readFileSync(join(folder, text), 'utf8') : ''}`;
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`);
}

rmSync(staged, { recursive: true, force: true });
mkdirSync(engine, { recursive: true });
for (const name of ['pyproject.toml', 'README.md', 'hypertide']) cpSync(join(here, name), join(staged, name), { recursive: true });
const bundled = new Set<string>();
await build({
  configFile: join(here, 'vite.config.ts'),
  logLevel: 'warn',
  plugins: [
    {
      name: 'bundled-packages',
      generateBundle(_options, chunks) {
        for (const chunk of Object.values(chunks))
          for (const id of 'moduleIds' in chunk ? chunk.moduleIds : []) {
            const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1];
            if (name) bundled.add(name);
          }
      },
    },
  ],
});
if (!existsSync(page)) execFileSync('npx', ['vite', 'build', '--config', 'src/page/vite.config.ts'], { cwd: root, stdio: 'inherit' });
cpSync(page, join(engine, 'dist/src/page'), { recursive: true });
cpSync(join(root, 'study.schema.json'), join(engine, 'study.schema.json'));
writeFileSync(join(engine, 'package.json'), `${JSON.stringify({ name: 'hypertide', version, type: 'module' })}\n`);
writeFileSync(join(engine, 'LICENSES.txt'), licences(bundled));
writeFileSync(join(staged, 'hypertide/_version.py'), `__version__ = "${version}"\n`);
cpSync(join(root, 'LICENSE'), join(staged, 'LICENSE'));
const python = process.env.PYTHON ?? 'python3';
execFileSync(python, [join(here, 'wheel.py'), staged, version, join(root, 'dist-python')], { stdio: 'inherit' });
