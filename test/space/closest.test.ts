import { expect, it } from 'vitest';
import { choice, float, int, normal, space, when } from '../../streams/index.ts';

const net = space({
  lr: float(1e-4, 1e-1, { log: true }),
  dropout: float(0, 1, { prior: normal(0.2, 0.01) }),
  units: int(16, 64, { step: 16 }),
  opt: choice(['adam', 'sgd']),
  momentum: when('opt', 'sgd', float(0, 1)),
});
const closest = (params: object) => {
  const point = net.closest(params as Readonly<Record<string, unknown>>);
  return point && net.decode(point);
};

it('the closest configuration of a space has the same values where it can', () => {
  const params = { lr: 0.001, dropout: 0.5, units: 32, opt: 'sgd', momentum: 0.9 };
  expect(closest(params)).toEqual(params);
});

it('the closest configuration has the nearest number for one that is out of range or between two steps', () => {
  expect(closest({ lr: 5, dropout: -1, units: 30, opt: 'adam' })).toEqual({ lr: 0.1, dropout: 0, units: 32, opt: 'adam' });
  expect(closest({ lr: 0, dropout: 0, units: 1000, opt: 'adam' })).toMatchObject({ lr: 1e-4, units: 64 });
});

it('the closest configuration has the middle of the prior for a value that is missing', () => {
  const { dropout, lr } = closest({ opt: 'adam', units: 16 })!;
  expect(dropout).toBeCloseTo(0.2);
  expect(Math.log10(lr)).toBeCloseTo(-2.5);
});

it('there is no closest configuration if a choice does not exist, or a value has another type', () => {
  expect(closest({ lr: 0.001, dropout: 0.5, units: 32, opt: 'rmsprop' })).toBeUndefined();
  expect(closest({ lr: 'fast', dropout: 0.5, units: 32, opt: 'adam' })).toBeUndefined();
});
