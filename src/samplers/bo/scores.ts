import { normalScore, orderOf, type Placed } from '../../budgets/order.ts';
import type { RungResults } from '../../budgets/rungResults.ts';
import { kernelOf, shortened } from '../../numeric/gp/kernel.ts';
import type { Observations } from '../../numeric/gp/likelihood.ts';
import { posterior } from '../../numeric/gp/posterior.ts';
import { type Outputs, standardise } from '../../numeric/outcomeTransform.ts';
import type { Features } from './features.ts';
import { Fit, type Fitting } from './fit.ts';
import { FIRST_FIT, FITTED, GROWTH, type Model, SEVERAL } from './observations.ts';

/** The kernels fitted to the scores of configurations, as `Knowledge` holds those of losses. */
export interface Scores {
  readonly fit: Fit | undefined;
  /** The number of configurations that the next kernel is fitted to. */
  readonly next: number;
}

export const unscored: Scores = { fit: undefined, next: FIRST_FIT };

/** Plans a fit where there are enough configurations for another one. */
export function observeScores(how: Fitting, features: Features, results: RungResults, before: Scores): Scores {
  const n = results.counted.length;
  if (n < before.next) return before;
  const observations = observed(features, scored(results), FITTED).observations; // now: the results go on to change
  let next = before.next;
  while (next <= n) next = Math.ceil(next * GROWTH);
  return { fit: new Fit(how, n, () => observations, before.fit), next };
}

interface Scored {
  readonly order: readonly Placed[];
  /** By the index of the configuration. */
  readonly scores: ReadonlyMap<number, number>;
  readonly results: RungResults;
}

/** Each configuration's normal score: where it stands among all, whatever budgets they had (see `orderOf`). */
function scored(results: RungResults): Scored {
  const order = orderOf(results.counted);
  return {
    order,
    results,
    scores: new Map(order.map(({ configuration, place }) => [configuration.index, normalScore(place, order.length)])),
  };
}

/** The scores of at most `room` configurations, in the order in which they were first seen: the best third of the room, and an even choice of the rest. */
function observed(features: Features, { order, scores, results }: Scored, room: number) {
  const kept = order.length <= room ? undefined : new Set(choice(order, room));
  const used = results.counted.filter(({ index }) => kept === undefined || kept.has(index));
  const points = new Float64Array(used.length * features.width);
  for (const [i, { point }] of used.entries()) features.encode(point, points, i * features.width);
  const values = used.map(({ index }) => scores.get(index)!);
  const outputs = standardise(values);
  const { width, ordered } = features;
  const observations: Observations = {
    features: { width, ordered },
    size: used.length,
    points,
    targets: outputs.targets,
    variances: undefined,
  };
  return { observations, outputs, observed: used.map(({ point }, i) => ({ point, value: values[i]! })) };
}

function choice(order: readonly Placed[], room: number): number[] {
  const best = Math.floor(room / 3);
  const stride = (order.length - best) / (room - best);
  return Array.from({ length: room }, (_, k) => order[k < best ? k : best + Math.floor((k - best) * stride)]!.configuration.index);
}

/**
 * The model of the scores. A score is invariant to the scales, tails and floors that differ between budgets, and keeps what promotion itself uses.
 * Standard errors and gradients of losses are not used here.
 *
 * @param room for so many beliefs
 * @param doubt divides the squares of the length-scales that were fitted
 * @param before an earlier model, which saves work if it is the same but for the last observations
 * @returns undefined if no kernel could be fitted
 */
export function scoreModel(
  features: Features,
  { fit }: Scores,
  results: RungResults,
  room: number,
  doubt: number,
  before?: Model,
): Model | undefined {
  const [best, ...samples] = fit?.kernelsFor(features) ?? [];
  if (!best) return undefined;
  const all = scored(results);
  const { observations, outputs, observed: used } = observed(features, all, all.order.length > SEVERAL.most ? SEVERAL.kept : SEVERAL.most);
  const gps = (samples.length > 0 ? samples : [best]).flatMap(
    (logs, i) => posterior(observations, shortened(kernelOf(logs, features.width), doubt), room, before?.gps[i]) ?? [],
  );
  return gps.length > 0 ? { gps, outputs: asLosses(outputs, all), observed: used, budget: yardstick(all.order) } : undefined;
}

/** The highest budget at which enough configurations have a loss to say what a score means; else the one with the most. */
function yardstick(order: readonly Placed[]): number {
  const counts = new Map<number, number>();
  for (const { configuration } of order)
    for (const budget of configuration.losses.keys()) counts.set(budget, (counts.get(budget) ?? 0) + 1);
  const budgets = [...counts.keys()].sort((a, b) => b - a);
  return budgets.find((budget) => counts.get(budget)! >= 5) ?? budgets.reduce((a, b) => (counts.get(b)! > counts.get(a)! ? b : a));
}

/** Outputs that restore a score to a loss at the budget that serves as a yardstick: between those of the configurations with neighbouring scores. */
function asLosses(outputs: Outputs, { order, scores }: Scored): Outputs {
  const budget = yardstick(order);
  const known = order.flatMap(({ configuration: { index, losses } }) =>
    losses.has(budget) ? { score: scores.get(index)!, loss: losses.get(budget)! } : [],
  );
  known.sort((a, b) => a.score - b.score);
  const losses = known.map(({ loss }) => loss).sort((a, b) => a - b);
  const restore = (target: number): number => {
    const score = outputs.restore(target);
    const right = known.findIndex((other) => other.score >= score);
    if (right <= 0) return losses[right < 0 ? losses.length - 1 : 0]!;
    const [a, b] = [known[right - 1]!.score, known[right]!.score];
    return losses[right - 1]! + ((score - a) / (b - a)) * (losses[right]! - losses[right - 1]!);
  };
  return { ...outputs, restore };
}
