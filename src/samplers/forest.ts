import type { Ended, Env, Suggested, Tags, TrialId } from '../messages.ts';
import { History } from '../numeric/history.ts';
import { rngFor } from '../numeric/random.ts';
import { draw, type Point } from '../space/axis.ts';
import { type ForestModel, fitForestModel, improvement, type Lesson, predict } from './forestModel.ts';
import { climb, type Scored } from './localSearch.ts';
import { randomSequence } from './random.ts';
import { Repetition } from './repetition.ts';
import { standingOf } from './standing.ts';
import type { Surrogate } from './surrogate.ts';

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
  readonly facts: History<Suggested | Ended>;
  readonly results: number;
  readonly draws: unknown;
}

/** Local searches start from this many of the best trials, by what the model expects there. */
const STARTS = 8;

/** What each trial taught; of a promoted one and the trial that it goes on from, the last. */
class Lessons {
  readonly repetition: Repetition;
  readonly #slots = new Map<TrialId, number>();
  readonly #lessons: (Lesson | undefined)[] = [];

  constructor(env: Env) {
    this.repetition = new Repetition(env.axes);
  }

  take(fact: Suggested | Ended): void {
    this.repetition.take(fact);
    if (fact.type === 'ended') return this.#learn(fact);
    const parent = fact.resumes === undefined ? undefined : this.#slots.get(fact.resumes);
    this.#slots.set(fact.id, parent ?? this.#lessons.push({ point: fact.point, fidelity: fact.budget ?? Number.POSITIVE_INFINITY }) - 1);
  }

  #learn(fact: Ended): void {
    const slot = this.#slots.get(fact.id);
    if (slot === undefined) return;
    const standing = standingOf(slot, fact);
    if (standing) {
      const { tier, fidelity, losses } = standing;
      const loss = tier < 2 && Number.isFinite(losses[0]) ? losses[0]! : 'infeasible';
      this.#lessons[slot] = { point: fact.point, fidelity: tier < 2 ? fidelity : Number.POSITIVE_INFINITY, loss };
    } else if (this.#lessons[slot]?.loss === undefined) this.#lessons[slot] = undefined;
  }

  all(): readonly Lesson[] {
    return this.#lessons.filter((lesson) => lesson !== undefined);
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
    (lessons, fact: Suggested | Ended) => lessons.take(fact),
  );
  const models = new WeakMap<History<Suggested | Ended>, ForestModel | undefined>();

  /** Grown from the facts alone: an ask that is put again meets the same forest. */
  function modelOf(facts: History<Suggested | Ended>): ForestModel | undefined {
    if (!models.has(facts))
      models.set(facts, fitForestModel(env.axes, lessonsOf(facts).all(), rngFor(env.seed, `${env.name}/fit`, facts.length)));
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
    learn: tell,
    ready: ({ results }) => results >= startup,
    explore: ({ draws }, ask) => unmodelled.at(draws, ask),
    propose({ facts, draws }, ask, rng) {
      const model = modelOf(facts);
      if (model === undefined) return undefined;
      const { repetition } = lessonsOf(facts);
      if (rng() < Math.max(random, repetition.tedium)) return interleaved(unmodelled.at(draws, ask));
      const score = (point: Point) => (repetition.has(point) ? Number.NEGATIVE_INFINITY : improvement(model, point));
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
