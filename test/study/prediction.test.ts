import { expect, it } from 'vitest';
import { predictionOf } from '../../src/study/prediction.ts';

const up = { name: 'accuracy', direction: 'maximize' } as const;
const down = { name: 'loss', direction: 'minimize' } as const;

it('is the prediction of the tags, in the sign of the objective', () => {
  const tags = { mean: '-0.91', sd: '0.02', at: '9', limit: '-0.5', acquisition: '-3' };
  expect(predictionOf({ tags }, [up])).toEqual({
    values: [{ objective: 'accuracy', mean: 0.91, sd: 0.02 }],
    at: 9,
    limit: 0.5,
  });
  expect(predictionOf({ tags }, [down])).toMatchObject({ values: [{ mean: -0.91 }], limit: -0.5 });
});

it('has a value for each of several objectives', () => {
  const tags = { mean: '-0.91 3', sd: '0.02 1' };
  expect(predictionOf({ tags }, [up, down])).toEqual({
    values: [
      { objective: 'accuracy', mean: 0.91, sd: 0.02 },
      { objective: 'loss', mean: 3, sd: 1 },
    ],
  });
});

it('is undefined if tags hold none in the unit of the objectives', () => {
  const tags = { mean: '-0.91', sd: '0.02' };
  expect(predictionOf({ tags: { ...tags, scale: 'log' } }, [up])).toBeUndefined();
  expect(predictionOf({ tags: { ...tags, scale: 'loss' } }, [up])).toBeDefined();
  for (const some of [undefined, {}, { mean: 'x', sd: '1' }, { mean: '1' }, { mean: '1 2', sd: '1 2' }])
    expect(predictionOf({ ...(some && { tags: some }) }, [up])).toBeUndefined();
});
