import { History } from '../../numeric/history.ts';
import { standardise } from '../../numeric/outcomeTransform.ts';
import { SOBOL_DIMENSIONS } from '../../numeric/sequences/sobol.ts';
import type { Point } from '../../space/axis.ts';
import { countCells } from '../../space/cells.ts';
import type { Fold } from '../../strategy/core.ts';
import type { Env } from '../../strategy/env.ts';
import { crashed, type Ended, type Reported, type StrategyEvent, type Suggested, type TrialId } from '../../strategy/messages.ts';
import { RungResults } from '../budgets/rungResults.ts';
import { sobolSequence } from '../lowDiscrepancy.ts';
import { randomSequence } from '../random.ts';
import type { Sequence } from '../sequence.ts';
import { addedBy } from './estimates.ts';
import { type BudgetRange, type Features, features as featuresOf } from './features.ts';
import type { KernelFitOptions } from './fit.ts';
import { addObservation, canModel, noObservations, type QuantityObservations, type TransformFitter } from './observations.ts';
import { noScoreFits, planScoreFit, type ScoreFits } from './scores.ts';
import { alternating, byEvidence, type TransformChoice } from './transformChoice.ts';

/** The transform of every other quantity. */
export const PLAIN_TRANSFORM: readonly TransformFitter[] = [standardise];

/** All observations, as a fold over facts. */
export interface BoState {
  readonly facts: History<StrategyEvent>;
  /** The kernels of the scores of configurations, used if budgets differ and there is one objective. */
  readonly scores: ScoreFits;
  /** The state of the sequence that answers without a model. */
  readonly sequence: unknown;
  readonly open: ReadonlyMap<TrialId, Suggested>;
  /** The points of the configurations suggested so far. */
  readonly suggested: History<Point>;
  /** The range of the budgets of results; undefined if none has a budget. */
  readonly budgets: BudgetRange | undefined;
  /** One per objective. */
  readonly losses: readonly QuantityObservations[];
  /** One per outcome constraint. */
  readonly constraints: readonly QuantityObservations[];
  /** 1 for a failure caused by the configuration, -1 for every other result. */
  readonly failures: QuantityObservations;
  readonly failed: number;
  /** The log of the seconds that completed trials took per unit of budget. */
  readonly seconds: QuantityObservations;
}

/** The fold of `bo`, and the sequence that answers without a model. */
export interface BoFold extends Fold<BoState> {
  readonly sequence: Sequence<unknown>;
  readonly lossTransforms: TransformChoice;
  /** The encoding of points; with a column for the budget if budgets differ. */
  features(state: BoState): Features;
  isModelled(state: BoState): boolean;
  /** Results by configuration and budget; undefined if all budgets are equal or there are several objectives. */
  results(state: BoState): RungResults | undefined;
}

/** Quantities other than losses need only the most probable kernel. */
export const SINGLE_KERNEL: KernelFitOptions = { samples: 0, seed: '' };

/**
 * How far above the lowest loss others count. With several objectives, configurations on the front are far from the lowest loss of each; the limit is
 * only for losses that would hide all others.
 */
const FAR = { single: 10, several: 1e6 };

