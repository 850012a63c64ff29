import { drawNormal, rngFor } from '../../src/numeric/random.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { LearningCurve, Workload } from '../../src/testing/index.ts';
import { choice, float, type Infer, space } from '../../streams/index.ts';

/** Learning rate and weight decay of a model, and an option of no effect. The best learning rate is .01, the best weight decay 1e-4. */
export const models = space({
  lr: float(1e-5, 1, { log: true }),
  decay: float(1e-6, 1e-2, { log: true }),
  pool: choice(['max', 'mean']),
});
export type Model = Infer<typeof models>;

/** How metrics of real programs look: what a trial reports while it trains, and its result. */
export interface Shape {
  readonly name: string;
  readonly objective: 'minimize' | 'maximize';
  readonly workload: Workload<Model>;
  /** The result of a model without noise, as a loss. */
  readonly result: (model: Model) => number;
  /**
   * How much worse than random search early stopping may be, as a share of the range of results, where what a trial reports says nothing about its
   * result, or the opposite. Default: only as much as chance explains.
   */
  readonly allowed?: number;
}

/** What a model reports at a step. `noise(step)` is a standard normal number that belongs to the model and the step. */
type Curve = (model: { readonly quality: number; readonly lr: number; readonly noise: (step: number) => number }, step: number) => number;
type More = Partial<Pick<Shape, 'objective' | 'allowed'> & Pick<Workload<Model>, 'countsFrom'> & Pick<LearningCurve, 'reports'>>;

/** From 0 to 1, the best. Half of the space is below .5. */
function qualityOf({ lr, decay }: Model): number {
  const [a, b] = [(Math.log10(lr) + 2) / 3, (Math.log10(decay) + 4) / 4];
  return Math.exp(-1.5 * (a * a + b * b));
}

function shape(name: string, steps: number, curve: Curve, { objective = 'minimize', countsFrom, reports, allowed }: More = {}): Shape {
  const workload: Workload<Model> = {
    steps,
    countsFrom,
    curve(model) {
      const quality = qualityOf(model);
      const key = `${model.lr} ${model.decay}`;
      const noise = (step: number): number => drawNormal(rngFor(key, 'noise', step));
      return omitUndefined({ value: (step: number) => curve({ quality, lr: model.lr, noise }, step), reports });
    },
  };
  const result = (model: Model): number => {
    const value = curve({ quality: qualityOf(model), lr: model.lr, noise: () => 0 }, steps);
    return objective === 'maximize' ? -value : value;
  };
  return omitUndefined({ name, objective, workload, result, allowed });
}

/** From 0 to 1 - 1/e^3: how much of a training is done. */
const done = (step: number, steps: number): number => 1 - Math.exp((-3 * step) / steps);
const round = (x: number, digits: number): number => Number(x.toFixed(digits));
const maximized = { objective: 'maximize' } as const;

/** A loss that falls from 1 to its end, which is 0 for the best model. */
const loss =
  (steps: number): Curve =>
  ({ quality }, step) =>
    1 - (0.2 + 0.8 * quality) * done(step, steps);
const accuracy =
  (steps: number, chance = 0.1): Curve =>
  ({ quality }, step) =>
    chance + (0.95 - chance) * quality * done(step, steps);
/** A metric that is constant for the first steps, as mAP, F1 or the accuracy during the warm-up of the learning rate. */
const after =
  (warmup: number, constant: number, curve: Curve): Curve =>
  (model, step) =>
    step <= warmup ? constant : curve(model, step - warmup);
const rounded =
  (digits: number, curve: Curve): Curve =>
  (model, step) =>
    round(curve(model, step), digits);

const constantStarts = Array.from({ length: 10 }, (_, i) =>
  shape(`mAP, 0 for ${i + 1} epochs, 3 digits`, 30, after(i + 1, 0, rounded(3, accuracy(30 - i, 0))), maximized),
);

