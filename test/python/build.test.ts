import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { root } from '../support/documents.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hypertide-'));
  const staged = join(folder, 'package');
  mkdirSync(join(staged, 'hypertide/engine'), { recursive: true });
  for (const name of ['pyproject.toml', 'README.md', 'hypertide/errors.py']) cpSync(join(root, 'src/python', name), join(staged, name));
  cpSync(join(root, 'LICENSE'), join(staged, 'LICENSE'));
  writeFileSync(join(staged, 'hypertide/__init__.py'), '');
  writeFileSync(join(staged, 'hypertide/engine/cli.js'), 'console.log(1)');
  writeFileSync(join(staged, 'pyproject.toml'), '\n[project.urls]\nIssues = "https://example.org/issues"\n', { flag: 'a' });
});

/** Packs the folder, with nothing but the standard library of Python. @returns the path of the wheel */
function pack(output: string): string {
  mkdirSync(join(folder, output));
  const script = join(root, 'src/python/wheel.py');
  return execFileSync('python3', ['-I', script, join(folder, 'package'), '1.2.3', join(folder, output)], { encoding: 'utf8' }).trim();
}

it('the wheel has each file with its hash, what pip needs to know, and the same bytes each time', () => {
  const wheel = pack('one');
  expect(wheel).toMatch(/one\/hypertide-1\.2\.3-py3-none-any\.whl$/);
  expect(readFileSync(pack('two'))).toEqual(readFileSync(wheel));
  const unpacked = join(folder, 'unpacked');
  execFileSync('python3', ['-m', 'zipfile', '-e', wheel, unpacked]);
  const about = join(unpacked, 'hypertide-1.2.3.dist-info');
  const rows = readFileSync(join(about, 'RECORD'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const files = readdirSync(unpacked, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(rows).toHaveLength(files.length);
  for (const [name, hash, size] of rows.slice(0, -1)) {
    const bytes = readFileSync(join(unpacked, name!));
    expect([hash, size]).toEqual([`sha256=${createHash('sha256').update(bytes).digest('base64url')}`, `${bytes.length}`]);
  }
  const metadata = readFileSync(join(about, 'METADATA'), 'utf8');
  for (const line of [
    'Name: hypertide',
    'Version: 1.2.3',
    'Classifier: Typing :: Typed',
    'Requires-Python: >=3.10',
    'Project-URL: Issues, https://example.org/issues',
    "Requires-Dist: scikit-learn; extra == 'sklearn'",
  ])
    expect(metadata).toContain(`\n${line}\n`);
  expect(readFileSync(join(about, 'entry_points.txt'), 'utf8')).toBe('[console_scripts]\nhypertide = hypertide._engine:main\n');
});

it('no command that builds a package installs programs of the system', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of ['build', 'wheel', 'release', 'docs']) expect(scripts[name], name).not.toMatch(/ensure-|install/);
  for (const path of ['src/python/build.ts', 'src/python/wheel.py', 'tools/release.ts'])
    expect(readFileSync(join(root, path), 'utf8'), path).not.toContain('ensure-');
});
