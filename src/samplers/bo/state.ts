import { RungResults } from '../../budgets/rungResults.ts';
import type { Ended, Env, Reported, StrategyEvent, Suggested, TrialId } from '../../messages.ts';
import { History } from '../../numeric/history.ts';
import { powerTransform, standardise } from '../../numeric/outcomeTransform.ts';
import { SOBOL_DIMENSIONS } from '../../numeric/sobol.ts';
import type { Point } from '../../space/axis.ts';
import { countCells } from '../../space/cells.ts';
import { sobolSequence } from '../lowDiscrepancy.ts';
import { randomSequence } from '../random.ts';
import type { Sequence } from '../sequence.ts';
import { type BudgetRange, type Features, features as featuresOf } from './features.ts';
import type { Fitting } from './fit.ts';
import { isModelled, type Knowledge, nothing, observe, type View } from './observations.ts';
import { observeScores, type Scores, unscored } from './scores.ts';

/** The ways to see losses, in turn: each is wrong in another place. */
export const VIEWS: readonly View[] = [standardise, powerTransform];
/** The one way to see everything else. */
export const PLAIN: readonly View[] = [standardise];
/** Failures that say something of the configuration. Of the others, such as a lost trainer, nothing is learnt. */
const TELLING = new Set(['infeasible', 'error', 'non-finite', 'timeout']);

/** What is known, as a fold over what was told. */
export interface BoState {
  readonly told: History<StrategyEvent>;
  /** Where the budgets of one objective's results differ: the kernels of the scores of configurations. */
  readonly scores: Scores;
  /** Where the sequence stands that answers without a model are drawn from. */
  readonly sequence: unknown;
  readonly open: ReadonlyMap<TrialId, Suggested>;
  readonly handedOut: History<Point>;
  /** What results were spent on, as far as that was said. */
  readonly budgets: BudgetRange | undefined;
  /** One for each objective. */
  readonly losses: readonly Knowledge[];
  /** One for each outcome constraint. */
  readonly constraints: readonly Knowledge[];
  /** 1 where a trial failed for what it was, -1 where it did not. */
  readonly failures: Knowledge;
  readonly failed: number;
  /** Logarithms of what completed trials took. */
  readonly seconds: Knowledge;
}

/** The fold, and what an answer without a model comes from. */
export interface Fold {
  readonly start: BoState;
  readonly sequence: Sequence<unknown>;
  expect(state: BoState, fact: Suggested): BoState;
  report(state: BoState, fact: Reported): BoState;
  learn(state: BoState, fact: Ended): BoState;
  /** How points lie before the models; with their budgets, where these differ. */
  features(state: BoState): Features;
  isModelled(state: BoState): boolean;
  /** What configurations came to at several budgets; absent where all trials had the same, or there are several objectives. */
  results(state: BoState): RungResults | undefined;
}

/** Of what is not a loss one kernel is enough. */
const PLAINLY: Fitting = { samples: 0, seed: '', bending: false };

/** @param how kernels of losses are fitted */
export function createFold(env: Env, how: Fitting): Fold {
  const { axes, objectives } = env;
  // Even from the first trials on; in a space that can be counted, without repetitions.
  const sequence = Number.isFinite(countCells(axes)) || axes.length > SOBOL_DIMENSIONS ? randomSequence(env) : sobolSequence(env, true);
  const resultsOf = History.folding(
    () => new RungResults(axes, env.rungs),
    (results, fact: StrategyEvent) => results.take(fact),
  );
  const plain = featuresOf(axes);
  const single = objectives.length === 1;
  let last: { readonly budgets: BudgetRange | undefined; readonly features: Features } = { budgets: undefined, features: plain };

  function featuresBy(budgets: BudgetRange | undefined): Features {
    const range = !single && budgets && budgets[0] < budgets[1] ? budgets : undefined;
    if (range !== last.budgets) last = { budgets: range, features: featuresOf(axes, range) };
    return last.features;
  }

  function results({ told }: Pick<BoState, 'told'>): RungResults | undefined {
    const all = single ? resultsOf(told) : undefined;
    return all?.differ ? all : undefined;
  }

  /** The state with one more fact, and the kernels that it gives reason to fit. */
  function heard(state: BoState, fact: StrategyEvent): BoState {
    const told = state.told.push(fact);
    const several = fact.type === 'suggested' ? undefined : results({ told });
    return { ...state, told, scores: several ? observeScores(how, plain, several, state.scores) : state.scores };
  }

  function report(state: BoState, fact: Reported): BoState {
    return single && resultsOf(state.told).isNew(fact) ? heard(state, fact) : state;
  }

  function learn(before: BoState, fact: Ended): BoState {
    const { id, point, outcome, reason, step, losses, stderr, gradient, constraints, resumes, seconds = 0 } = fact;
    const open = new Map(before.open);
    open.delete(id);
    const state = { ...heard(before, fact), open };
    const failed = outcome === 'failed' && TELLING.has(reason ?? '');
    if (!failed && losses === undefined) return state;
    const budget = outcome === 'stopped' ? step : fact.budget;
    const budgets = widened(state.budgets, budget);
    const features = featuresBy(budgets);
    const failures = observe(PLAINLY, features, PLAIN, state.failures, { point, budget, value: failed ? 1 : -1 });
    if (losses === undefined) return { ...state, budgets, failures, failed: state.failed + 1 };
    const violating = constraints?.some((c) => c > 0) ?? false;
    return {
      ...state,
      budgets,
      failures,
      losses: state.losses.map((known, k) =>
        observe(how, features, VIEWS, known, { point, budget, value: losses[k]!, stderr: stderr?.[k], gradient: gradient?.[k], violating }),
      ),
      constraints: constraints
        ? constraints.map((value, k) => observe(PLAINLY, features, PLAIN, state.constraints[k] ?? nothing, { point, budget, value }))
        : state.constraints,
      // Seconds per unit of budget. What a stopped trial would have taken is unknown, and a resumed one took only a part.
      seconds:
        outcome === 'completed' && seconds > 0 && !(single && resumes !== undefined)
          ? observe(PLAINLY, features, PLAIN, state.seconds, { point, budget, value: Math.log(seconds / (single ? (budget ?? 1) : 1)) })
          : state.seconds,
    };
  }

  return {
    start: {
      told: History.of(),
      scores: unscored,
      sequence: sequence.start,
      open: new Map(),
      handedOut: History.of(),
      budgets: undefined,
      losses: objectives.map(() => nothing),
      constraints: [],
      failures: nothing,
      failed: 0,
      seconds: nothing,
    },
    sequence,
    expect: (state, fact) => ({
      ...heard(state, fact),
      sequence: sequence.advances(fact) ? sequence.fold(state.sequence, fact) : state.sequence,
      open: new Map(state.open).set(fact.id, fact),
      handedOut: state.handedOut.push(fact.point),
    }),
    report,
    learn,
    results,
    features: ({ budgets }) => featuresBy(budgets),
    isModelled: ({ losses }) => isModelled(losses[0]!),
  };
}

function widened(range: BudgetRange | undefined, budget: number | undefined): BudgetRange | undefined {
  if (budget === undefined) return range;
  if (range === undefined) return [budget, budget];
  const [lowest, highest] = range;
  return budget >= lowest && budget <= highest ? range : [Math.min(lowest, budget), Math.max(highest, budget)];
}
