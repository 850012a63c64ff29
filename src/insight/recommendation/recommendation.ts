import type { CloseReason, ObjectiveSpec } from '../../facts/facts.ts';
import { lossOf } from '../../ledger/settings.ts';
import { bestAndSpread } from '../../samplers/bo/observations.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { Point } from '../../space/axis.ts';
import type { Space } from '../../space/space.ts';
import { bestFirst, highestBudget } from '../../study/bestFirst.ts';
import { type CompletedRow, isCompleted, type TrialRow } from '../../study/trials.ts';
import { type ChoiceCost, choiceCosts } from './choiceCosts.ts';
import { deploymentOrder } from './deploymentOrder.ts';
import { isSame, type Repetition, repeatsIn, showNoise, valuesOfEach } from './repeats.ts';
import { expectedGain, MOST_RESULTS, type ResultModel, resultModel } from './resultModel.ts';
import { type Advice, type Evidence, TELLING, verdictOn } from './verdict.ts';

/** The trial whose configuration to deploy. */
export interface Recommendation<P, O extends string = string> {
  readonly row: CompletedRow<P, O>;
  /** What one more trial of this configuration would give. Absent unless it was repeated, as `confirm` does: noise is not known otherwise. */
  readonly repetition?: Repetition;
  /** What other values of a parameter would cost, by parameter. Empty with fewer than 30 results, or if a model predicts results badly. */
  readonly costs: Readonly<Record<string, ChoiceCost>>;
  /** Whether to go on with the study. */
  readonly verdict: Advice;
}

/** The configuration to deploy, and what tells whether to go on. */
export type Deployed<P> = Omit<Recommendation<P>, 'verdict'> & { readonly evidence: Evidence };

/** The same as a model tells it from a sample of the results. */
export interface Chosen<P> {
  readonly row: CompletedRow<P>;
  readonly costs: Recommendation<P>['costs'];
  readonly evidence: Pick<Evidence, 'full' | 'lead' | 'residual' | 'left'>;
}

/**
 * The configuration to deploy. With noise, the best result is a lucky one: of all that completed at the highest budget, this is the one with the
 * lowest upper bound of the posterior mean of a Gaussian process. If that model predicts results badly, it is the one with the best repetitions or, without
 * any, the best trial.
 *
 * @returns undefined if no trial qualifies
 */
export function chosen<P>(space: Space<P>, objective: ObjectiveSpec, rows: Iterable<TrialRow<P>>): Chosen<P> | undefined {
  const modelled = modelledResults(space, objective, rows);
  const [row] = ranked(modelled);
  if (!row) return undefined;
  const { known, points, losses, model } = modelled;
  const lead = losses[losses.length >> 1]! - losses[0]!;
  const left = model && lead > 0 ? expectedGain(space, model, points, lead) : undefined;
  const costs = model && known.length >= TELLING ? choiceCosts(space, model, points, space.encode(row.params), lead) : {};
  return { row, costs, evidence: { full: known.length, lead, ...omitUndefined({ residual: model?.residual, left }) } };
}

/** Adds what repetitions tell. @param rows all of them: a sample has the lucky ones */
export function withRepetitions<P>(
  { row, evidence, costs }: Chosen<P>,
  objective: ObjectiveSpec,
  rows: Iterable<TrialRow<P>>,
): Deployed<P> {
  const results = atHighestBudget(objective, rows);
  const repeats = repeatsIn(results, objective.name);
  const repetition = repeats?.of(row.params);
  const same = repeats ? results.filter(({ params }) => isSame(params, row.params)) : [row];
  const first = row.examples === undefined ? Math.min(...same.map(({ trial }) => trial)) : firstOf(row, rows);
  const noisy = showNoise(valuesOfEach(results, objective.name).values(), evidence.lead);
  return {
    row,
    costs,
    evidence: { ...evidence, first, isRepeated: repetition !== undefined, ...omitUndefined({ noise: repeats?.sd, noisy }) },
    ...omitUndefined({ repetition }),
  };
}

/** The first trial of a configuration that others have continued on more examples. */
function firstOf<P>(row: CompletedRow<P>, rows: Iterable<TrialRow<P>>): number {
  let first = row.trial;
  for (const { trial, params } of rows) if (trial < first && isSame(params, row.params)) first = trial;
  return first;
}

export function deployed<P>(space: Space<P>, objective: ObjectiveSpec, rows: Iterable<TrialRow<P>>): Deployed<P> | undefined {
  const all = [...rows];
  const found = chosen(space, objective, all);
  return found && withRepetitions(found, objective, all);
}

/** The same with a verdict. @param closed why the study has closed, if it has */
export function recommendation<P>(
  space: Space<P>,
  objective: ObjectiveSpec,
  rows: Iterable<TrialRow<P>>,
  closed?: CloseReason,
): Recommendation<P> | undefined {
  const all = [...rows];
  const found = deployed(space, objective, all);
  if (!found) return undefined;
  const { evidence, ...rest } = found;
  const judged = { objectives: [objective], ranked: bestFirst(all, objective), onFront: [], rows: all, closed };
  return { ...rest, verdict: verdictOn(judged, evidence)! };
}

/** One trial of each configuration that could be recommended, the best first. */
export const recommendations = <P>(space: Space<P>, objective: ObjectiveSpec, rows: Iterable<TrialRow<P>>): CompletedRow<P>[] =>
  ranked(modelledResults(space, objective, rows));

/** The results that a recommendation depends on, the best first, and their model if there is one. */
interface ModelledResults<P> {
  readonly known: readonly CompletedRow<P>[];
  readonly points: readonly Point[];
  readonly losses: readonly number[];
  readonly model: ResultModel | undefined;
}

function modelledResults<P>(space: Space<P>, objective: ObjectiveSpec, rows: Iterable<TrialRow<P>>): ModelledResults<P> {
  const known = candidates(objective, rows);
  const points = known.map(({ params }) => space.encode(params));
  const losses = known.map(({ values }) => lossOf(objective, values[objective.name]!));
  return { known, points, losses, model: resultModel(space.axes, points, losses) };
}

const ranked = <P>({ known, points, losses, model }: ModelledResults<P>): CompletedRow<P>[] =>
  deploymentOrder(points, losses, model).map((index) => known[index]!);

/** The rows that a recommendation depends on, the best first: completed at the highest budget; if there are very many, a sample. */
export function candidates<P>(objective: ObjectiveSpec, rows: Iterable<TrialRow<P>>): CompletedRow<P>[] {
  const full = atHighestBudget(objective, rows);
  return full.length > MOST_RESULTS ? bestAndSpread(full, MOST_RESULTS) : full;
}

/** Those at the budget of the best trial, the best first. */
function atHighestBudget<P>(objective: ObjectiveSpec, rows: Iterable<TrialRow<P>>): CompletedRow<P>[] {
  const sorted = bestFirst(rows, objective).filter(isCompleted<P, string>);
  const highest = sorted[0]?.budget ?? highestBudget(sorted);
  return sorted.filter(({ budget = highest }) => budget === highest);
}
