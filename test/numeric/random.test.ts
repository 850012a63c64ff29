import seedrandom from 'seedrandom';
import { describe, expect, it } from 'vitest';
import { type Rng, rngFor } from '../../src/numeric/random.ts';

/** The share of neighbours on a circle of length 1 whose second difference is below .02; .04 if the draws are independent. */
function progressions(generator: (i: number) => Rng, draw: number): number {
  const n = 4000;
  const drawn = Array.from({ length: n }, (_, i) => {
    const rng = generator(i);
    for (let skipped = 0; skipped < draw; skipped++) rng();
    return rng();
  });
  const near = drawn.slice(2).filter((value, i) => {
    const second = value - 2 * drawn[i + 1]! + drawn[i]!;
    return Math.abs(second - Math.round(second)) < 0.02;
  });
  return near.length / (n - 2);
}

describe('rngFor', () => {
  const keys: Record<string, (i: number) => Rng> = {
    ask: (i) => rngFor('7', 'tpe', i),
    retry: (i) => rngFor('7', 'tpe', 12, i),
    path: (i) => rngFor('7', `mix.${i}`, 12),
    seed: (i) => rngFor(String(i), 'tpe', 12),
  };

  for (const [name, generator] of Object.entries(keys))
    it.each([0, 1, 2, 3])(`draws independently where only the ${name} differs (draw %i)`, (draw) => {
      expect(progressions(generator, draw)).toBeGreaterThan(0.03);
      expect(progressions(generator, draw)).toBeLessThan(0.05);
    });

  it('would not if the key ended with the ask', () => {
    expect(progressions((i) => seedrandom.alea(`7/tpe/${i}`), 0)).toBeGreaterThan(0.3);
  });

  it('gives the same numbers for the same key', () => {
    const [a, b] = [rngFor('7', 'tpe', 3), rngFor('7', 'tpe', 3)];
    expect([a(), a(), a()]).toEqual([b(), b(), b()]);
  });
});
