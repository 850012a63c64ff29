/** The shortest study: a space, a function, and the best of 60 trials. */
import assert from 'node:assert/strict';
import { float, int, optimize, space } from 'hypertide';

const shapes = space({ x: float(-5, 5), n: int(1, 9) });

const { best, reason } = await optimize(shapes, ({ x, n }) => (x - 1) ** 2 + (n - 4) ** 2, { trials: 60 }).result();

console.log(`the best of 60: ${JSON.stringify(best?.params)} gives ${best?.values?.value}`);
assert.equal(reason, 'trials');
assert.ok(best!.values!.value! < 2);
