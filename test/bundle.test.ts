import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, it } from 'vitest';
import { loadedFirst } from './support/loadedFirst.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A program that imports some names of entries of the package, with all packages that it needs. */
async function built(names: Readonly<Record<string, string>>, minify = false) {
  const result = await build({
    configFile: false,
    root,
    logLevel: 'silent',
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === 'program' ? id : undefined),
        load: (id) =>
          id === 'program'
            ? Object.entries(names)
                .map(([entry, of]) => `export { ${of} } from '${root}streams/${entry}.ts';`)
                .join('\n')
            : undefined,
      },
    ],
    build: { write: false, minify, rolldownOptions: { input: 'program', preserveEntrySignatures: 'strict' } },
  });
  if (!('output' in result)) throw new Error('expected one bundle');
  return result.output;
}

/** All its code, also what it loads only later. */
const bundled = async (names: Readonly<Record<string, string>>, minify = false) =>
  (await built(names, minify)).map((chunk) => ('code' in chunk ? chunk.code : ''));

it.each([
  ['chain, asha, tpe, bo, ga, nsga2, random, space, float', false],
  ['chain, cmaes, random, space, float', true],
])('a bundle of { %s } holds ml-matrix: %s', async (names, holds) => {
  expect(/EigenvalueDecomposition/.test((await bundled({ index: names })).join('\n'))).toBe(holds);
});

it('a program with hypertide/core holds the strategies that it imports, and no others', async () => {
  const program = { core: 'optimize, space, float', strategies: 'random, take' };
  const whole = (await bundled(program)).join('\n');
  expect(whole).toMatch(/\brandomSequence\b/);
  expect(whole).not.toMatch(/\bEigenvalueDecomposition\b|\bhalvingOptions\b|\bsplitTrials\b|\bboFollowed\b/);
  const first = gzipSync(loadedFirst(await built(program, true))).length;
  expect(first, `${first} bytes`).toBeLessThan(97_000);
  expect((await bundled({ index: 'optimize' })).join('\n')).toMatch(/\bboFollowed\b/);
});

it('a program with hypertide/http holds no server, no strategy and nothing of Node', async () => {
  const all = await bundled({ 'http/index': 'openStudy' }, true);
  expect(all).toHaveLength(1);
  expect(gzipSync(all[0]!).length).toBeLessThan(53_000);
  const whole = (await bundled({ 'http/index': 'openStudy' })).join('\n');
  expect(whole).toMatch(/text\/event-stream/);
  expect(whole).not.toMatch(/node:|\brandomSequence\b|\bhalvingOptions\b|\bsplitTrials\b|\bboFollowed\b|\bHono\b|createMachine/);
});
