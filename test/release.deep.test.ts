import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './support/documents.ts';

describe('npm run release', () => {
  let copy: string;
  const release = (...args: string[]) =>
    spawnSync('npm', ['run', '--silent', 'release', '--', ...args], { cwd: copy, encoding: 'utf8', env: { ...process.env, CI: '' } });
  const read = (path: string) => readFileSync(join(copy, path), 'utf8');

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'hypertide-release-'));
    const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
    for (const path of files.trim().split('\n')) cpSync(join(root, path), join(copy, path));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  it('refuses to work without a public address', () => {
    for (const [args, message] of [
      [[], 'expected --repository'],
      [['--repository', 'acme/hypertide'], 'got acme/hypertide'],
    ] as const) {
      const { status, stderr } = release(...args);
      expect(stderr).toContain(message);
      expect(status).toBe(1);
    }
    expect(read('package.json')).toBe(readFileSync(join(root, 'package.json'), 'utf8'));
  });

  it('fills in the address, and builds a tarball and a wheel that work', () => {
    const { status, stdout, stderr } = release('--repository', 'https://example.org/acme/hypertide.git');
    expect(status, stdout + stderr).toBe(0);
    expect(readdirSync(join(copy, 'release')).map((name) => name.replace(/.*\./, ''))).toEqual(['whl', 'tgz']);
    expect(JSON.parse(read('package.json'))).toMatchObject({
      homepage: 'https://example.org/acme/hypertide#readme',
      bugs: 'https://example.org/acme/hypertide/issues',
      repository: { type: 'git', url: 'git+https://example.org/acme/hypertide.git' },
    });
    expect(read('README.md')).toContain('](https://example.org/acme/hypertide/raw/main/examples/pictures/overview.png)');
    expect(read('CITATION.cff')).toMatch(/^repository-code: https:\/\/example.org\/acme\/hypertide$/m);
    expect(read('src/python/pyproject.toml')).toContain('Repository = "https://example.org/acme/hypertide"');
    expect(stdout).toContain('README.md'); // it still states that there is no release
  });
});
