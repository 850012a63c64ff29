import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './support/documents.ts';

interface Locked {
  readonly dev?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Readonly<Record<string, Locked>> };
const { '': own, ...others } = lock.packages;
const direct = Object.keys(own!.dependencies!).length;
const all = Object.values(others).filter(({ dev }) => !dev).length;

it.each(['README.md', 'SECURITY.md'])('%s says how many packages are installed with this one', (page) => {
  expect(readFileSync(join(root, page), 'utf8')).toContain(`has ${direct} direct dependencies (${all} packages in all`);
});

it('no package that is installed with this one runs a script', () => {
  expect(Object.entries(others).filter(([, one]) => !one.dev && 'hasInstallScript' in one)).toEqual([]);
});
