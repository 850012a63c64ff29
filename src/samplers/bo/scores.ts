import { ndtri } from '../../numeric/distributions/normal.ts';
import type { TrainingSet } from '../../numeric/gp/likelihood.ts';
import type { Posterior } from '../../numeric/gp/posterior.ts';
import { grouped } from '../../numeric/grouped.ts';
import { type OutcomeTransform, standardise } from '../../numeric/outcomeTransform.ts';
import { normalScores, orderOf, type Placed } from '../budgets/order.ts';
import type { ComparedConfiguration, RungResults } from '../budgets/rungResults.ts';
import { type AcquisitionTerm, inverseBudget } from './acquisition.ts';
import type { Features } from './features.ts';
import { KernelFit, type KernelFitOptions } from './fit.ts';
import type { Observation } from './observation.ts';
import { bestAndSpread, FIRST_FIT, FIT_GROWTH, MAX_FITTED, SEVERAL_BUDGETS, trainingSetOf } from './observations.ts';
import { type Explanation, type ModelOptions, posteriors, type QuantityModel } from './quantityModel.ts';

/** The kernels fitted to the scores of configurations, as `QuantityObservations` has those fitted to losses. */
export interface ScoreFits {
  readonly fit: KernelFit | undefined;
  /** The number of configurations at which the next kernel is fitted. */
  readonly next: number;
}

export const noScoreFits: ScoreFits = { fit: undefined, next: FIRST_FIT };

/** Plans a fit if there are enough configurations for the next one. */
export function planScoreFit(options: KernelFitOptions, features: Features, results: RungResults, before: ScoreFits): ScoreFits {
  const n = results.counted.length;
  if (n < before.next) return before;
  const { trainingSet } = scoreData(features, rankScores(results), MAX_FITTED); // not later, since `results` is mutable
  let next = before.next;
  while (next <= n) next = Math.ceil(next * FIT_GROWTH);
  return { fit: new KernelFit(options, n, () => trainingSet, before.fit), next };
}

interface RankScores {
  readonly order: readonly Placed[];
  readonly scores: ReadonlyMap<ComparedConfiguration, number>;
  readonly results: RungResults;
}

/** The normal score of each configuration, from its rank among all configurations at any budget (see `orderOf`). */
function rankScores(results: RungResults): RankScores {
  const order = orderOf(results.counted);
  return { order, results, scores: normalScores(order) };
}

interface ScoreData {
  readonly trainingSet: TrainingSet;
  readonly transform: OutcomeTransform;
  readonly observed: readonly Observation[];
}

/** The scores of at most `count` configurations, in the order of their first results. */
function scoreData(features: Features, { order, scores, results }: RankScores, count: number): ScoreData {
  const kept = order.length <= count ? undefined : new Set(bestAndSpread(order, count).map(({ configuration }) => configuration));
  const used = results.counted.filter((configuration) => kept === undefined || kept.has(configuration));
  const observed = used.map((configuration): Observation => ({ point: configuration.point, value: scores.get(configuration)! }));
  const transform = standardise(observed.map(({ value }) => value));
  return { trainingSet: trainingSetOf(features, observed, transform), transform, observed };
}

/**
 * The model of the scores. A score does not depend on the scale or the noise of the losses at each budget, and keeps what promotion uses: the
 * order. Standard errors and gradients of losses are ignored.
 *
 * @returns undefined if no kernel could be fitted
 */
export function scoreModel(features: Features, { fit }: ScoreFits, results: RungResults, options: ModelOptions): QuantityModel | undefined {
  const kernels = fit?.kernelsFor(features) ?? [];
  if (kernels.length === 0) return undefined;
  const ranked = rankScores(results);
  const count = ranked.order.length > SEVERAL_BUDGETS.most ? SEVERAL_BUDGETS.kept : SEVERAL_BUDGETS.most;
  const { trainingSet, transform, observed } = scoreData(features, ranked, count);
  const gps = posteriors(kernels, features, trainingSet, options);
  if (gps.length === 0) return undefined;
  return { gps, transform, observed, explain: (target) => explanationOf(target, transform, ranked) };
}

/**
 * The term of the budget that a trial is expected to use; empty without a result at a rung. Of the scores, a share of `lowest / budget` reaches a
 * budget, since at each rung one in eta continues; but a share is at least that of one more configuration, and a rung without results is not
 * expected to be reached.
 */
export function inverseBudgetTerm(
  gp: Posterior,
  rungs: readonly number[],
  { counted }: RungResults,
  { target }: OutcomeTransform,
): AcquisitionTerm[] {
  const [lowest, ...higher] = rungs.filter((rung) => counted.some(({ losses }) => losses.has(rung)));
  if (lowest === undefined) return [];
  const least = 1 / (counted.length + 1);
  const limits = higher.map((budget, k) => ({
    budget: budget - (higher[k - 1] ?? lowest),
    limit: target(ndtri(Math.max(lowest / budget, least))),
  }));
  return [inverseBudget(gp, lowest, limits)];
}

/** A configuration with a loss at some budget. */
interface Known {
  readonly budget: number;
  readonly score: number;
  readonly loss: number;
}

/** At a budget with fewer losses, a score is explained only if no other budget has as many. */
const FEWEST_LOSSES = 5;

/**
 * A score is explained by losses at the highest budget with enough of them, at which some are as bad: high budgets have only losses of good
 * configurations.
 */
function explanationOf(target: number, transform: OutcomeTransform, { order, scores }: RankScores): Explanation {
  const results = order.flatMap(({ configuration }): Known[] =>
    [...configuration.losses].map(([budget, [loss]]) => ({ budget, score: scores.get(configuration)!, loss: loss! })),
  );
  const all = [...grouped(results, ({ budget }) => budget)].sort(([a], [b]) => b - a);
  const most = all.reduce((a, b) => (b[1].length > a[1].length ? b : a));
  const least = Math.min(FEWEST_LOSSES, most[1].length);
  const score = transform.restore(target);
  const isExplained = (known: readonly Known[]) => known.length >= least && known.some((other) => other.score >= score);
  const [budget, known] = all.find(([, known]) => isExplained(known)) ?? most;
  return { budget, loss: lossAt(score, known), slope: slopeAt(score, known) / transform.slope(0) };
}

/** The change of the loss with the score among the configurations with the nearest scores: between two of them, it may be close to 0 by chance. */
function slopeAt(score: number, known: readonly Known[]): number {
  const nearest = [...known].sort((a, b) => Math.abs(a.score - score) - Math.abs(b.score - score)).slice(0, FEWEST_LOSSES);
  const rangeOf = (values: readonly number[]) => Math.max(...values) - Math.min(...values);
  const scores = rangeOf(nearest.map((one) => one.score));
  return scores > 0 ? rangeOf(nearest.map(({ loss }) => loss)) / scores : 0;
}

/** The loss of a score, by interpolation between configurations with neighbouring scores. */
function lossAt(score: number, unsorted: readonly Known[]): number {
  const known = [...unsorted].sort((a, b) => a.score - b.score);
  const losses = known.map(({ loss }) => loss).sort((a, b) => a - b);
  const right = known.findIndex((other) => other.score >= score);
  if (right <= 0) return losses[right < 0 ? losses.length - 1 : 0]!;
  const [a, b] = [known[right - 1]!.score, known[right]!.score];
  return losses[right - 1]! + ((score - a) / (b - a)) * (losses[right]! - losses[right - 1]!);
}
