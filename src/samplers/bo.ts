import type { Ask, Ended, Env, Suggested, TrialId } from '../messages.ts';
import { features as featuresOf } from '../numeric/gp/features.ts';
import { believe, predict } from '../numeric/gp/posterior.ts';
import { History } from '../numeric/history.ts';
import { powerTransform, standardise } from '../numeric/outputs.ts';
import type { Rng } from '../numeric/random.ts';
import { SOBOL_DIMENSIONS } from '../numeric/sobol.ts';
import type { Point } from '../space/axis.ts';
import { cells, countCells } from '../space/cells.ts';
import { improvement, probabilityBelow, type Term } from './bo/acquisition.ts';
import { belief } from './bo/belief.ts';
import { isModelled, type Knowledge, type Model, model, nothing, observe, type View } from './bo/knowledge.ts';
import { plateauRadius, separation } from './bo/plateau.ts';
import { rank, type Scored, search } from './bo/search.ts';
import { sobolSequence } from './lowDiscrepancy.ts';
import { randomSequence } from './random.ts';
import type { Reasoned, Surrogate } from './surrogate.ts';

export interface BoSettings {
  /** Trials before the first one that follows the model. */
  readonly startup: number;
}

/** What is known, as a fold over what was told. */
export interface BoState {
  /** Of what all answers without a model are drawn from. */
  readonly sequence: unknown;
  readonly open: ReadonlyMap<TrialId, Point>;
  readonly handedOut: History<Point>;
  /** Losses, by the budget they were reached with. */
  readonly losses: ReadonlyMap<number, Knowledge>;
  /** One for each outcome constraint. */
  readonly constraints: readonly Knowledge[];
  /** 1 where a trial failed for what it was, -1 where it did not. */
  readonly failures: Knowledge;
  readonly failed: number;
}

/** The ways to see losses, in turn: each is wrong in another place. */
const VIEWS: readonly View[] = [standardise, powerTransform];
const PLAIN: readonly View[] = [standardise];
/** Failures that say something of the configuration. Of the others, such as a lost trainer, nothing is learnt. */
const TELLING = new Set(['infeasible', 'error', 'non-finite', 'timeout']);
/** A space of at most so many configurations is searched by looking at all of them. */
const COUNTABLE = 2000;
/** The prior's weight falls from this share of the study's trials over the number of results. */
const BELIEF = 0.1;
/** Where the number of trials is not known. */
const TRIALS = 100;
/** How many of the best points told are perturbed. */
const GOOD = 5;

/**
 * Bayesian optimisation: a Gaussian process over all parameters together, conditional ones included, and the log of the expected improvement
 * over the smallest posterior mean (Snoek et al. 2012; Ament et al. 2023). Open trials count as if they had ended as expected.
 *
 * A proposal's tags say what was expected of it: `mean` and `sd` (of the loss as the model sees it), and the log of the `acquisition`.
 */
