import { type Prediction, predict } from '../../numeric/gp/predict.ts';
import { History } from '../../numeric/history.ts';
import type { OutcomeTransform } from '../../numeric/outcomeTransform.ts';
import type { Rng } from '../../numeric/random.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { bool, wholeFrom } from '../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../schema/optionSet.ts';
import { type Point, samePoint } from '../../space/axis.ts';
import { cells, countCells } from '../../space/cells.ts';
import { restrictedTo, withFixed } from '../../space/fixed.ts';
import type { Env } from '../../strategy/env.ts';
import type { Ask, StrategyEvent, Tags } from '../../strategy/messages.ts';
import { RepeatTracker } from '../duplicates/repeatRate.ts';
import type { ProposedPoint } from '../sequence.ts';
import type { ScoredPoint, Surrogate } from '../surrogate.ts';
import type { QuantityObservations } from './observations.ts';
import { bestPoints, closenessTo, type FittedModels, keyOf, posteriorSamples } from './posteriorSamples.ts';
import { type ModelOptions, type QuantityModel, quantityModel } from './quantityModel.ts';
import { scoreModel } from './scores.ts';
import { maximise, rankPoints } from './search.ts';
import { type BoState, createBoFold } from './state.ts';
import { acquisitionTerms } from './terms.ts';

export type { BoState };

export const boOptions = {
  /** How many configurations are suggested before the first model. Default: 2 (d + 1) for d parameters, at most 10. */
  startup: optional(wholeFrom(1)),
  /** Whether to maximise improvement per second, if the times of trials vary at least threefold. Default: false. */
  costAware: optional(bool, false),
  /** Whether to average over samples of kernels instead of using the most probable one. It takes about ten times as long. Default: false. */
  integrated: optional(bool, false),
};
export type BoSettings = SettingsOf<typeof boOptions>;

/** In a space with at most this many configurations, the acquisition is computed for all of them. */
const MAX_ENUMERATED = 2000;
/** The first model follows after `each` (d + 1) trials for d parameters, but after at most `max`. With 6, noisy studies did worse. */
const STARTUP = { each: 2, max: 10 };
/** How many of the best points are perturbed to get candidates. */
const PERTURBED_POINTS = 10;
/** A fit that costs more than four transforms of 200 results runs in a thread. */
const MAX_WORK = 4 * 200 ** 2;

/**
 * The most probable kernel may be wrong. If its length-scales are too long, the model is too certain about unexplored regions and only refines
 * known minima. So every fourth proposal comes from a model with half the length-scales.
 */
const SHORT_LENGTHSCALES = { every: 4, shrinkage: 4 };

/**
 * If the model predicts the order of `results` or more no better than this (Kendall's tau, each from the others), it is blind: a share of the asks is handed on.
 * Of 36 problems, tau was that low on one, with 25 results; the lowest of the others had 0.22.
 */
const BLIND = { results: 20, agreement: 0.1, share: 1 / 3 };

/** How many kernels the acquisition is averaged over. */
const KERNEL_SAMPLES = 10;

/**
 * Bayesian optimisation with a Gaussian process over all parameters, including conditional ones. It maximises the log of the expected improvement
 * over the smallest posterior mean (Snoek et al. 2012; Ament et al. 2023) or, with two objectives, of the expected hypervolume improvement. Open
 * trials are fantasised to end as predicted. Where an earlier stage stops trials at rungs, it maximises the improvement per expected epoch.
 *
 * The tags of a proposal hold its prediction: `mean` and `sd` of each objective in the units of the loss, and the `acquisition`: the log of the
 * expected improvement in standard deviations of the losses, plus the terms for constraints, priors, cost and budget.
 *
 * @param maxWork the cost of fits above which `longFit` returns them (see `KernelFit.work`)
 * @param isFollowed whether a next stage answers a share of the asks while the model is blind
 */
