import { asha, auto, chain, choice, float, type Infer, int, random, type Strategy, space, tpe, when } from 'hypertide';
import { epochs } from './network.ts';

/**
 * What Bengio ("Practical recommendations for gradient-based training of deep architectures", 2012, section 3) names as the hyperparameters of
 * such a network, in ranges of the usual size. It was written down before any strategy ran on it, and was not changed afterwards.
 */
export const networks = space({
  layers: int(1, 2),
  units: int(8, 64, { log: true }),
  secondUnits: when('layers', 2, int(8, 64, { log: true })),
  learningRate: float(1e-4, 1, { log: true }),
  schedule: choice(['constant', 'cosine', 'step']),
  momentum: float(0, 0.99),
  batch: int(8, 128, { log: true }),
  l2: float(1e-6, 1e-1, { log: true }),
  initialScale: float(0.1, 10, { log: true }),
});
export type Network = Infer<typeof networks>;

/** Epochs of a whole study: as many as 20 whole trainings have. */
export const cost = 20 * epochs;

/** Trials are stopped after 1, 3 or 9 epochs unless they are among the best third so far. */
export const early = asha({ min: 1, max: epochs });

/** The strategies of `examples/digits/compare.ts`. `early, auto` is the default; in this space `auto` is `bo`. */
export const strategies = {
  'early, auto': chain(early, auto()),
  'early, tpe': chain(early, tpe()),
  'early, random': chain(early, random()),
  random: random(),
} satisfies Readonly<Record<string, Strategy>>;
export type Name = keyof typeof strategies;
