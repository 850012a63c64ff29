import { History } from '../../numeric/history.ts';
import { rngFor } from '../../numeric/random.ts';
import { probability, wholeFrom } from '../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../schema/optionSet.ts';
import { draw, type Point } from '../../space/axis.ts';
import { restrictedTo } from '../../space/fixed.ts';
import type { Env } from '../../strategy/env.ts';
import type { Ask, StrategyEvent, Tags } from '../../strategy/messages.ts';
import { randomSequence, tagRandom } from '../random.ts';
import type { ProposedPoint } from '../sequence.ts';
import type { ScoredPoint, Surrogate } from '../surrogate.ts';
import { localSearch } from './localSearch.ts';
import { type ForestModel, feasibility, fitForestModel, logImprovement, predictAt } from './model.ts';
import { type ForestObservation, ForestObservations } from './observations.ts';

export const forestOptions = {
  /** How many results there are before the first model. Default: 10. */
  startup: optional(wholeFrom(1), 10),
  /** The share of proposals drawn from the priors without the model, so that a wrong model is noticed. Default: 0.1. */
  random: optional(probability, 0.1),
};

/** The facts so far. The model is computed from them when needed, and cached outside the state. */
export interface ForestState {
  readonly facts: History<StrategyEvent>;
  readonly results: number;
  /** The state of the random sequence that answers without a model. */
  readonly sequence: unknown;
}

/** Local searches start from this many points, those with the lowest predicted means. */
const LOCAL_SEARCHES = 8;
/**
 * How many draws from the priors compete for each proposal with what local search finds. With 0, 100 or 5000, medians of 12 studies of 60 trials were
 * better on some of four functions and worse on others.
 */
const CHALLENGERS = 1000;
/** How often a draw is repeated, if it will probably fail. */
const MAX_REDRAWS = 10;

/**
 * Sequential model-based optimisation with a random forest (SMAC; Hutter, Hoos & Leyton-Brown, LION 2011): maximises the expected improvement of
 * the log losses by local search from the best trials, and compares the result with random challengers.
 */
export function forestSurrogate(env: Env, { startup, random }: SettingsOf<typeof forestOptions>): Surrogate<ForestState> {
  const draws = randomSequence(env);
  const observationsOf = History.folding(
    () => new ForestObservations(env),
    (observations, fact: StrategyEvent) => observations.tell(fact),
  );
  const models = new WeakMap<ForestState['facts'], ForestModel | undefined>();

  /** A function of the facts alone, so a repeated ask meets the same forest. */
  function modelOf(facts: ForestState['facts']): ForestModel | undefined {
    if (!models.has(facts)) {
      const observations = observationsOf(facts);
      const rng = rngFor(env.seed, `${env.name}/fit`, observations.transitions);
      models.set(facts, fitForestModel(env.axes, observations.all(), rng));
    }
    return models.get(facts);
  }

  /** A draw from the priors. Draws are repeated with the probability that they fail. */
  function drawFeasible(model: ForestModel, sequence: unknown, ask: Ask): ProposedPoint | undefined {
    const { id, retry = 0 } = ask;
    const rng = rngFor(env.seed, `${env.name}/redraws`, id, retry);
    let drawn = draws.propose(sequence, ask);
    for (let tries = 1; drawn && tries <= MAX_REDRAWS && rng() >= feasibility(model, drawn.point); tries++)
      drawn = draws.propose(sequence, { ...ask, retry: retry + tries }) ?? drawn;
    return drawn;
  }

  return {
    start: { facts: History.of(), results: 0, sequence: draws.start },
    tell(state, fact) {
      if (fact.type === 'reported' && !observationsOf(state.facts).results.isNew(fact)) return state;
      return {
        facts: state.facts.push(fact),
        results: state.results + (fact.type === 'ended' && fact.outcome !== 'failed' ? 1 : 0),
        sequence: draws.tell(state.sequence, fact),
      };
    },
    ready: ({ results }) => results >= startup,
    explore({ facts, results, sequence }, ask) {
      const model = results >= startup ? modelOf(facts) : undefined;
      return model ? tagRandom(drawFeasible(model, sequence, ask)) : draws.propose(sequence, ask);
    },
    exploreShare: ({ facts }) => observationsOf(facts).results.repeats.repeatRate,
    randomShare: random,
    propose({ facts, sequence }, ask, rng) {
      const model = modelOf(facts);
      if (model === undefined) return undefined;
      const observations = observationsOf(facts);
      const domain = restrictedTo(env, ask.fixed);
      const { repeats } = observations.results;
      const score = (point: Point) => (repeats.has(point) ? Number.NEGATIVE_INFINITY : logImprovement(model, point));
      const found: ScoredPoint[] = bestPoints(model, observations.all()).map((point) =>
        localSearch(domain, domain.snap(point), score, rng),
      );
      for (let k = 0; k < CHALLENGERS; k++) {
        const point = domain.snap(draw(env.axes, rng));
        if (env.feasible(point)) found.push({ point, score: score(point) });
      }
      const best = found.reduce((a, b) => (b.score > a.score ? b : a));
      if (!Number.isFinite(best.score)) return tagRandom(draws.propose(sequence, ask));
      return { point: best.point, tags: predictionTags(model, best) };
    },
    view({ facts }) {
      const model = modelOf(facts);
      return model && { of: 'log loss', at: (point) => predictionAt(model, point) };
    },
  };
}

/** The observed points with the lowest predicted means. */
function bestPoints(model: ForestModel, observations: readonly ForestObservation[]): Point[] {
  const results = observations.filter(({ loss }) => typeof loss === 'number');
  const ranked = results.map(({ point }) => ({ point, mean: predictAt(model, point).mean })).sort((a, b) => a.mean - b.mean);
  return ranked.slice(0, LOCAL_SEARCHES).map(({ point }) => point);
}

/** The prediction is in the units of the model: logarithms of scaled losses (see `logLosses`). */
function predictionTags(model: ForestModel, { point, score }: ScoredPoint): Tags {
  const { mean, sd } = predictionAt(model, point);
  return { acquisition: score.toPrecision(5), mean: mean.toPrecision(5), sd: sd.toPrecision(5), scale: 'log' };
}

function predictionAt(model: ForestModel, point: Point) {
  const { mean, variance } = predictAt(model, point);
  return { mean, sd: Math.sqrt(variance) };
}
