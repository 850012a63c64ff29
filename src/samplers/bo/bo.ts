import { RepeatTracker } from '../../duplicates/repeatRate.ts';
import type { Ask, Env, StrategyEvent } from '../../messages.ts';
import { History } from '../../numeric/history.ts';
import type { Rng } from '../../numeric/random.ts';
import { bool, oneOf, wholeFrom } from '../../optionRules.ts';
import { optional, type SettingsOf } from '../../optionSet.ts';
import type { Point } from '../../space/axis.ts';
import { cells, countCells } from '../../space/cells.ts';
import type { ProposedPoint } from '../sequence.ts';
import type { ScoredPoint, Surrogate } from '../surrogate.ts';
import { average, cheapness, confidence, improvement, probabilityBelow, type Term } from './acquisition.ts';
import type { Features } from './features.ts';
import { hypervolumeImprovement } from './hypervolume.ts';
import { type Knowledge, type Model, model } from './observations.ts';
import { closeness, goodPoints, keyOf, type Modelled, type World, worldsOf } from './posteriorSamples.ts';
import { belief } from './priorTerm.ts';
import { reasons } from './reasons.ts';
import { scoreModel } from './scores.ts';
import { rank, search } from './search.ts';
import { type BoState, createFold, PLAIN, VIEWS } from './state.ts';

export type { BoState };

export const boOptions = {
  /** How many trials are suggested before the first model. Default: 2 (d + 1) for d parameters, at most 10. */
  startup: optional(wholeFrom(1)),
  /**
   * What is maximised: expected improvement (`ei`), the probability of an improvement (`pi`), or a lower confidence bound of the loss (`lcb`).
   * With two objectives it is always the expected improvement. Default: `ei`.
   */
  acquisition: optional(oneOf('ei', 'pi', 'lcb'), 'ei'),
  /** Whether to maximise improvement per second, if trials report how long they took. Default: false. */
  costAware: optional(bool, false),
  /** Whether to average over samples of kernels instead of using the most probable one. It takes about ten times as long. Default: false. */
  integrated: optional(bool, false),
  /** Whether to learn a warp of each coordinate, for functions that change faster at one end of a range. Default: false. */
  warp: optional(bool, false),
};
export type BoSettings = SettingsOf<typeof boOptions>;

/** A space of at most so many configurations is searched by looking at all of them. */
const COUNTABLE = 2000;
/** The prior's weight falls from this share of the study's trials over the number of results. */
const BELIEF = 0.1;
/** Trials before the first model: so many for each parameter and one more, but no more than that. */
const STARTUP = { each: 2, most: 10 };
/** Where the number of trials is not known. */
const TRIALS = 100;
/** How many of the best points told are perturbed. */
const GOOD = 10;
/** Of the confidence bound, as the Vizier bandit has it (Song et al. 2024). */
const KAPPA = 1.8;
/** More work than this is too much to wait for: two fits to 300 results. */
const LONG = 2 * 300 ** 2;

/**
 * The most probable kernel is a guess. One that is wrong is too sure of where nothing is to be found, and polishes what it has: so every fourth
 * proposal comes from a model that divides the squares of the length-scales by four.
 */
const DOUBT = { every: 4, factor: 4 };

/** Kernels drawn where the acquisition is averaged over them. */
const SAMPLES = 10;

/**
 * Bayesian optimisation: a Gaussian process over all parameters together, conditional ones included, and the log of the expected improvement
 * over the smallest posterior mean (Snoek et al. 2012; Ament et al. 2023), or of hypervolume, with two objectives. Open trials count as if
 * they had ended as expected.
 *
 * A proposal's tags say what was expected of it: `mean` and `sd`, in the units of the loss, one for each objective; and the `acquisition`, the log
 * of what was sought, such as the expected improvement in standard deviations of the losses so far, with all that weighs in it.
 *
 * @param long fits of more work than this are left to whoever can make them elsewhere
 */
