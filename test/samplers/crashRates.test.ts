import { expect, it } from 'vitest';
import { History } from '../../src/numeric/history.ts';
import { CrashRates, crashRatesAfter } from '../../src/samplers/crashRates.ts';
import { space } from '../../src/space/space.ts';
import { choice, float, when } from '../../src/space/types/dimension.ts';
import type { Ended } from '../../src/strategy/messages.ts';

const { axes, encode } = space({
  x: float(0, 1),
  model: choice(['tree', 'kernel']),
  shape: when('model', 'kernel', choice(['round', 'flat'])),
});
type Params = Parameters<typeof encode>[0];

function knowing(...results: readonly (readonly [Params, boolean])[]): CrashRates {
  const rates = new CrashRates(axes);
  for (const [index, [params, crashed]] of results.entries()) rates.set(index, encode(params), crashed);
  return rates;
}
const kernel = (shape: 'round' | 'flat'): Params => ({ x: 0.5, model: 'kernel', shape });
const tree: Params = { x: 0.5, model: 'tree' };

it('estimates how likely a choice survives, and is optimistic about untried ones', () => {
  const rates = knowing([tree, false], [kernel('flat'), true], [kernel('flat'), true], [kernel('flat'), true]);
  expect(Math.exp(rates.logSurvival(1, 0))).toBeCloseTo(1);
  expect(Math.exp(rates.logSurvival(1, 1))).toBeCloseTo(1 / 4);
  expect(Math.exp(rates.logSurvival(2, 0))).toBeCloseTo(1);
  expect(Math.exp(rates.logSurvival(2, 1))).toBeCloseTo(1 / 4);
});

it('ignores ordered axes', () => {
  expect(knowing([tree, true]).logSurvival(0, 0.5)).toBe(0);
});

it('counts each configuration once, and corrects it if a later trial completes', () => {
  const rates = knowing([tree, true]);
  rates.set(0, encode(tree), true);
  expect(Math.exp(rates.logSurvival(1, 0))).toBeCloseTo(1 / 2);
  expect(rates.any).toBe(true);
  rates.set(0, encode(tree), false);
  expect(rates.logSurvival(1, 0)).toBe(0);
  expect(rates.any).toBe(false);
});

it('multiplies over the choices that a point has', () => {
  const rates = knowing([tree, false], [kernel('flat'), true], [kernel('flat'), true], [kernel('round'), false]);
  expect(rates.survival(encode(tree))).toBeCloseTo(1);
  expect(rates.survival(encode(kernel('flat')))).toBeCloseTo((2 / 4) * (1 / 3));
  expect(knowing([tree, false]).survival(encode(kernel('flat')))).toBe(1);
});

it('does not avoid choices for crashes that do not depend on them', () => {
  const results = (['flat', 'round'] as const).flatMap((shape) =>
    [true, true, true, false].map((crashed) => [kernel(shape), crashed] as const),
  );
  const rates = knowing(...results, ...[true, true, true, false].map((crashed) => [tree, crashed] as const));
  expect(rates.survival(encode(kernel('flat')))).toBeGreaterThan(0.8);
  expect(rates.survival(encode(tree))).toBe(1);
});

it('counts trials that resume each other as one configuration, by its last end', () => {
  const ended = (id: number, outcome: 'stopped' | 'failed', resumes?: number): Ended => ({
    type: 'ended',
    id,
    by: 'ga',
    point: encode(tree),
    outcome,
    ...(resumes !== undefined && { resumes }),
  });
  const after = crashRatesAfter(axes);
  const chain = History.of(ended(1, 'stopped'), ended(2, 'stopped', 1), ended(3, 'failed', 2));
  expect(Math.exp(after(chain).logSurvival(1, 0))).toBeCloseTo(1 / 2);
  expect(Math.exp(after(chain.push(ended(4, 'failed', 3))).logSurvival(1, 0))).toBeCloseTo(1 / 2);
  expect(after(chain.push(ended(5, 'stopped', 3))).any).toBe(false);
});
