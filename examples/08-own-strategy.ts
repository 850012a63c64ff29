/** A strategy of your own in a few lines: hill climbing. On a smooth hill it beats random search. */
import assert from 'node:assert/strict';
import { chain, type Ended, float, optimize, random, type Strategy, space, take } from 'hypertide';
import { defineStrategy } from 'hypertide/core';

/** Its state is the best trial so far. Points are in the unit cube, and losses are minimised. */
const climb = defineStrategy<Ended | undefined>({
  name: 'climb',
  init: () => undefined,
  tell: (best, told) => (told.type === 'ended' && told.losses && told.losses[0]! < (best?.losses?.[0] ?? Infinity) ? told : best),
  ask: (best, _ask, rng) => best?.point.map((u) => Math.min(1, Math.max(0, u + 0.2 * (rng() - 0.5)))),
});

const box = space({ x: float(-5, 5), y: float(-5, 5), z: float(0.01, 100, { log: true }) });

const bestOf = async (strategy: Strategy, seed: number): Promise<number> => {
  const hill = ({ x, y, z }: { x: number; y: number; z: number }) => (x - 1) ** 2 + (y + 2) ** 2 + Math.log10(z) ** 2;
  const { best } = await optimize(box, hill, { strategy, trials: 60, seed }).result();
  return best!.values!.value!;
};

let wins = 0;
for (let seed = 1; seed <= 20; seed++) {
  if ((await bestOf(chain(take(5, random()), climb), seed)) < (await bestOf(random(), seed))) wins++;
}
console.log(`climbing beats random search in ${wins} of 20 studies`);
assert.ok(wins >= 15);