export function boSurrogate(
  env: Env,
  { startup = startupOf(env), acquisition, costAware, integrated, warp }: BoSettings,
  long = LONG,
): Surrogate<BoState> {
  const { axes, objectives, trials = TRIALS } = env;
  const fold = createFold(env, { samples: integrated ? SAMPLES : 0, seed: `${env.seed} ${env.name}`, bending: warp });
  const believing = axes.some(({ prior }) => prior);
  const countable = countCells(axes) <= COUNTABLE ? cells(env) : undefined;
  const all = countable && Array.from({ length: countable.count }, (_, i) => countable.at(i)).filter(env.feasible);
  /** The last models: what comes of the next does not depend on them, only how fast. */
  const recent = new Map<string, Model>();
  const keysOf = History.folding(
    () => new Set<string>(),
    (keys, point: Point) => keys.add(keyOf(point)),
  );
  const repeatsOf = History.folding(
    () => new RepeatTracker(axes),
    (repetition, fact: StrategyEvent) => repetition.take(fact),
  );

  function modelled(state: BoState): Modelled | undefined {
    const turn = state.handedOut.length % VIEWS.length;
    const doubt = !integrated && state.handedOut.length % DOUBT.every === DOUBT.every - 1 ? DOUBT.factor : 1;
    const features = fold.features(state);
    const results = fold.results(state);
    // An open trial that has reported at a rung is known already.
    const open = [...state.open.values()].filter(({ id }) => !results?.of(id)?.losses.size);
    const kept = (k: number) => `${k} ${results ? 'scores' : turn} ${doubt}`;
    const models = state.losses.flatMap((losses, k) => {
      const before = recent.get(kept(k));
      if (results) return scoreModel(features, state.scores, results, open.length, doubt, before) ?? [];
      return model(features, VIEWS[turn]!, turn, losses, open.length, doubt, before) ?? [];
    });
    if (models.length < objectives.length) return undefined;
    for (const [k, known] of models.entries()) recent.set(kept(k), known);
    const worlds = worldsOf(features, models, open);
    return worlds && { features, models, worlds };
  }

  /** What is sought in the losses, as one guess at the kernels has it; nothing while no point is known to keep the constraints. */
  function sought({ gps, means, expected }: World, { models }: Modelled): Term[] {
    const [first, second] = means.map((of, k) => [...of.filter((_, i) => !models[k]!.observed[i]!.violating), ...expected[k]!]);
    if (first!.length === 0) return [];
    const gp = gps[0]!;
    if (second)
      return [
        hypervolumeImprovement(
          [gp, gps[1]!],
          first!.map((x, i) => [x, second[i]!]),
        ),
      ];
    const best = first!.reduce((a, b) => Math.min(a, b));
    if (acquisition === 'lcb') return [confidence(gp, KAPPA)];
    return [acquisition === 'pi' ? probabilityBelow(gp, best) : improvement(gp, best)];
  }

  /** What is known of where a quantity is at most 0. */
  function belowZero(features: Features, knowledge: Knowledge): Term[] {
    const known = model(features, PLAIN[0]!, 0, knowledge);
    return known ? [probabilityBelow(known.gps[0]!, known.outputs.target(0))] : [];
  }

  function cheap(features: Features, { seconds }: BoState): Term[] {
    const known = costAware ? model(features, PLAIN[0]!, 0, seconds) : undefined;
    return known ? [cheapness(known.gps[0]!, 1 / known.outputs.slope(0))] : [];
  }

  function improvements(known: Modelled): Term[] {
    const terms = known.worlds.flatMap((world) => sought(world, known));
    return terms.length > 0 ? [average(terms)] : [];
  }

  const termsOf = (state: BoState, known: Modelled): Term[] => [
    ...improvements(known),
    ...state.constraints.flatMap((constraint) => belowZero(known.features, constraint)),
    ...(state.failed > 0 ? belowZero(known.features, state.failures) : []),
    ...(believing ? [belief(axes, known.features, (BELIEF * trials) / known.models[0]!.observed.length)] : []),
    ...cheap(known.features, state),
  ];

  /** All that a proposal is drawn from, besides the scores of configurations. */
  const consulted = (state: BoState): Knowledge[] => [
    ...(fold.results(state) ? [] : state.losses),
    ...state.constraints,
    ...(state.failed > 0 ? [state.failures] : []),
    ...(costAware ? [state.seconds] : []),
  ];

  /**
   * The best that is new; if there is one, one that is not known under another name. Where budgets differ, nor one that the model holds for the same
   * as a known one: its neighbour may be the best at a low budget and bad at the full one, and then every suggestion would be next to it.
   */
  function choose(state: BoState, ranked: readonly ScoredPoint[], model: Modelled): ScoredPoint | undefined {
    const known = keysOf(state.handedOut);
    const repeats = repeatsOf(state.told);
    const fresh = ranked.filter(({ point, score }) => score > -Infinity && !known.has(keyOf(point)));
    const isClose = fold.results(state) ? closeness(model) : () => false;
    return fresh.find(({ point }) => !repeats.has(point) && !isClose(point)) ?? fresh.find(({ point }) => !repeats.has(point)) ?? fresh[0];
  }

  const explore = ({ sequence }: BoState, ask: Ask) => fold.sequence.propose(sequence, ask);

  return {
    start: fold.start,
    expect: fold.expect,
    report: fold.report,
    learn: fold.learn,
    ready: (state) => state.handedOut.length >= startup && fold.isModelled(state),
    explore,
    longFit(state) {
      const fits = [
        ...consulted(state).flatMap((known) => known.fits),
        ...(fold.results(state) && state.scores.fit ? [state.scores.fit] : []),
      ];
      if (fits.reduce((sum, fit) => sum + fit.work, 0) <= long) return undefined;
      const rests = fits.map((fit) => fit.remaining());
      return {
        tasks: rests.map(({ task }) => task),
        apply: (results) => {
          for (const [i, { apply }] of rests.entries()) apply(results[i]!);
        },
      };
    },
    propose(state, ask, rng: Rng): ProposedPoint | undefined {
      const { repeatRate } = repeatsOf(state.told);
      if (repeatRate > 0 && rng() < repeatRate) return explore(state, ask);
      const known = modelled(state);
      if (!known) return undefined;
      const terms = termsOf(state, known);
      const ranked = all
        ? rank(terms, known.features, all)
        : search(terms, known.features, env, goodPoints(known, GOOD), rng, known.worlds[0]!.gps[0]!.size * Math.sqrt(known.worlds.length));
      const chosen = choose(state, ranked, known);
      return chosen && { point: chosen.point, tags: reasons(known, chosen) };
    },
  };
}

const startupOf = ({ axes }: Env): number => Math.min(STARTUP.most, STARTUP.each * (axes.length + 1));
