import { atMost } from '../../src/space/constraint.ts';
import { normal, weights } from '../../src/space/prior.ts';
import { space } from '../../src/space/space.ts';
import { boolean, choice, float, int, ordinal, when } from '../../src/space/types/dimension.ts';

/** A hidden layer and its activation, as textbooks tune them: 25 x 3 = 75 configurations. */
export const textbook = space({ units: int(16, 64, { step: 2 }), act: choice(['relu', 'tanh', 'gelu']) });

/** With parameters that depend on a choice: 4 + 3 x 2 = 10 configurations. */
export const conditional = space({
  opt: choice(['adam', 'sgd']),
  beta: when('opt', 'adam', ordinal([0.8, 0.9, 0.95, 0.99])),
  momentum: when('opt', 'sgd', ordinal([0, 0.5, 0.9])),
  nesterov: when('opt', 'sgd', boolean()),
});

/** 36 of its 64 configurations are feasible. */
export const constrained = space({ x: int(1, 8), y: int(1, 8) }, { constraints: [atMost({ x: 1, y: 1 }, 9)] });

/** Two floats, of which one has a log scale and a prior, and a choice with a prior. */
export const mixed = space({
  lr: float(1e-5, 1e-1, { log: true, prior: normal(1e-3, 1e-3) }),
  dropout: float(0, 0.5),
  act: choice(['relu', 'tanh', 'gelu'], { prior: weights([6, 3, 1]) }),
});