export function boSurrogate(env: Env, { startup }: BoSettings): Surrogate<BoState> {
  const { axes } = env;
  const features = featuresOf(axes);
  // Even from the first trials on; in a space that can be counted, without repetitions.
  const sequence = Number.isFinite(countCells(axes)) || axes.length > SOBOL_DIMENSIONS ? randomSequence(env) : sobolSequence(env, true);
  const believing = axes.some(({ prior }) => prior);
  const countable = countCells(axes) <= COUNTABLE ? cells(env) : undefined;
  const all = countable && Array.from({ length: countable.count }, (_, i) => countable.at(i)).filter(env.feasible);
  const keysOf = History.folding(
    () => new Set<string>(),
    (keys, point: Point) => keys.add(key(point)),
  );

  const expect = (state: BoState, fact: Suggested): BoState => ({
    ...state,
    sequence: sequence.concerns(fact) ? sequence.fold(state.sequence, fact) : state.sequence,
    open: new Map(state.open).set(fact.id, fact.point),
    handedOut: state.handedOut.push(fact.point),
  });

  function learn(state: BoState, { id, point, outcome, reason, budget, losses, stderr, constraints }: Ended): BoState {
    const open = new Map(state.open);
    open.delete(id);
    const failed = outcome === 'failed' && TELLING.has(reason ?? '');
    if (!failed && losses === undefined) return { ...state, open };
    const failures = observe(features, PLAIN, state.failures, { point, value: failed ? 1 : -1 });
    if (losses === undefined) return { ...state, open, failures, failed: state.failed + 1 };
    const fidelity = budget ?? Infinity;
    const before = state.losses.get(fidelity) ?? nothing(VIEWS);
    const violating = constraints?.some((c) => c > 0) ?? false;
    const loss = { point, value: losses[0]!, stderr: stderr?.[0], violating };
    return {
      ...state,
      open,
      failures,
      losses: new Map(state.losses).set(fidelity, observe(features, VIEWS, before, loss)),
      constraints: constraints
        ? constraints.map((value, k) => observe(features, PLAIN, state.constraints[k] ?? nothing(PLAIN), { point, value }))
        : state.constraints,
    };
  }

  /** The losses at the highest budget that has enough of them; otherwise where there are most. */
  function relevant({ losses }: BoState): Knowledge {
    const byBudget = [...losses].sort(([a], [b]) => b - a).map(([, knowledge]) => knowledge);
    const enough = byBudget.find(({ observed }) => observed.length >= axes.length + 2);
    return enough ?? byBudget.reduce((a, b) => (b.observed.length > a.observed.length ? b : a), nothing(VIEWS));
  }

  /** What is known of where a quantity is at most a limit, as a summand of the log acquisition. */
  function below(knowledge: Knowledge, limit: number): Term[] {
    const known = model(features, PLAIN[0]!, 0, knowledge, 0);
    return known ? [probabilityBelow(known.gp, known.outputs.target(limit))] : [];
  }

  function termsOf(state: BoState, { gp, observed }: Model, expected: readonly number[], results: number): Term[] {
    const means = [...gp.means.filter((_, i) => !observed[i]!.violating), ...expected];
    const best = means.reduce((a, b) => Math.min(a, b), Infinity);
    return [
      ...(best < Infinity ? [improvement(gp, best)] : []), // nothing feasible yet: find that first
      ...state.constraints.flatMap((constraint) => below(constraint, 0)),
      ...(state.failed > 0 ? below(state.failures, 0) : []),
      ...(believing ? [belief(axes, features, (BELIEF * (env.trials ?? TRIALS)) / Math.max(1, results))] : []),
    ];
  }

  /** The best that is new, and away from plateaus if there is any such. */
  function choose(state: BoState, { observed }: Model, ranked: readonly Scored[]): Scored | undefined {
    const known = keysOf(state.handedOut);
    const radius = plateauRadius(axes, observed);
    const away = ({ point }: Scored) => observed.every((told) => separation(axes, told.point, point) > radius);
    const fresh = ranked.filter(({ point, score }) => score > -Infinity && !known.has(key(point)));
    return (radius > 0 && fresh.find(away)) || fresh[0];
  }

  return {
    start: {
      sequence: sequence.start,
      open: new Map(),
      handedOut: History.of(),
      losses: new Map(),
      constraints: [],
      failures: nothing(PLAIN),
      failed: 0,
    },
    expect,
    learn,
    ready: (state) => state.handedOut.length >= startup && isModelled(relevant(state)),
    explore: ({ sequence: at }, ask) => sequence.at(at, ask),
    propose(state, _ask: Ask, rng: Rng): Reasoned | undefined {
      const losses = relevant(state);
      const turn = state.handedOut.length % VIEWS.length;
      const known = model(features, VIEWS[turn]!, turn, losses, state.open.size);
      if (!known) return undefined;
      const row = new Float64Array(features.width);
      const expected = [...state.open.values()].map((point) => {
        features.encode(point, row);
        return believe(known.gp, row);
      });
      const terms = termsOf(state, known, expected, losses.observed.length);
      const ranked = all ? rank(terms, features, all) : search(terms, features, env, goodPoints(known), rng);
      const chosen = choose(state, known, ranked);
      if (!chosen) return undefined;
      features.encode(chosen.point, row);
      const { mean, variance } = predict(known.gp, row);
      const said = { mean: known.outputs.restore(mean), sd: Math.sqrt(variance), acquisition: chosen.score };
      return { point: chosen.point, tags: Object.fromEntries(Object.entries(said).map(([name, x]) => [name, x.toPrecision(4)])) };
    },
  };
}

const key = (point: Point): string => point.join();

/** The points told of the smallest posterior means, without repetitions. */
function goodPoints({ gp, observed }: Model): Point[] {
  const order = observed.map((_, i) => i).sort((a, b) => gp.means[a]! - gp.means[b]!);
  const good = new Map<string, Point>();
  for (const i of order) {
    if (good.size === GOOD) break;
    const { point } = observed[i]!;
    good.set(key(point), point);
  }
  return [...good.values()];
}
