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
      expect(chosen.length).toBeLessThan(4510);
      for (let i = count - 250; i < count; i++) expect(sample.has(i)).toBe(true);
      expect(sample.has(count)).toBe(false);
    }
  });

  it('loses trials and changes what they stand for only if it does not continue a smaller sample', () => {
    const of = (count: number) => new EvenSample(count);
    expect(of(3000).continues(of(0))).toBe(true);
    expect(of(4001).continues(of(4000))).toBe(false);
    expect(of(20_249).continues(of(20_000))).toBe(true);
    expect(members(of(20_249))).toEqual(expect.arrayContaining(members(of(20_000))));
    expect(of(20_250).continues(of(20_249))).toBe(false);
  });

  it('lets an older trial stand for those that were left out', () => {
    expect(new EvenSample(100).weights(members(new EvenSample(100)))).toEqual(recencyWeights(100));
    const sample = new EvenSample(20_000);
    const all = recencyWeights(20_000);
    const chosen = members(sample);
    const weights = sample.weights(chosen);
    for (const k of [0, 500, 1500, chosen.length - 30, chosen.length - 1])
      expect(weights[k]! / ((chosen[k]! < 19_750 ? 8 : 1) * all[chosen[k]!]!)).toBeCloseTo(1, 1);
    expect(sum(weights) / sum(all)).toBeCloseTo(1, 2);
  });

  it('weighs the trials of a branch, too, by what they stand for', () => {
    const sample = new EvenSample(20_000);
    const branch = members(sample).filter((index) => Math.floor(index / 8) % 10 === 0);
    const weights = sample.weights(branch);
    const thinned = branch.filter((index) => index < 19_750).length;
    expect(weights[thinned - 1]!).toBeGreaterThan(7);
    expect(weights[thinned]!).toBeLessThanOrEqual(1);
    expect(sum(weights) / sum(recencyWeights(2000))).toBeCloseTo(1, 1);
  });
});