export function boSurrogate(
  env: Env,
  { startup = startupOf(env), costAware, integrated }: BoSettings,
  maxWork = MAX_WORK,
  isFollowed = false,
): Surrogate<BoState> {
  const { axes, objectives } = env;
  const fold = createBoFold(env, { samples: integrated ? KERNEL_SAMPLES : 0, seed: `${env.seed} ${env.name}` });
  const termsOf = acquisitionTerms(env, { costAware, resultsOf: fold.results });
  const middle = env.snap(axes.map(({ prior }) => prior?.quantile(0.5) ?? 0.5));
  const startsInMiddle = !env.rungs && !axes.some(({ when }) => when) && env.feasible(middle);
  const grid = countCells(axes) <= MAX_ENUMERATED ? cells(env) : undefined;
  const allPoints = grid && Array.from({ length: grid.count }, (_, i) => grid.at(i)).filter(env.feasible);
  /** The latest models. They make the next ones faster to compute, and do not change them. */
  const recent = new Map<string, QuantityModel>();
  const keysOf = History.folding(
    () => new Set<string>(),
    (keys, point: Point) => keys.add(keyOf(point)),
  );
  const repeatsOf = History.folding(
    () => new RepeatTracker(axes),
    (repeats, fact: StrategyEvent) => repeats.tell(fact),
  );

  function fitModels(state: BoState): FittedModels | undefined {
    const { length } = state.suggested;
    const shrink = !integrated && length % SHORT_LENGTHSCALES.every === SHORT_LENGTHSCALES.every - 1;
    const lengthscaleShrinkage = shrink ? SHORT_LENGTHSCALES.shrinkage : 1;
    const features = fold.features(state);
    const results = fold.results(state);
    // An open trial that has reported at a rung is among the results.
    const open = [...state.open.values()].filter(({ id }) => !results?.of(id)?.losses.size);
    const models = state.losses.flatMap((losses, k) => {
      const transform = results ? 0 : fold.lossTransforms.choose(losses, length);
      const key = `${k} ${results ? 'scores' : transform} ${lengthscaleShrinkage}`;
      const options: ModelOptions = { fantasies: open.length, lengthscaleShrinkage, previous: recent.get(key) };
      const model = results
        ? scoreModel(features, state.scores, results, options)
        : quantityModel(features, fold.lossTransforms.transforms[transform]!, transform, losses, options);
      if (model) recent.set(key, model);
      return model ?? [];
    });
    if (models.length < objectives.length) return undefined;
    const samples = posteriorSamples(features, models, open);
    return samples && { features, models, samples };
  }

  /** The observations that a proposal depends on, besides the scores of configurations. */
  const usedObservations = (state: BoState): QuantityObservations[] => [
    ...(fold.results(state) ? [] : state.losses),
    ...state.constraints,
    ...(state.failed > 0 ? [state.failures] : []),
    ...(costAware ? [state.seconds] : []),
  ];

  /**
   * The best new point, preferably not equivalent to a suggested one. If budgets differ, it should also not be close to one: a point that is best
   * at a low budget and bad at the full one would otherwise attract every suggestion to its neighbourhood.
   */
  function choose(state: BoState, ranked: readonly ScoredPoint[], fitted: FittedModels): ScoredPoint | undefined {
    const suggested = keysOf(state.suggested);
    const repeats = repeatsOf(state.facts);
    const isClose = fold.results(state) ? closenessTo(fitted) : () => false;
    let [fresh, distinct]: (ScoredPoint | undefined)[] = [];
    for (const candidate of ranked) {
      const { point, score } = candidate;
      if (!(score > -Infinity) || suggested.has(keyOf(point))) continue; // a key takes longer than the rest, so only those that are needed
      fresh ??= candidate;
      if (repeats.has(point)) continue;
      distinct ??= candidate;
      if (!isClose(point)) return candidate;
    }
    return distinct ?? fresh;
  }

  function isBlind(state: BoState): boolean {
    const [{ fits, observed }, ...others] = state.losses as [QuantityObservations, ...QuantityObservations[]];
    if (others.length > 0 || observed.length < BLIND.results || fold.results(state)) return false;
    return fits.every(({ agreement }) => agreement < BLIND.agreement);
  }

  /**
   * Without results, the middle of the space is the best guess; Vizier begins there too (Song et al. 2024). In a conditional
   * space, the middle lies in one branch, and the others would be tried late.
   */
  const explore = ({ sequence, suggested }: BoState, ask: Ask): ProposedPoint | undefined =>
    startsInMiddle && suggested.length === 0 && !ask.retry ? { point: middle } : fold.sequence.propose(sequence, ask);

  return {
    start: fold.start,
    tell: fold.tell,
    ready: (state) => state.suggested.length >= startup && fold.isModelled(state),
    explore,
    exploreShare: (state) => repeatsOf(state.facts).repeatRate,
    blindShare: (state) => (isFollowed && isBlind(state) ? BLIND.share : 0),
    longFit(state) {
      const fits = [
        ...usedObservations(state).flatMap((observations) => observations.fits),
        ...(fold.results(state) && state.scores.fit ? [state.scores.fit] : []),
      ];
      if (fits.reduce((sum, fit) => sum + fit.work, 0) <= maxWork) return undefined;
      return async (elsewhere) => {
        const remaining = fits.map((fit) => fit.remaining());
        const results = await elsewhere(remaining.map(({ task }) => task));
        for (const [i, { apply }] of remaining.entries()) apply(results[i]!);
      };
    },
    propose(state, ask, rng: Rng): ProposedPoint | undefined {
      const fitted = fitModels(state);
      if (!fitted) return undefined;
      const { features, samples } = fitted;
      const terms = termsOf(state, fitted);
      const cost = samples[0]!.gps[0]!.size * Math.sqrt(samples.length);
      const { fixed } = ask;
      const ranked = allPoints
        ? rankPoints(terms, features, fixed ? allPoints.filter((point) => samePoint(withFixed(point, fixed), point)) : allPoints)
        : maximise(terms, features, restrictedTo(env, fixed), bestPoints(fitted, PERTURBED_POINTS), rng, cost);
      const chosen = choose(state, ranked, fitted);
      return chosen && { point: chosen.point, tags: predictionTags(fitted, chosen) };
    },
    view(state) {
      const fitted = fitModels(state);
      if (fitted === undefined) return undefined;
      const { limit } = fitted.models[0]!.transform;
      return omitUndefined({ of: 'loss' as const, limit, at: (point: Point) => predictionsAt(fitted, point)[0]! });
    },
  };
}

