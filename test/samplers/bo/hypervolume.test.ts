import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { logHypervolumeGain, referenceOf, stripsUnder } from '../../../src/samplers/bo/hypervolume.ts';

interface Case {
  front: [number, number][];
  means: [number, number];
  sds: [number, number];
  gain: number;
}
const cases: Case[] = JSON.parse(readFileSync(new URL('../../reference/hypervolume.json', import.meta.url), 'utf8'));

describe('the expected gain in hypervolume', () => {
  it('agrees with quadrature', () => {
    for (const { front, means, sds, gain } of cases) {
      expect(Math.exp(logHypervolumeGain(stripsUnder(front, [1.1, 1.1]), means, sds))).toBeCloseTo(gain, 8);
    }
  });

  it('ignores points that are dominated or beyond the reference', () => {
    const front = [
      [0.2, 0.8],
      [0.6, 0.3],
    ] as const;
    const strips = stripsUnder(front, [1, 1]);
    expect(stripsUnder([[0.3, 0.9], ...front, [0.6, 0.5], [0.1, 1.4], [2, 0]], [1, 1])).toEqual(strips);
    expect(strips).toEqual([
      { from: -Infinity, to: 0.2, below: 1 },
      { from: 0.2, to: 0.6, below: 0.8 },
      { from: 0.6, to: 1, below: 0.3 },
    ]);
  });

  it('stays finite if no gain is expected', () => {
    const far = logHypervolumeGain(stripsUnder([[0, 0]], [1, 1]), [500, 500], [1, 1]);
    expect(far).toBeLessThan(-1e5);
    expect(far).toBeGreaterThan(-Infinity);
  });

  it('is measured from a little beyond the front', () => {
    const reference = referenceOf([
      [0, 1],
      [1, 0],
      [5, 5],
    ]);
    expect(reference[0]).toBeCloseTo(1.1, 12);
    expect(referenceOf([[2, 3]])).toEqual([2.1, 3.1]);
  });
});
