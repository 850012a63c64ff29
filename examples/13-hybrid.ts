/** A composition: evolution seeds a model, gradient descent refines the model's best point, and trials that fall behind are stopped. */
import assert from 'node:assert/strict';
import { asha, bo, chain, float, ga, lbfgs, optimize, plateau, space, type Trial, until } from 'hypertide';

const polish = lbfgs({ start: 'incumbent', gradient: 'differences' });
const strategy = chain(asha({ min: 1, max: 9 }), until(plateau(12), ga()), until(plateau(12), bo()), polish);
const train = async ({ x, y }: { readonly x: number; readonly y: number }, { report, signal }: Trial) => {
  for (let epoch = 1; epoch <= 9 && !signal.aborted; epoch++) {
    report((x - 1) ** 2 + (x * y - 2) ** 2 + 1 / epoch);
    await new Promise(setImmediate); // a stop arrives before the next epoch
  }
  return (x - 1) ** 2 + (x * y - 2) ** 2;
};
const { best, stopped } = await optimize(space({ x: float(-5, 5), y: float(-5, 5) }), train, { strategy, trials: 130 }).result();
console.log(`${stopped} stopped early; the best is by ${best?.by}:`, best?.params, best?.values);
assert.ok(best?.by.startsWith('lbfgs') && best.values!.value! < 0.002 && stopped > 20);
