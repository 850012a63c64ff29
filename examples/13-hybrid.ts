/** A hybrid is a sentence: evolution, until it finds nothing better; then a model, from all that was found; and trainings that fall behind stop. */
import assert from 'node:assert/strict';
import { asha, bo, chain, float, ga, optimize, plateau, space, type Trial, until } from 'hypertide';

const strategy = chain(asha({ min: 1, max: 9, mode: 'stop' }), until(plateau(12), ga()), bo());
const train = async ({ x, y }: { readonly x: number; readonly y: number }, { report, signal }: Trial) => {
  const floor = (x - 1) ** 2 + (x * y - 2) ** 2;
  for (let epoch = 1; epoch <= 9 && !signal.aborted; epoch++) {
    report(floor + 5 / epoch, epoch);
    await new Promise(setImmediate);
  }
  return floor;
};
const study = optimize(space({ x: float(-5, 5), y: float(-5, 5) }), train, { strategy, trials: 100, plateau: 40 });
const { best, reason, stopped } = await study.result();
console.log(`closed by ${reason}, ${stopped} stopped early; the best is by ${best?.by}:`, best?.params, best?.values);
assert.ok(best?.by === 'bo' && best.values!.value! < 0.1 && stopped > 20);
