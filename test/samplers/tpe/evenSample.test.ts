import { describe, expect, it } from 'vitest';
import { recencyWeights } from '../../../src/numeric/parzen/parzen.ts';
import { EvenSample } from '../../../src/samplers/tpe/evenSample.ts';

const members = (sample: EvenSample) => Array.from({ length: sample.count }, (_, i) => i).filter((i) => sample.has(i));
const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, x) => total + x, 0);

describe('EvenSample', () => {
  it('has every trial of up to 4000, and of more a bounded number with the newest among them', () => {
    expect(members(new EvenSample(4000))).toHaveLength(4000);
    for (const count of [4001, 8000, 8001, 30_000, 100_000]) {
      const sample = new EvenSample(count);
      const chosen = members(sample);
      expect(chosen.length).toBeGreaterThan(2000);
      expect(chosen.length).toBeLessThan(4260);
      for (let i = count - 250; i < count; i++) expect(sample.has(i)).toBe(true);
      expect(sample.has(count)).toBe(false);
    }
  });

  it('loses only trials that were among the newest while the stride stays', () => {
    const [smaller, larger] = [new EvenSample(20_000), new EvenSample(20_100)];
    const lost = members(smaller).filter((i) => !larger.has(i));
    expect(lost.length).toBeGreaterThan(50);
    expect(smaller.newest()).toEqual(expect.arrayContaining(lost));
  });

  it('lets an older trial stand for those that were left out', () => {
    expect(new EvenSample(100).weights(100)).toEqual(recencyWeights(100));
    const sample = new EvenSample(20_000);
    const chosen = members(sample);
    const weights = sample.weights(chosen.length);
    const all = recencyWeights(20_000);
    for (const k of [0, 500, 1500, chosen.length - 30, chosen.length - 1]) {
      const stands = chosen[k]! < 20_000 - 250 ? sample.stride : 1;
      expect(weights[k]! / (stands * all[chosen[k]!]!)).toBeCloseTo(1, 1);
    }
    expect(sum(weights) / sum(all)).toBeCloseTo(1, 2);
  });
});
