import { kernelOf, shortened } from '../../numeric/gp/kernel.ts';
import type { Observations } from '../../numeric/gp/likelihood.ts';
import { type Posterior, posterior } from '../../numeric/gp/posterior.ts';
import { History } from '../../numeric/history.ts';
import type { Outputs } from '../../numeric/outcomeTransform.ts';
import type { Features } from './features.ts';
import { Fit, type Fitting } from './fit.ts';
import { derivativesOf } from './gradients.ts';
import type { Observed } from './observedGradient.ts';

/** A way to see values, such as standardised. */
export type View = (values: readonly number[]) => Outputs;

/**
 * What was observed of one quantity, with the kernels fitted to it. Immutable, and cheap to grow: a kernel is fitted when it is first asked
 * for. Kernels are fitted to the first 3, 4, 5, 6, 8, 10, 12, 15, ... observations, each from where the fit before ended. So what a model
 * is, is a function of what was observed, and not of when somebody asked.
 */
export interface Knowledge {
  readonly observed: History<Observed>;
  /** One for each view, where there are enough observations to fit any. */
  readonly fits: readonly Fit[];
  /** The number of observations that the next kernel is fitted to. */
  readonly next: number;
}

export const FIRST_FIT = 3;
export const GROWTH = 1.2;
/** A kernel has few parameters: more observations than this only cost time. */
export const FITTED = 200;
/** Exact inference is cubic in the number of observations: when there are more, a choice of them stays. */
const EXACT = { most: 1000, kept: 800 };
/** Where budgets differ results are many, and cheap to come by: a model of fewer is asked more often. */
export const SEVERAL = { most: 400, kept: 300 };

export const nothing: Knowledge = { observed: History.of(), fits: [], next: FIRST_FIT };

export function observe(how: Fitting, features: Features, views: readonly View[], before: Knowledge, observation: Observed): Knowledge {
  const observed = before.observed.push(observation);
  if (observed.length < before.next) return { ...before, observed };
  return {
    observed,
    fits: views.map((view, v) => new Fit(how, observed.length, () => fitted(features, view, observed), before.fits[v])),
    next: Math.ceil(before.next * GROWTH),
  };
}

/** Whether there are observations enough for a model. */
export const isModelled = ({ observed }: Knowledge): boolean => observed.length >= FIRST_FIT;

function fitted(features: Features, view: View, observed: History<Observed>): Observations {
  const some = selection(observed.toArray(), FITTED);
  return seen(features, some, view(some.map(({ value }) => value)));
}

const budgetOf = ({ budget = Number.POSITIVE_INFINITY }: Observed): number => budget;

/** The higher budget first, which only the best come to; then the lower value. */
const byMerit = (a: Observed, b: Observed): number => (budgetOf(a) === budgetOf(b) ? a.value - b.value : budgetOf(b) - budgetOf(a));

/** The best third of what there is room for, and an even choice of the rest; in their order. */
function selection(observed: readonly Observed[], room: number): readonly Observed[] {
  if (observed.length <= room) return observed;
  const order = observed.map((_, i) => i).sort((a, b) => byMerit(observed[a]!, observed[b]!));
  const best = Math.floor(room / 3);
  const stride = (observed.length - best) / (room - best);
  const kept = [...order.slice(0, best), ...Array.from({ length: room - best }, (_, k) => order[best + Math.floor(k * stride)]!)];
  return kept.sort((a, b) => a - b).map((i) => observed[i]!);
}

/**
 * What models are conditioned on: all observations up to 1000; of more, between 800 and 1000, so that a model often is the one before and a bit.
 * Where budgets differ, 400, and between 300 and 400.
 */
const conditions = History.folding(
  (): Observed[] => [],
  (some, observation: Observed) => {
    some.push(observation);
    const { most, kept } = some.length > SEVERAL.most && some.some(({ budget }) => budget !== some[0]!.budget) ? SEVERAL : EXACT;
    if (some.length > most) some.splice(0, some.length, ...selection(some, kept));
  },
);

function seen(features: Features, observed: readonly Observed[], outputs: Outputs): Observations {
  const points = new Float64Array(observed.length * features.width);
  for (const [i, { point, budget }] of observed.entries()) features.encode(point, points, i * features.width, budget);
  const variances = observed.some(({ stderr }) => stderr)
    ? Float64Array.from(observed, ({ stderr = 0 }, i) => (stderr * outputs.slope(i)) ** 2)
    : undefined;
  const { width, ordered } = features;
  return { features: { width, ordered }, size: observed.length, points, targets: outputs.targets, variances };
}

/** What is known of one quantity, with the outputs as the posteriors see them. */
export interface Model {
  /** One for the most probable kernel, or one for each sample of kernels. */
  readonly gps: readonly Posterior[];
  readonly outputs: Outputs;
  /** What the model was conditioned on: all of it, up to 1000 observations. */
  readonly observed: readonly Observed[];
  /** The budget at which the losses of `outputs` are meant, where results have several. */
  readonly budget?: number;
}

/**
 * @param v the number of the view
 * @param room for so many beliefs
 * @param doubt divides the squares of the length-scales that were fitted
 * @param before an earlier model, which saves work where it is the same but for the last observations
 * @returns undefined where there is too little, or nothing that a model could be fitted to
 */
export function model(
  features: Features,
  view: View,
  v: number,
  { observed, fits }: Knowledge,
  room = 0,
  doubt = 1,
  before?: Model,
): Model | undefined {
  const [best, ...samples] = fits[v]?.kernelsFor(features) ?? [];
  if (!best) return undefined;
  const used = conditions(observed).slice();
  const outputs = view(used.map(({ value }) => value));
  const told = { ...seen(features, used, outputs), derivatives: derivativesOf(features, used, outputs) };
  const gps = (samples.length > 0 ? samples : [best]).flatMap(
    (logs, i) => posterior(told, shortened(kernelOf(logs, features.width), doubt), room, before?.gps[i]) ?? [],
  );
  return gps.length > 0 ? { gps, outputs, observed: used } : undefined;
}