export const shapes: readonly Shape[] = [
  ...constantStarts,
  shape('accuracy at chance for 5 epochs', 27, after(5, 0.1, accuracy(22)), maximized),
  shape('AUC of .5 for 3 epochs, 2 digits', 27, after(3, 0.5, rounded(2, accuracy(24, 0.5))), maximized),
  shape(
    'F1 of 0 until a third, for the better half only',
    27,
    ({ quality }, e) => (quality < 0.5 || e < 9 ? 0 : quality * done(e, 27)),
    maximized,
  ),
  shape('success rate of a robot, 0 for most', 81, ({ quality }, e) => round(Math.max(0, quality - 1.2 + e / 81), 1), maximized),
  shape('loss, falls', 27, loss(27)),
  shape('loss, 1 digit', 27, rounded(1, loss(27))),
  shape('loss, 2 digits', 27, rounded(2, loss(27))),
  shape('loss, 3 digits', 27, rounded(3, loss(27))),
  shape('accuracy in whole per cent', 27, ({ quality }, e) => Math.round(95 * quality * done(e, 27)), maximized),
  shape('accuracy in per cent, 1 digit', 50, ({ quality }, e) => round(95 * quality * done(e, 50), 1), maximized),
  shape('accuracy of 50 images', 27, ({ quality }, e) => Math.round(50 * (0.1 + 0.85 * quality * done(e, 27))) / 50, maximized),
  shape('saturates after 3 epochs', 27, ({ quality }, e) => 1 - quality * (1 - Math.exp(-e))),
  shape(
    'saturates after 3 epochs, 3 digits',
    27,
    rounded(3, ({ quality }, e) => 1 - quality * (1 - Math.exp(-e))),
  ),
  shape('power law', 81, ({ quality }, e) => 2 - quality + e ** -0.5),
  shape('linear', 27, ({ quality }, e) => 1 - (quality * e) / 27),
  shape('late: most falls in the second half', 27, ({ quality }, e) => 1 - quality / (1 + Math.exp((14 - e) / 2))),
  shape('a cliff at two thirds', 27, ({ quality, noise }, e) => (e < 18 ? 1 + 0.01 * noise(e) : 1 - quality), { allowed: 0.15 }),
  shape('learning rate drops at one half and three quarters', 40, ({ quality }, e) => 1 - quality * (e < 20 ? 0.5 : e < 30 ? 0.8 : 1)),
  shape('explodes for bad models', 27, ({ quality }, e) => (quality < 0.4 ? 2 ** (e * (1 - quality)) : 1 - quality * done(e, 27))),
  shape('overflows for bad models', 27, ({ quality }, e) => (quality < 0.3 ? 10 ** (11 * e) : 1 - quality * done(e, 27))),
  shape('NaN for 2 epochs', 27, loss(27), { reports: (e) => e > 2 }),
  shape('NaN now and then', 27, loss(27), { reports: (e) => e % 4 !== 1 }),
  shape('U-shaped: overfits', 27, ({ quality }, e) => 1 - quality * done(e, 9) + (0.3 * (1 - quality) * e) / 27),
  shape('U-shaped, all overfit alike', 27, ({ quality }, e) => 1 - quality * done(e, 9) + (0.2 * e) / 27),
  shape('a little noise', 27, ({ quality, noise }, e) => 1 - quality * done(e, 27) + 0.02 * noise(e)),
  shape('much noise', 27, ({ quality, noise }, e) => 1 - quality * done(e, 27) + 0.15 * noise(e)),
  shape('noise that shrinks', 27, ({ quality, noise }, e) => 1 - quality * done(e, 27) + (0.5 * noise(e)) / e),
  shape('jumps up now and then', 27, ({ quality, noise }, e) => 1 - quality * done(e, 27) + (noise(e) > 1.6 && e < 27 ? 0.5 : 0)),
  shape('a staircase', 30, ({ quality }, e) => 1 - (quality * Math.floor(e / 5)) / 6),
  shape('two regimes: half never learn', 27, ({ quality }, e) => (quality < 0.5 ? Math.LN10 : Math.LN10 - 2 * quality * done(e, 27))),
  shape('two regimes, 0 or much', 27, ({ quality }, e) => (quality < 0.7 ? 0 : round(quality * done(e, 27), 3)), maximized),
  shape('epochs from 0', 27, loss(27), { countsFrom: 0 }),
  shape('epochs from 0, 0 for 3 epochs', 27, after(3, 0, rounded(3, accuracy(24, 0))), { ...maximized, countsFrom: 0 }),
  shape('every 5th epoch', 50, loss(50), { reports: (e) => e % 5 === 0 }),
  shape('every 10th epoch of 100', 100, loss(100), { reports: (e) => e % 10 === 0 }),
  shape('seconds, every 7', 120, loss(120), { reports: (e) => e % 7 === 0 }),
  shape('the result only', 27, loss(27), { reports: () => false }),
  shape('log-likelihood, negative', 27, ({ quality }, e) => -1000 * (2 - quality * done(e, 27)), maximized),
  shape('a reward from -500 to 200, noisy', 50, ({ quality, noise }, e) => -500 + 700 * quality * done(e, 50) + 30 * noise(e), maximized),
  shape('millions', 27, ({ quality }, e) => 3e6 * (1 - quality * done(e, 27)) + 5e6),
  shape('millionths', 27, ({ quality }, e) => 3e-6 * (1 - quality * done(e, 27))),
  shape('short: 3 epochs', 3, loss(3)),
  shape('short: 5 epochs, constant for one', 5, after(1, 0, rounded(2, accuracy(4, 0))), maximized),
  shape('long: 243 epochs', 243, loss(243)),
  shape('crosses: good models start slowly', 27, ({ quality }, e) => 1 - quality * done(e, 27) + 0.6 * quality * Math.exp(-e / 3), {
    allowed: 0.15,
  }),
  shape(
    'crosses late: a high rate is fast and ends badly',
    27,
    ({ quality, lr }, e) => 1 - quality * done(e, 27) - 0.1 * Math.log10(lr / 1e-5) * Math.exp(-e / 9),
    { allowed: 0.15 },
  ),
];
