import { describe, expect, it } from 'vitest';
import { choice } from '../../../src/space/types/dimension.ts';
import { only, refusal } from '../helpers.ts';

const models = ['mini', 'small', 'large'];
const featuresOf = (features: Record<string, number[]>) => only(choice(models, { features })).axes[0]!.features;

describe('features of a choice', () => {
  it('are scaled to [0, 1], on a logarithmic scale if they are positive and differ by more than a factor of ten', () => {
    expect(featuresOf({ size: [2, 8, 10], price: [0.1, 1, 10], balance: [-10, 0, 1000] })).toEqual([
      [0, 0, 0],
      [0.75, expect.closeTo(0.5, 12), expect.closeTo(10 / 1010, 12)],
      [1, 1, 1],
    ]);
    expect(featuresOf({ x: [-Number.MAX_VALUE, 0, Number.MAX_VALUE] })).toEqual([[0], [0.5], [1]]);
  });
  it('are part of the data of a space', () => {
    const features = { price: [0.15, 0.6, 10] };
    expect(only(choice(models, { features })).toJSON().parameters).toEqual({ x: { type: 'choice', values: models, features } });
  });
  it.each([
    [{ price: [1, 2] }, 'parameters.x.features.price: expected a number for each of the 3 values'],
    [{ price: [1, 2, 3], size: [4, 4, 4] }, 'parameters.x.features.size: expected numbers that differ'],
    [{ price: [1, 2, Number.NaN] }, 'parameters.x.features.price[2]: expected a finite number'],
    [{}, 'parameters.x.features: expected at least one feature'],
  ])('%j is refused', (features, message) => {
    expect(refusal(() => featuresOf(features))).toContain(message);
  });
  it('are refused for very many values', () => {
    const values = Array.from({ length: 1001 }, (_, i) => i);
    expect(refusal(() => only(choice(values, { features: { size: values } })))).toContain('more than 1000 values');
  });
});
