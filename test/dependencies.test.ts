import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './support/documents.ts';

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly hasInstallScript?: boolean;
}
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
const neededBy = ({ dependencies, peerDependencies, peerDependenciesMeta }: Locked): readonly string[] => [
  ...Object.keys(dependencies ?? {}),
  ...Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional),
];

/** The packages that npm installs for a user: this one, its dependencies, and the peers that it needs. */
function installed(): ReadonlyMap<string, Locked> {
  const found = new Map<string, Locked>();
  const visit = (path: string) => {
    const one = packages[path]!;
    if (found.has(path)) return;
    found.set(path, one);
    for (const name of neededBy(one)) {
      let from = path;
      while (from !== '' && !(`${from}/node_modules/${name}` in packages)) from = from.replace(/\/?node_modules\/(?:@[^/]+\/)?[^/]+$/, '');
      visit(`${from}${from === '' ? '' : '/'}node_modules/${name}`);
    }
  };
  visit('');
  return found;
}
const direct = neededBy(packages['']!);
const all = installed();

it('few packages are installed with this one', () => {
  expect(direct.length).toBeLessThanOrEqual(12);
  expect(all.size).toBeLessThanOrEqual(35);
});

it('SECURITY.md says how many packages are installed with this one', () => {
  expect(readFileSync(join(root, 'SECURITY.md'), 'utf8')).toContain(
    `has ${direct.length} direct dependencies (${all.size - 1} packages in all`,
  );
});

it('CONTRIBUTING says why each of them is needed', () => {
  const page = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
  for (const name of direct) expect(page).toContain(`| \`${name}\` |`);
});

it('no package that is installed with this one runs a script', () => {
  expect([...all].filter(([, one]) => one.hasInstallScript).map(([path]) => path)).toEqual([]);
});
