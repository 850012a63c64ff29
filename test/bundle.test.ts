import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The code of a program that imports some names of the package, with all packages that it needs. */
async function bundled(names: string): Promise<string> {
  const result = await build({
    configFile: false,
    root,
    logLevel: 'silent',
    ssr: { noExternal: true },
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === 'program' ? id : undefined),
        load: (id) => (id === 'program' ? `export { ${names} } from '${root}streams/index.ts';` : undefined),
      },
    ],
    build: { ssr: true, write: false, minify: false, rolldownOptions: { input: 'program' } },
  });
  if (!('output' in result)) throw new Error('expected one bundle');
  return result.output.map((chunk) => ('code' in chunk ? chunk.code : '')).join('\n');
}

it.each([
  ['chain, asha, tpe, bo, ga, de, nsga2, random, space, float', false],
  ['chain, cmaes, random, space, float', true],
])('a bundle of { %s } holds ml-matrix: %s', async (names, holds) => {
  expect(/EigenvalueDecomposition/.test(await bundled(names))).toBe(holds);
});
