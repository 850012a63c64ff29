import { expect, it } from 'vitest';
import { defineStrategy, float, space } from '../../../streams/core.ts';
import { dryRun } from '../../../streams/engine/dryRun.ts';
import { coded } from '../../support/coded.ts';

const line = space({ x: float(0, 1) });

/** A strategy that counts its asks, and fails at one of them. */
function counting(failsAt?: number) {
  let asks = 0;
  const strategy = defineStrategy<number>({
    name: 'counting',
    init: () => 0,
    tell: (count) => count,
    ask: () => {
      if (++asks === failsAt) throw new Error('it has no answer');
      return [0.5];
    },
  });
  return { strategy, asks: () => asks };
}

it('asks a strategy once, however many trials may be open', () => {
  const { strategy, asks } = counting();
  dryRun(line, strategy, { parallel: 100_000 });
  expect(asks()).toBe(1);
});

it('fails if the strategy cannot answer', () => {
  expect(() => dryRun(line, counting(1).strategy, {})).toThrow(coded('strategy'));
});
