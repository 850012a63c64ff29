import { expect, it } from 'vitest';
import { predictionOf } from '../../src/study/prediction.ts';

const up = { name: 'accuracy', direction: 'maximize' } as const;
const down = { name: 'loss', direction: 'minimize' } as const;

it('is the prediction of the tags, in the sign of the objective', () => {
  const tags = { mean: '-0.91', sd: '0.02', at: '9', limit: '-0.5', acquisition: '-3' };
  expect(predictionOf({ by: 'bo', tags }, [up])).toEqual({
    values: [{ objective: 'accuracy', mean: 0.91, sd: 0.02 }],
    at: '9',
    limit: 0.5,
  });
  expect(predictionOf({ by: 'bo', tags }, [down])).toMatchObject({ values: [{ mean: -0.91 }], limit: -0.5 });
});

it('has a value for each of several objectives', () => {
  const tags = { mean: '-0.91 3', sd: '0.02 1' };
  expect(predictionOf({ by: 'bo', tags }, [up, down])).toEqual({
    values: [
      { objective: 'accuracy', mean: 0.91, sd: 0.02 },
      { objective: 'loss', mean: 3, sd: 1 },
    ],
  });
});

it('is undefined for the tags of a forest in a log of 0.1, which do not say that they are logarithms', () => {
  const tags = { mean: '-0.91', sd: '0.02' };
  for (const by of ['forest', 'auto/forest', 'chain/forest 2']) expect(predictionOf({ by, tags }, [up])).toBeUndefined();
  expect(predictionOf({ by: 'forest', tags: { ...tags, scale: 'loss' } }, [up])).toBeDefined();
});

it('is undefined if tags hold none in the unit of the objectives', () => {
  const tags = { mean: '-0.91', sd: '0.02' };
  expect(predictionOf({ by: 'mine', tags: { ...tags, scale: 'log' } }, [up])).toBeUndefined();
  for (const some of [undefined, {}, { mean: 'x', sd: '1' }, { mean: '1' }, { mean: '1 2', sd: '1 2' }])
    expect(predictionOf({ by: 'bo', ...(some && { tags: some }) }, [up])).toBeUndefined();
});
