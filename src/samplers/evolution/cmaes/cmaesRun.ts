import { type CmaParameters, cmaParameters } from '../../../numeric/cma/parameters.ts';
import type { Rng } from '../../../numeric/random.ts';
import { fraction, oneOf, populationFrom } from '../../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../../schema/optionSet.ts';
import { draw } from '../../../space/axis.ts';
import type { TrialId } from '../../../strategy/messages.ts';
import { compareRanked, type RankedTrial, sameTier } from '../../rankedTrial.ts';
import { type Genes, type Layout, type SearchDistribution, updated } from './searchDistribution.ts';
import { priorDistribution } from './warmStart.ts';

export const cmaesOptions = {
  /** How many results make a generation (lambda). Default: 4 + 3 ln(number of parameters), rounded down, but at least the number of parallel trials. */
  population: optional(populationFrom(2)),
  /** The standard deviation of the first draws, as a fraction of each parameter's range or of its prior's spread. Default: 1/6. */
  sigma: optional(fraction, 1 / 6),
  /**
   * What follows when the search has converged: a restart from a random point with twice the population (`ipop`; Auger & Hansen 2005), or nothing
   * (`none`), so that it hands asks on. Default: `ipop`.
   */
  restarts: optional(oneOf('ipop', 'none'), 'ipop'),
};

export interface CmaesSettings extends SettingsOf<typeof cmaesOptions> {
  readonly population: number;
}

/** A result of a run. */
export interface RunResult {
  readonly id: TrialId;
  readonly genes: Genes;
  readonly standing: RankedTrial;
  /** The generation that drew it; absent for results of other strategies. */
  readonly generation?: number | undefined;
}

/** A search from one start until it has converged. */
export interface CmaRun {
  readonly number: number;
  readonly parameters: CmaParameters;
  readonly distribution: SearchDistribution;
  /** The distribution before: some of its trials may still run. */
  readonly previous?: SearchDistribution;
  /** Results since the last generation. */
  readonly outcomes: readonly RunResult[];
  readonly best?: RankedTrial;
  /** The best loss of each of the last generations, as many as `converged` looks at. */
  readonly lately: readonly number[];
}

export const firstRun = (layout: Layout, distribution: SearchDistribution, { population }: CmaesSettings): CmaRun => ({
  number: 1,
  parameters: cmaParameters(layout.ordered.length, population),
  distribution,
  outcomes: [],
  lately: [],
});

/** The run with one more result, and with the next generation if there are enough results. */
export function taught(run: CmaRun, outcome: RunResult, layout: Layout): CmaRun {
  const outcomes = [...run.outcomes, outcome];
  const best = run.best && compareRanked(run.best, outcome.standing) <= 0 ? run.best : outcome.standing;
  const more = { ...run, outcomes, best };
  if (outcomes.length < run.parameters.population) return more;
  const ranked = outcomes.toSorted((a, b) => compareRanked(a.standing, b.standing));
  const now = run.distribution.normal.generation;
  const lessons = ranked.map(({ genes, generation }) => ({ genes, foreign: generation !== now }));
  const distribution = updated(layout, run.distribution, run.parameters, lessons);
  return {
    ...more,
    distribution: isFlat(ranked) ? widened(distribution, run.parameters) : distribution,
    previous: run.distribution,
    outcomes: [],
    lately: [...run.lately, ranked[0]!.standing.losses[0]!].slice(-window(run.parameters)),
  };
}

/** Whether 7 in 10 results of a generation are equal to its best: its order says nothing. */
const isFlat = (ranked: readonly RunResult[]): boolean => {
  const [best, other] = [ranked[0]!.standing, ranked[Math.ceil(0.7 * ranked.length) - 1]!.standing];
  return sameTier(best, other) && best.losses[0] === other.losses[0];
};

/** Steps that leave a plateau (Hansen, "The CMA evolution strategy: a tutorial", arXiv:1604.00772, B.3), up to the whole range. */
const widened = (distribution: SearchDistribution, { pathDecay, damping }: CmaParameters): SearchDistribution => {
  const { normal } = distribution;
  const sigma = Math.max(normal.sigma, Math.min(WIDEST_STEP, normal.sigma * Math.exp(0.2 + pathDecay / damping)));
  return { ...distribution, normal: { ...normal, sigma } };
};
const WIDEST_STEP = 0.5;

/** If the best losses of this many generations are equal, the run is on a plateau. */
const window = ({ dimension, population }: CmaParameters): number => 10 + Math.ceil((30 * dimension) / population);

/** The smallest useful step, as a share of the range. */
const FINEST_STEP = 1e-8;
/** The smallest difference between losses that counts. */
const FINEST_LOSS = 1e-12;
/** The largest condition number of a covariance. */
const WORST_CONDITION = 1e14;

/** Whether a run has nothing more to find: Hansen, "Benchmarking a BI-population CMA-ES on the BBOB-2009" (GECCO 2009), section 2. */
export function converged({ distribution: { normal, scale }, lately, parameters }: CmaRun, { edges }: Layout): boolean {
  if (lately.length === window(parameters) && Math.max(...lately) - Math.min(...lately) <= FINEST_LOSS) return true;
  if (normal.mean.length === 0) return false;
  const step = (i: number) =>
    normal.sigma * scale[i]! * Math.max(Math.abs(normal.covariancePath[i]!), Math.sqrt(normal.covariance[i]![i]!));
  const still = normal.mean.every((_, i) => edges[i] || step(i) < FINEST_STEP);
  const condition = (Math.max(...normal.lengths) / Math.min(...normal.lengths)) ** 2;
  return (still && edges.some((of) => !of)) || condition > WORST_CONDITION;
}

/** The run after one that has converged, from a point drawn from the priors. */
export function restarted(run: CmaRun, layout: Layout, settings: CmaesSettings, rng: Rng): CmaRun {
  const start = draw(layout.axes, rng);
  const mean = layout.ordered.map((i) => start[i]!);
  const population = 2 * run.parameters.population;
  return { ...firstRun(layout, priorDistribution(layout, settings.sigma, mean), { ...settings, population }), number: run.number + 1 };
}
