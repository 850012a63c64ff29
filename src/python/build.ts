// npm run wheel: builds the Python package with the engine inside, into dist-python. It needs only Python, and installs nothing.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
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

rmSync(staged, { recursive: true, force: true });
mkdirSync(engine, { recursive: true });
for (const name of ['pyproject.toml', 'README.md', 'hypertide']) cpSync(join(here, name), join(staged, name), { recursive: true });
if (!existsSync(page)) execFileSync('npx', ['vite', 'build', '--config', 'src/page/vite.config.ts'], { cwd: root, stdio: 'inherit' });
await build({ configFile: join(here, 'vite.config.ts'), logLevel: 'warn' });
cpSync(page, join(engine, 'dist/src/page'), { recursive: true });
cpSync(join(root, 'study.schema.json'), join(engine, 'study.schema.json'));
writeFileSync(join(engine, 'package.json'), `${JSON.stringify({ name: 'hypertide', version, type: 'module' })}\n`);
writeFileSync(join(staged, 'hypertide/_version.py'), `__version__ = "${version}"\n`);
cpSync(join(root, 'LICENSE'), join(staged, 'LICENSE'));
const python = process.env.PYTHON ?? 'python3';
execFileSync(python, [join(here, 'wheel.py'), staged, version, join(root, 'dist-python')], { stdio: 'inherit' });