/** @param options how the kernels of losses are fitted */
export function createBoFold(env: Env, options: KernelFitOptions): BoFold {
  const { axes, objectives } = env;
  // A Sobol sequence covers the space evenly from the start. In a finite space, the random sequence avoids repeats.
  const sequence = Number.isFinite(countCells(axes)) || axes.length > SOBOL_DIMENSIONS ? randomSequence(env) : sobolSequence(env);
  const resultsOf = History.folding(
    () => new RungResults(env),
    (results, fact: StrategyEvent) => results.tell(fact),
  );
  const withoutBudget = featuresOf(axes);
  const single = objectives.length === 1;
  // Behind early stopping, losses are modelled only until budgets differ: too short to choose by evidence.
  const lossTransforms = (env.rungs ? alternating : byEvidence)(single ? FAR.single : FAR.several);
  let last: { readonly budgets: BudgetRange | undefined; readonly features: Features } = { budgets: undefined, features: withoutBudget };

  function featuresBy(budgets: BudgetRange | undefined): Features {
    const range = !single && budgets && budgets[0] < budgets[1] ? budgets : undefined;
    if (range !== last.budgets) last = { budgets: range, features: featuresOf(axes, range) };
    return last.features;
  }

  function results({ facts }: Pick<BoState, 'facts'>): RungResults | undefined {
    const all = single ? resultsOf(facts) : undefined;
    return all?.differ ? all : undefined;
  }

  /** Adds a fact, and plans a fit of the scores if it is due. */
  function withFact(state: BoState, fact: StrategyEvent): BoState {
    const facts = state.facts.push(fact);
    const several = fact.type === 'suggested' ? undefined : results({ facts });
    return { ...state, facts, scores: several ? planScoreFit(options, withoutBudget, several, state.scores) : state.scores };
  }

  const expect = (state: BoState, fact: Suggested): BoState => ({
    ...withFact(state, fact),
    sequence: sequence.tell(state.sequence, fact),
    open: new Map(state.open).set(fact.id, fact),
    suggested: fact.resumes === undefined ? state.suggested.push(fact.point) : state.suggested,
  });

  function report(state: BoState, fact: Reported): BoState {
    return single && resultsOf(state.facts).isNew(fact) ? withFact(state, fact) : state;
  }

  function learn(before: BoState, fact: Ended): BoState {
    const { id, point, outcome, step, losses, gradient, constraints, resumes, seconds = 0 } = fact;
    const open = new Map(before.open);
    open.delete(id);
    const state = { ...withFact(before, fact), open };
    const failed = crashed(fact);
    if (!failed && losses === undefined) return state;
    const budget = outcome === 'stopped' ? step : fact.budget;
    const budgets = widenRange(state.budgets, budget);
    const features = featuresBy(budgets);
    const failures = addObservation(SINGLE_KERNEL, features, PLAIN_TRANSFORM, state.failures, { point, budget, value: failed ? 1 : -1 });
    if (losses === undefined) return { ...state, budgets, failures, failed: state.failed + 1 };
    const told = addedBy(fact, before.facts);
    const isVague = fact.evaluated !== undefined && fact.stderr === undefined; // 0 of 2 right, with nothing to tell what that means
    if (told === undefined || isVague) return { ...state, budgets, failures };
    const violating = constraints?.some((c) => c > 0) ?? false;
    return {
      ...state,
      budgets,
      failures,
      losses: state.losses.map((known, k) =>
        addObservation(options, features, lossTransforms.transforms, known, {
          point,
          budget,
          value: told.losses![k]!,
          stderr: told.stderr?.[k],
          gradient: gradient?.[k],
          violating,
        }),
      ),
      constraints: constraints
        ? constraints.map((value, k) =>
            addObservation(SINGLE_KERNEL, features, PLAIN_TRANSFORM, state.constraints[k] ?? noObservations, { point, budget, value }),
          )
        : state.constraints,
      // The full duration of a stopped or resumed trial is unknown, and so is that of one on a few examples.
      seconds:
        outcome === 'completed' && seconds > 0 && env.examples === undefined && !(single && resumes !== undefined)
          ? addObservation(SINGLE_KERNEL, features, PLAIN_TRANSFORM, state.seconds, {
              point,
              budget,
              value: Math.log(seconds / (single ? (budget ?? 1) : 1)),
            })
          : state.seconds,
    };
  }

  return {
    start: {
      facts: History.of(),
      scores: noScoreFits,
      sequence: sequence.start,
      open: new Map(),
      suggested: History.of(),
      budgets: undefined,
      losses: objectives.map(() => noObservations),
      constraints: [],
      failures: noObservations,
      failed: 0,
      seconds: noObservations,
    },
    sequence,
    lossTransforms,
    tell(state, fact) {
      if (fact.type === 'suggested') return expect(state, fact);
      return fact.type === 'reported' ? report(state, fact) : learn(state, fact);
    },
    results,
    features: ({ budgets }) => featuresBy(budgets),
    isModelled: ({ losses }) => canModel(losses[0]!),
  };
}

function widenRange(range: BudgetRange | undefined, budget: number | undefined): BudgetRange | undefined {
  if (budget === undefined) return range;
  if (range === undefined) return [budget, budget];
  const [lowest, highest] = range;
  return budget >= lowest && budget <= highest ? range : [Math.min(lowest, budget), Math.max(highest, budget)];
}
