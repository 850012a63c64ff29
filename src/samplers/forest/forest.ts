import { normalScore, orderOf } from '../../budgets/order.ts';
import { RungResults } from '../../budgets/rungResults.ts';
import { RepeatTracker } from '../../duplicates/repeatRate.ts';
import type { Ended, Env, Reported, Suggested, Tags } from '../../messages.ts';
import { History } from '../../numeric/history.ts';
import { rngFor } from '../../numeric/random.ts';
import { draw, type Point } from '../../space/axis.ts';
import { randomSequence } from '../random.ts';
import { standingOf } from '../rankedTrial.ts';
import type { Surrogate } from '../surrogate.ts';
import { climb, type Scored } from './localSearch.ts';
import { type ForestModel, fitForestModel, improvement, type Lesson, predict } from './model.ts';

export interface ForestSettings {
  /** How many results come before the first model. */
  readonly startup: number;
  /** The share of proposals that are drawn from the priors, so that a model that is wrong finds out. */
  readonly random: number;
  /** Draws from the priors that compete for each proposal with what local search finds. */
  readonly challengers: number;
}

/** All that was told. What follows from it is computed when it is asked for, and kept beside. */
export interface ForestState {
  readonly facts: History<Suggested | Reported | Ended>;
  readonly results: number;
  readonly draws: unknown;
}

/** Local searches start from this many of the best trials, by what the model expects there. */
const STARTS = 8;

/** What each configuration taught. */
class Lessons {
  readonly repeats: RepeatTracker;
  readonly #results: RungResults;
  /** By the index of the configuration. */
  readonly #lessons: (Lesson | undefined)[] = [];
  /** Trials that began and ended: it keys the randomness of a fit, which reports leave as it is. */
  turns = 0;

  constructor({ axes, rungs }: Env) {
    this.repeats = new RepeatTracker(axes);
    this.#results = new RungResults(axes, rungs);
  }

  /** Whether a report says more than is known. */
  isNew(fact: Reported): boolean {
    return this.#results.isNew(fact);
  }

  take(fact: Suggested | Reported | Ended): void {
    const known = this.#results.configurations.length;
    this.#results.take(fact);
    this.repeats.take(fact);
    if (fact.type === 'reported') return;
    this.turns++;
    if (fact.type === 'ended') this.#learn(fact);
    else if (this.#results.configurations.length > known)
      this.#lessons.push({ point: fact.point, fidelity: fact.budget ?? Number.POSITIVE_INFINITY });
  }

  #learn(fact: Ended): void {
    const slot = this.#results.of(fact.id)?.index;
    if (slot === undefined) return;
    const standing = standingOf(slot, fact);
    if (standing) {
      const { tier, fidelity, losses } = standing;
      const loss = tier < 2 && Number.isFinite(losses[0]) ? losses[0]! : 'infeasible';
      this.#lessons[slot] = { point: fact.point, fidelity: tier < 2 ? fidelity : Number.POSITIVE_INFINITY, loss };
    } else if (this.#lessons[slot]?.loss === undefined) this.#lessons[slot] = undefined;
  }

  /** Where budgets differ, the loss of a configuration is the normal score of its place in the order of all. */
  all(): readonly Lesson[] {
    if (!this.#results.differ) return this.#lessons.filter((lesson) => lesson !== undefined);
    const order = orderOf(this.#results.counted);
    const scores = new Map(order.map(({ configuration, place }) => [configuration.index, normalScore(place, order.length)]));
    return this.#lessons.flatMap((lesson, index) => {
      const score = scores.get(index);
      if (lesson === undefined || (score === undefined && typeof lesson.loss === 'number')) return [];
      return {
        point: lesson.point,
        fidelity: Number.POSITIVE_INFINITY,
        ...((score ?? lesson.loss) !== undefined && { loss: score ?? lesson.loss! }),
      };
    });
  }
}

/**
 * Sequential model-based optimisation by a random forest (SMAC; Hutter, Hoos & Leyton-Brown, LION 2011): expected improvement over the log of
 * the losses, raised by local search from the best trials and compared with random challengers.
 */
export function forestSurrogate(env: Env, { startup, random, challengers }: ForestSettings): Surrogate<ForestState> {
  const unmodelled = randomSequence(env);
  const lessonsOf = History.folding(
    () => new Lessons(env),
    (lessons, fact: Suggested | Reported | Ended) => lessons.take(fact),
  );
  const models = new WeakMap<ForestState['facts'], ForestModel | undefined>();

  /** Grown from the facts alone: an ask that is put again meets the same forest. */
  function modelOf(facts: ForestState['facts']): ForestModel | undefined {
    if (!models.has(facts)) {
      const lessons = lessonsOf(facts);
      models.set(facts, fitForestModel(env.axes, lessons.all(), rngFor(env.seed, `${env.name}/fit`, lessons.turns)));
    }
    return models.get(facts);
  }

  const tell = ({ facts, results, draws }: ForestState, fact: Suggested | Ended): ForestState => ({
    facts: facts.push(fact),
    results: fact.type === 'ended' && fact.outcome !== 'failed' ? results + 1 : results,
    draws: fact.type === 'suggested' && unmodelled.concerns(fact) ? unmodelled.fold(draws, fact) : draws,
  });

  return {
    start: { facts: History.of(), results: 0, draws: unmodelled.start },
    expect: tell,
    report: (state, fact) => (lessonsOf(state.facts).isNew(fact) ? { ...state, facts: state.facts.push(fact) } : state),
    learn: tell,
    ready: ({ results }) => results >= startup,
    explore: ({ draws }, ask) => unmodelled.at(draws, ask),
    propose({ facts, draws }, ask, rng) {
      const model = modelOf(facts);
      if (model === undefined) return undefined;
      const { repeats } = lessonsOf(facts);
      if (rng() < Math.max(random, repeats.repeatRate)) return interleaved(unmodelled.at(draws, ask));
      const score = (point: Point) => (repeats.has(point) ? Number.NEGATIVE_INFINITY : improvement(model, point));
      const found: Scored[] = startsOf(model, lessonsOf(facts).all()).map((point) => climb(env, point, score, rng));
      for (let k = 0; k < challengers; k++) {
        const point = env.snap(draw(env.axes, rng));
        if (env.feasible(point)) found.push({ point, score: score(point) });
      }
      const best = found.reduce((a, b) => (b.score > a.score ? b : a));
      if (!Number.isFinite(best.score)) return interleaved(unmodelled.at(draws, ask));
      return { point: best.point, tags: explain(model, best) };
    },
  };
}

const interleaved = (drawn: { readonly point: Point } | undefined) => drawn && { point: drawn.point, tags: { acquisition: 'random' } };

function startsOf(model: ForestModel, lessons: readonly Lesson[]): Point[] {
  const told = lessons.filter(({ loss }) => typeof loss === 'number');
  const ranked = told.map(({ point }) => ({ point, mean: predict(model, point).mean })).sort((a, b) => a.mean - b.mean);
  return ranked.slice(0, STARTS).map(({ point }) => point);
}

/** In units of the model: logs of scaled losses. */
function explain(model: ForestModel, { point, score }: Scored): Tags {
  const { mean, variance } = predict(model, point);
  return { acquisition: score.toPrecision(5), mean: mean.toPrecision(5), sd: Math.sqrt(variance).toPrecision(5) };
}
