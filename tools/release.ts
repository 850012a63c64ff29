// npm run release -- --repository https://host/owner/hypertide: fills in the address, and builds and checks what is published.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const output = 'release';
const { values } = parseArgs({ options: { repository: { type: 'string' } } });

/** Stops with a message. */
const refuse = (message: string): never => {
  console.error(`release: ${message}`);
  process.exit(1);
};
const repository = addressOf(values.repository);

function addressOf(text: string | undefined): string {
  if (text === undefined) return refuse('expected --repository with the public address of the repository');
  if (!/^https:\/\/[\w.-]+\.\w+(\/[\w.-]+){2,}$/.test(text))
    return refuse(`--repository: expected an address such as https://host/owner/hypertide, got ${text}`);
  return text.replace(/\.git$/, '');
}

const edit = (path: string, change: (text: string) => string): void => writeFileSync(path, change(readFileSync(path, 'utf8')));
const run = (program: string, args: readonly string[], cwd = '.'): string =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** In the working tree, so that a commit keeps it. A second run with the same address changes nothing. */
function fillIn(): void {
  edit('package.json', (text) => {
    const { name, version, description, keywords, license, ...rest } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const links = {
      homepage: `${repository}#readme`,
      bugs: `${repository}/issues`,
      repository: { type: 'git', url: `git+${repository}.git` },
    };
    return `${JSON.stringify({ name, version, description, keywords, license, ...rest, ...links }, undefined, 2)}\n`;
  });
  edit('README.md', (text) =>
    text.replace(/\]\((?:https:[^)]*\/raw\/main\/)?(examples\/pictures\/[^)]+)\)/g, `](${repository}/raw/main/$1)`),
  );
  edit('src/python/pyproject.toml', (text) => {
    const urls = ['Repository', 'Issues', 'Changelog'].map(
      (name, i) => `${name} = "${repository}${['', '/issues', '/blob/main/CHANGELOG.md'][i]}"`,
    );
    return `${text.replace(/\n\[project\.urls\]\n(?:.+\n)*/, '')}\n[project.urls]\n${urls.join('\n')}\n`;
  });
  edit('CITATION.cff', (text) => `${text.replace(/^repository-code:.*\n/m, '')}repository-code: ${repository}\n`);
}

/** The folder of a new project, in which the tarball is installed as users do. */
function checkTarball(tarball: string): void {
  const project = mkdtempSync(join(tmpdir(), 'hypertide-release-'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--silent', tarball], project);
  const installed = join(project, 'node_modules/hypertide');
  const packaged = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly homepage?: string;
  };
  if (!packaged.homepage?.startsWith(repository)) refuse('the tarball does not name the repository');
  if (/\]\(examples\/pictures/.test(readFileSync(join(installed, 'README.md'), 'utf8'))) refuse('pictures in the README are not absolute');
  expectVersion(run('npx', ['--no-install', 'hypertide', '--version'], project), packaged.version);
  rmSync(project, { recursive: true });
}

/** The wheel, installed without an index in a new virtual environment. */
function checkWheel(wheel: string, python: string, version: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'hypertide-release-'));
  run(python, ['-m', 'venv', folder]);
  run(join(folder, 'bin/pip'), ['install', '--quiet', '--no-index', wheel]);
  expectVersion(run(join(folder, 'bin/hypertide'), ['--version']), version);
  const about = run(join(folder, 'bin/pip'), ['show', '--verbose', 'hypertide']);
  if (!about.includes(repository)) refuse('the wheel does not name the repository');
  rmSync(folder, { recursive: true });
}

function expectVersion(printed: string, version: string): void {
  if (printed.trim() !== version) refuse(`expected hypertide --version to print ${version}, got ${printed.trim()}`);
}

fillIn();
rmSync(output, { recursive: true, force: true });
mkdirSync(output);
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
const python = process.env.PYTHON ?? 'python3';
run('npm', ['run', '--silent', 'build']);
run('npx', ['publint', '--strict']);
run('npx', ['attw', '--pack', '.', '--profile', 'esm-only']);
run('npm', ['pack', '--silent', '--pack-destination', output]);
execFileSync('npm', ['run', '--silent', 'wheel'], { env: { ...process.env, PYTHON: python }, stdio: ['ignore', 'ignore', 'inherit'] });
const wheel =
  readdirSync('dist-python').find((file) => file.includes(`-${version}-`)) ?? refuse(`there is no wheel of ${version} in dist-python`);
cpSync(join('dist-python', wheel), join(output, wheel));
checkTarball(join(process.cwd(), output, `hypertide-${version}.tgz`));
checkWheel(join(process.cwd(), output, wheel), python, version);
console.log(`in ${output}: ${readdirSync(output).join(', ')}`);
console.log(
  'Before you publish: commit the addresses, set the date of the version in CHANGELOG.md and CITATION.cff, and take out these lines:',
);
const before = /until the first release|not on PyPI yet|not released/i;
for (const page of ['README.md', ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((path) => `docs/${path}`)])
  if (page.endsWith('.md'))
    for (const [i, line] of readFileSync(page, 'utf8').split('\n').entries())
      if (before.test(line)) console.log(`  ${page}:${i + 1}: ${line}`);
