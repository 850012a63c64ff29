import { describe, expect, it } from 'vitest';
import type { Completed } from '../../src/facts/facts.ts';
import { extrasOf } from '../../src/ledger/extras.ts';
import { space } from '../../src/space/space.ts';
import { choice, float, int, when } from '../../src/space/types/dimension.ts';

const net = space({
  lr: float(1e-4, 1e-2, { log: true }),
  keep: float(0.1, 0.9, { logit: true }),
  width: float(10, 30),
  layers: int(1, 4),
  opt: choice(['adam', 'sgd']),
  momentum: when('opt', 'sgd', float(0, 0.5)),
});
const of = (gradient: Completed['gradient']): Completed => ({
  type: 'completed',
  trial: 1,
  run: 'r',
  values: { loss: 1 },
  gradient: gradient!,
});
const told = (
  params: Parameters<typeof net.encode>[0],
  gradient: Record<string, number>,
  direction: 'minimize' | 'maximize' = 'minimize',
) => extrasOf(of({ loss: gradient }), net.encode(params), net, [{ name: 'loss', direction }]).gradient;

const adam = { lr: 1e-3, keep: 0.5, width: 20, layers: 2, opt: 'adam' } as const;

describe('a gradient, as strategies see it', () => {
  it('is by coordinates: d value / d parameter x d parameter / d coordinate', () => {
    const [row] = told(adam, { lr: 2, keep: 3, width: 5 })!;
    expect(row![0]).toBeCloseTo(2 * 1e-3 * Math.log(100), 9);
    expect(row![1]).toBeCloseTo(3 * 0.25 * 2 * Math.log(9), 9);
    expect(row!.slice(2)).toEqual([100, 0, 0, 0]);
  });

  it('points the other way where the value is maximised', () => {
    expect(told(adam, { lr: 2, keep: 3, width: 5 }, 'maximize')![0]![2]).toBe(-100);
  });

  it('covers the parameters that are active', () => {
    const sgd = { ...adam, opt: 'sgd', momentum: 0.25 } as const;
    expect(told(sgd, { lr: 0, keep: 0, width: 0, momentum: 4 })![0]![5]).toBe(2);
    expect(told(sgd, { lr: 0, keep: 0, width: 0 })).toBeUndefined();
  });

  it('is absent if one derivative is missing: a missing derivative is not a zero', () => {
    expect(told(adam, { lr: 2, width: 5 })).toBeUndefined();
    expect(told(adam, { lr: 2, keep: Number.NaN, width: 5 })).toBeUndefined();
  });
});
