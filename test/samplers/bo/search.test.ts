import { expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import type { AcquisitionTerm } from '../../../src/samplers/bo/acquisition.ts';
import { features } from '../../../src/samplers/bo/features.ts';
import { maximise } from '../../../src/samplers/bo/search.ts';
import type { Axis, Domain } from '../../../src/space/axis.ts';

/** Searches one choice for the level with the best value of a term, and counts the points that are scored. */
function search(count: number, wanted: (level: number) => number) {
  const levels = { count, at: (k: number) => (k + 0.5) / count, of: (x: number) => Math.min(Math.floor(x * count), count - 1) };
  const axes: readonly Axis[] = [{ name: 'c', kind: 'choice', ordered: false, levels }];
  const domain: Domain = { axes, snap: ([x]) => [levels.at(levels.of(x!))], feasible: () => true };
  let scored = 0;
  const term: AcquisitionTerm = {
    add: (rows, n, scores) => {
      scored += n;
      for (let i = 0; i < n; i++) scores[i]! += wanted(rows[i]!);
    },
    slope: (row) => wanted(row[0]!),
  };
  const [best] = maximise([term], features(axes), domain, [[levels.at(1)]], rngFor('search', 'bo', 1), 10);
  return { level: levels.of(best!.point[0]!), scored };
}

it('the best of some hundred levels is found, although random candidates miss it', () => {
  expect(search(500, (level) => (level === 77 ? 1 : 0)).level).toBe(77);
});

it('a choice of very many levels costs little more than one of some hundred', () => {
  const known = (level: number) => (level === 1 ? 1 : 0); // a level that is not in the data is like any other such level
  const { level, scored } = search(100_000, known);
  expect(level).toBe(1);
  expect(scored).toBeLessThan(2 * search(500, known).scored);
});
