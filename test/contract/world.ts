import type { ChoiceDimension } from '../../src/space/types/choice.ts';
import type { FleetOptions } from '../../src/testing/fleet.ts';
import type { Infer } from '../../streams/index.ts';
import { atMost, boolean, choice, float, int, logNormal, space, when } from '../../streams/index.ts';

/** A space with everything in it: logs, steps, priors, conditions, a constraint. */
export const net = spaceWith(choice(['relu', 'tanh', 'gelu']));
export type Net = Infer<typeof net>;

/** The same with features of the values of a choice. */
export const describedNet = spaceWith(choice(['relu', 'tanh', 'gelu'], { features: { smoothness: [0, 1, 0.9], cost: [1, 3, 20] } }));

function spaceWith(act: ChoiceDimension<readonly ['relu', 'tanh', 'gelu']>) {
  return space(
    {
      lr: float(1e-5, 1e-1, { log: true, prior: logNormal(1e-3, 2) }),
      layers: int(1, 8),
      width: int(16, 256, { log: true }),
      act,
      opt: choice(['adam', 'sgd']),
      momentum: when('opt', 'sgd', float(0, 1)),
      nesterov: when('opt', 'sgd', boolean()),
    },
    { constraints: [atMost({ layers: 20, width: 1 }, 300)] },
  );
}

/** A made-up learning curve: falls to a floor that depends on the configuration, at a rate that does too. */
function curve(p: Net, step: number): number {
  const floor = (Math.log10(p.lr) + 3) ** 2 + 0.1 * (p.layers - 5) ** 2 + (p.act === 'gelu' ? 0 : 1) + (p.momentum ?? 0.5);
  return floor + 4 / (1 + step * (p.opt === 'sgd' ? 0.5 : 1));
}

export const fleet: FleetOptions<Net> = { curve, steps: 4, crash: 0.1, lose: 0.1 };

/** Trainers that are scored on ten examples, of which some are harder. */
export const examplesFleet: FleetOptions<Net> = {
  ...fleet,
  steps: 10,
  example: (p, place) => curve(p, 9) + (place % 4) + Math.sin(place * p.layers),
};

/** The same, with a constraint that about half of the configurations violate, and that depends on the example. */
export const limitedFleet: FleetOptions<Net> = {
  ...examplesFleet,
  example: (p, place) => ({
    values: { value: curve(p, 9) + (place % 4) },
    constraints: [p.layers - 4 + 2 * Math.sin(7 * place + p.width), -1],
  }),
};

/** Trainers that report the derivatives of the curve, except at times. */
export const tellingFleet: FleetOptions<Net> = {
  ...fleet,
  gradient: (p) => ({
    ...(p.width % 5 > 0 && { lr: (2 * (Math.log10(p.lr) + 3)) / (p.lr * Math.LN10) }),
    ...(p.momentum !== undefined && { momentum: 1 }),
  }),
};

/** With a proposer elsewhere: some of its proposals are parts of configurations, and some repeat earlier ones. */
export const proposingFleet: FleetOptions<Net> = {
  ...fleet,
  proposer: { name: 'agent', often: 0.3, params: (rng) => (rng() < 0.2 ? { layers: 3, width: 20 } : { lr: 10 ** (-5 + 4 * rng()) }) },
};
