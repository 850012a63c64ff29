import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/documents.ts';

it('npm run wheel needs only the modules that build it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hypertide-'));
  const python = join(folder, 'python3');
  writeFileSync(python, '#!/bin/sh\nshift 2\necho "$@" > "$0.asked"\n'); // has every module, and says which were asked for
  chmodSync(python, 0o755);
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [, choice] = scripts.wheel.match(/^PYTHON=(\S+(?: [^}]*)?\}) tsx/);
  const env = { PATH: `${folder}:${process.env.PATH}` };
  expect(execFileSync('sh', ['-c', `echo "${choice}"`], { cwd: root, env, encoding: 'utf8' })).toBe(`${python}\n`);
  expect(readFileSync(`${python}.asked`, 'utf8')).toBe('build hatchling\n');
  rmSync(folder, { recursive: true });
});