const startupOf = ({ axes }: Env): number => Math.min(STARTUP.max, STARTUP.each * (axes.length + 1));

/**
 * The prediction at a point, as tags: `mean` and `sd` of each objective in the units of the loss, and the log `acquisition`. If budgets differ,
 * `at` is the budget of that loss: the highest one with enough results, some of which are as bad. Losses above the `limit` count as equal to it,
 * so a mean close to it says only that the loss is at least so high.
 */
function predictionTags(fitted: FittedModels, { point, score }: ScoredPoint): Tags {
  const { models } = fitted;
  const predictions = predictionsAt(fitted, point);
  const [{ budget }, { transform }] = [predictions[0]!, models[0]!];
  return omitUndefined({
    mean: predictions.map(({ mean }) => mean.toPrecision(4)).join(' '),
    sd: predictions.map(({ sd }) => sd.toPrecision(4)).join(' '),
    acquisition: score.toPrecision(4),
    at: budget === undefined ? undefined : String(budget),
    limit: models.length > 1 ? undefined : transform.limit?.toPrecision(4),
  });
}

/** The prediction of each objective at a point, in the units of the loss and, if budgets differ, at which budget. */
function predictionsAt({ features, models }: FittedModels, point: Point) {
  const row = new Float64Array(features.width);
  features.encode(point, row);
  return models.map(({ gps, transform, explain }) => {
    const predicted = mixtureOf(gps.map((gp) => predict(gp, row)));
    const explained = explain?.(predicted.mean);
    const { mean, sd } = explained
      ? { mean: explained.loss, sd: explained.slope * Math.sqrt(predicted.variance) }
      : restored(transform, predicted);
    return { mean, sd, budget: explained?.budget };
  });
}

/**
 * A prediction in the units of the loss; the standard deviation is half the width of the interval around the mean. A power transform has no losses
 * beyond some target: the side of an interval that ends there does not count, and a mean there is taken to be the lowest known loss.
 */
function restored({ restore, targets }: OutcomeTransform, { mean, variance }: Prediction): { readonly mean: number; readonly sd: number } {
  const centre = Number.isFinite(restore(mean)) ? mean : targets.reduce((a, b) => Math.min(a, b));
  const middle = restore(centre);
  const sidesAt = (sd: number) => [middle - restore(centre - sd), restore(centre + sd) - middle].filter(Number.isFinite);
  const sd = Math.sqrt(variance);
  const sides = sidesAt(sd).length > 0 ? sidesAt(sd) : sidesAt(sd * SMALL).map((side) => side / SMALL);
  return { mean: middle, sd: sides.reduce((a, b) => a + b) / sides.length };
}
/** The share of a standard deviation at which the slope is taken where both sides are infinite. */
const SMALL = 1e-3;

/** Mean and variance of a mixture with equal weights. */
function mixtureOf(parts: readonly Prediction[]): Prediction {
  const mean = parts.reduce((sum, part) => sum + part.mean, 0) / parts.length;
  const variance = parts.reduce((sum, part) => sum + part.variance + (part.mean - mean) ** 2, 0) / parts.length;
  return { mean, variance };
}
