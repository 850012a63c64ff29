import type { Ended, Env, Suggested, TrialId } from '../../messages.ts';
import type { Features } from '../../numeric/gp/features.ts';
import { History } from '../../numeric/history.ts';
import { powerTransform, standardise } from '../../numeric/outputs.ts';
import { SOBOL_DIMENSIONS } from '../../numeric/sobol.ts';
import type { Point } from '../../space/axis.ts';
import { countCells } from '../../space/cells.ts';
import { sobolSequence } from '../lowDiscrepancy.ts';
import { randomSequence } from '../random.ts';
import type { Sequence } from '../sequence.ts';
import type { Fitting } from './fit.ts';
import { isModelled, type Knowledge, nothing, observe, type View } from './knowledge.ts';

/** The ways to see losses, in turn: each is wrong in another place. */
export const VIEWS: readonly View[] = [standardise, powerTransform];
/** The one way to see everything else. */
export const PLAIN: readonly View[] = [standardise];
/** Failures that say something of the configuration. Of the others, such as a lost trainer, nothing is learnt. */
const TELLING = new Set(['infeasible', 'error', 'non-finite', 'timeout']);

/** What is known, as a fold over what was told. */
export interface BoState {
  /** Where the sequence stands that answers without a model are drawn from. */
  readonly sequence: unknown;
  readonly open: ReadonlyMap<TrialId, Point>;
  readonly handedOut: History<Point>;
  /** By the budget they were reached with, one for each objective. */
  readonly losses: ReadonlyMap<number, readonly Knowledge[]>;
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
  learn(state: BoState, fact: Ended): BoState;
  /**
   * The losses to model: at the budget that has most of them, the highest of such. Those at higher ones are of trials that were promoted, a
   * choice of the best, of which a model learns nothing of where it is bad.
   */
  relevant(state: BoState): readonly Knowledge[];
  isModelled(state: BoState): boolean;
}

/** Of what is not a loss one kernel is enough. */
const PLAINLY: Fitting = { samples: 0, seed: '', bending: false };

/** @param how kernels of losses are fitted */
export function createFold(env: Env, features: Features, how: Fitting): Fold {
  const { axes, objectives } = env;
  // Even from the first trials on; in a space that can be counted, without repetitions.
  const sequence = Number.isFinite(countCells(axes)) || axes.length > SOBOL_DIMENSIONS ? randomSequence(env) : sobolSequence(env, true);
  const unknown = objectives.map(() => nothing);
  const told = (losses: readonly Knowledge[]) => losses[0]!.observed.length;

  function relevant({ losses }: BoState): readonly Knowledge[] {
    const byBudget = [...losses].sort(([a], [b]) => b - a).map(([, known]) => known);
    return byBudget.reduce((a, b) => (told(b) > told(a) ? b : a), unknown);
  }

  function learn(state: BoState, fact: Ended): BoState {
    const { id, point, outcome, reason, budget = Infinity, losses, stderr, gradient, constraints, seconds = 0 } = fact;
    const open = new Map(state.open);
    open.delete(id);
    const failed = outcome === 'failed' && TELLING.has(reason ?? '');
    if (!failed && losses === undefined) return { ...state, open };
    const failures = observe(PLAINLY, features, PLAIN, state.failures, { point, value: failed ? 1 : -1 });
    if (losses === undefined) return { ...state, open, failures, failed: state.failed + 1 };
    const violating = constraints?.some((c) => c > 0) ?? false;
    const before = state.losses.get(budget) ?? unknown;
    const after = before.map((known, k) =>
      observe(how, features, VIEWS, known, { point, value: losses[k]!, stderr: stderr?.[k], gradient: gradient?.[k], violating }),
    );
    return {
      ...state,
      open,
      failures,
      losses: new Map(state.losses).set(budget, after),
      constraints: constraints
        ? constraints.map((value, k) => observe(PLAINLY, features, PLAIN, state.constraints[k] ?? nothing, { point, value }))
        : state.constraints,
      // Of a trial that was stopped, what it would have taken is not known.
      seconds:
        outcome === 'completed' && seconds > 0
          ? observe(PLAINLY, features, PLAIN, state.seconds, { point, value: Math.log(seconds) })
          : state.seconds,
    };
  }

  return {
    start: {
      sequence: sequence.start,
      open: new Map(),
      handedOut: History.of(),
      losses: new Map(),
      constraints: [],
      failures: nothing,
      failed: 0,
      seconds: nothing,
    },
    sequence,
    expect: (state, fact) => ({
      ...state,
      sequence: sequence.concerns(fact) ? sequence.fold(state.sequence, fact) : state.sequence,
      open: new Map(state.open).set(fact.id, fact.point),
      handedOut: state.handedOut.push(fact.point),
    }),
    learn,
    relevant,
    isModelled: (state) => isModelled(relevant(state)[0]!),
  };
}
