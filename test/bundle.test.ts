import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { browserBundle } from './support/browserBundle.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A program that imports some names of entries of the package. */
const built = (names: Readonly<Record<string, string>>, minify = false) => {
  const lines = Object.entries(names).map(([entry, of]) => `export { ${of} } from '${root}streams/${entry}.ts';`);
  return browserBundle(root, lines.join('\n'), minify);
};

it.each([
  ['chain, asha, tpe, bo, ga, nsga2, random, space, float', false],
  ['chain, cmaes, random, space, float', true],
])('a bundle of { %s } holds ml-matrix: %s', async (names, holds) => {
  expect(/EigenvalueDecomposition/.test((await built({ index: names })).files.join('\n'))).toBe(holds);
});

it('a program with hypertide/core holds the strategies that it imports, and no others', async () => {
  const program = { core: 'optimize, space, float', strategies: 'random, take' };
  const whole = (await built(program)).files.join('\n');
  expect(whole).toMatch(/\brandomSequence\b/);
  expect(whole).not.toMatch(/\bEigenvalueDecomposition\b|\bhalvingOptions\b|\bsplitTrials\b|\bboFollowed\b/);
  const { first } = await built(program, true);
  expect(first, `${first} bytes`).toBeLessThan(97_000);
  expect((await built({ index: 'optimize' })).files.join('\n')).toMatch(/\bboFollowed\b/);
});

it('a program with hypertide/http holds no server, no strategy and nothing of Node', async () => {
  const { files } = await built({ 'http/index': 'openStudy' }, true);
  expect(files).toHaveLength(1);
  expect(gzipSync(files[0]!).length).toBeLessThan(53_000);
  const whole = (await built({ 'http/index': 'openStudy' })).files.join('\n');
  expect(whole).toMatch(/text\/event-stream/);
  expect(whole).not.toMatch(/node:|\brandomSequence\b|\bhalvingOptions\b|\bsplitTrials\b|\bboFollowed\b|\bHono\b|createMachine/);
});
