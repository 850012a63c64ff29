import { expect, it } from 'vitest';
import { rngFor } from '../../../src/numeric/random.ts';
import { draw } from '../../../src/space/axis.ts';
import { parseSpace } from '../../../src/space/space.ts';

const epochs = { type: 'int', low: 2, high: 50 };

it('a range ends at another parameter: its end is the same, and a constraint keeps it', () => {
  const space = parseSpace({
    parameters: { warmup: { type: 'int', low: 1, high: 'epochs' }, epochs, late: { type: 'float', low: 'epochs', high: 60 } },
  });
  expect(space.toJSON()).toEqual({
    parameters: { warmup: { type: 'int', low: 1, high: 50 }, epochs, late: { type: 'float', low: 2, high: 60 } },
    constraints: [
      { atMost: { warmup: 1, epochs: -1 }, limit: 0 },
      { atLeast: { late: 1, epochs: -1 }, limit: 0 },
    ],
  });
  const rng = rngFor('bounds', 'draws', 0);
  let kept = 0;
  for (let i = 0; i < 300; i++) {
    const point = space.snap(draw(space.axes, rng));
    const params = space.decode(point) as { warmup: number; epochs: number; late: number };
    const holds = params.warmup <= params.epochs && params.late >= params.epochs;
    expect(space.feasible(point)).toBe(holds);
    kept += Number(holds);
  }
  expect(kept).toBeGreaterThan(30);
});

it.each([
  [
    { warmup: { type: 'int', low: 1, high: 'epoch' }, epochs },
    'parameters.warmup.high: expected a number, or the name of another parameter that has one',
  ],
  [{ warmup: { type: 'int', low: 1, high: 'warmup' } }, 'parameters.warmup.high'],
  [{ warmup: { type: 'int', low: 1, high: 'mode' }, mode: { type: 'choice', values: ['a', 'b'] } }, 'parameters.warmup.high'],
  [
    {
      mode: { type: 'choice', values: ['a', 'b'] },
      warmup: { type: 'int', low: 1, high: 'epochs' },
      epochs: { ...epochs, when: { mode: 'a' } },
    },
    'neither of them conditional, got "epochs"',
  ],
])('refuses other names in %j', (parameters, message) => {
  expect(() => parseSpace({ parameters })).toThrow(message);
});
