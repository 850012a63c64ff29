import { History } from '../../../numeric/history.ts';
import { rngFor } from '../../../numeric/random.ts';
import { haltonPoints } from '../../../numeric/sequences/halton.ts';
import { samePoint } from '../../../space/axis.ts';
import type { Env } from '../../../strategy/env.ts';
import type { Ask, Ended, Suggested, TrialId } from '../../../strategy/messages.ts';
import { numberIn, stateTag } from '../../../strategy/messages.ts';
import { crashRatesAfter } from '../../crashRates.ts';
import { compareRanked, rankTrial } from '../../rankedTrial.ts';
import type { ProposedPoint } from '../../sequence.ts';
import type { Evolution } from '../evolution.ts';
import { type CmaesSettings, type CmaRun, converged, firstRun, type RunResult, restarted, taught } from './cmaesRun.ts';
import { drawGenes, expressed, type Genes, genesOf, layoutOf, pointOf, type SearchDistribution } from './searchDistribution.ts';
import { priorDistribution, type WarmStartResult, warmDistribution } from './warmStart.ts';

/** A trial of its own that has not ended. */
interface Open {
  readonly id: TrialId;
  readonly run: number;
  readonly genes: Genes;
  readonly generation?: number;
}

/** How often a draw that will probably crash is repeated. */
const MAX_REDRAWS = 20;

/** The state of a CMA-ES. */
export interface CmaesState {
  /** Results of other strategies from before its first trial. */
  readonly told: History<WarmStartResult>;
  /** None before its first trial. */
  readonly run?: CmaRun;
  readonly open: readonly Open[];
  /** Results that tell which choices crash. */
  readonly ended: History<Ended>;
}

/**
 * A CMA-ES that draws from its distribution at the points of a Halton sequence, so that a few draws are as informative as many random ones (Teytaud &
 * Gelly, "DCMA: yet another derandomization in covariance-matrix-adaptation", GECCO 2007). It has no barrier: each ask gets another draw from the
 * current distribution. After every `population` results, the distribution is updated, even if earlier distributions drew some of them.
 *
 * If budgets differ, a higher budget comes before a lower one. The common order of all configurations (see `rankingOf`) was measured; it did not help
 * here.
 */
export function covarianceAdaptation(env: Env, settings: CmaesSettings): Evolution<CmaesState> {
  const layout = layoutOf(env.axes);
  const crashRates = crashRatesAfter(env.axes);
  const begun = ({ run, told }: CmaesState): CmaRun =>
    run ?? firstRun(layout, told.length ? warmDistribution(layout, told.toArray()) : priorDistribution(layout, settings.sigma), settings);
  const sequence = haltonPoints(env.axes.length, rngFor(env.seed, env.name, 0));
  const drawn = (distribution: SearchDistribution, id: TrialId, retry: number) => {
    const rng = rngFor(env.seed, env.name, id, retry);
    return drawGenes(layout, distribution, retry === 0 ? sequence(id) : env.axes.map(() => rng()), rng);
  };

  function issue(state: CmaesState, fact: Suggested): CmaesState {
    const retry = fact.by === env.name ? numberIn(fact.tags, fact.by) : undefined;
    if (retry === undefined) return state; // of another strategy, or of a version whose draws cannot be repeated: only its result counts
    const run = begun(state);
    return { ...state, run, open: [...state.open, { id: fact.id, run: run.number, ...origin(run, fact, retry) }] };
  }

  /** Recomputes the draw of a trial. */
  function origin({ distribution, previous }: CmaRun, { id, point }: Suggested, retry: number): Pick<Open, 'genes' | 'generation'> {
    for (const source of previous ? [distribution, previous] : [distribution]) {
      const genes = drawn(source, id, retry);
      const same = samePoint(env.snap(pointOf(layout, genes)), point);
      if (same) return { genes: expressed(layout, genes, point), generation: source.normal.generation };
    }
    return { genes: genesOf(layout, point) };
  }

  function receive(before: CmaesState, ended: Ended): CmaesState {
    const mine = before.open.find(({ id }) => id === ended.id);
    const open = mine ? before.open.filter((other) => other !== mine) : before.open;
    const standing = rankTrial(ended.id, ended);
    if (!standing) return { ...before, open };
    const state = { ...before, open, ended: layout.unordered.length > 0 ? before.ended.push(ended) : before.ended };
    if (!state.run) return { ...state, told: state.told.push({ point: ended.point, standing }) };
    if (!mine) return { ...state, run: joined(state.run, ended, { id: ended.id, genes: genesOf(layout, ended.point), standing }) };
    if (mine.run !== state.run.number) return state;
    const { id, genes, generation } = mine;
    return { ...state, run: further(taught(state.run, { id, genes, standing, generation }, layout)) };
  }

  /** A result of another strategy counts if it is better than all of the run, or if it resumes one that still waits for its generation. */
  function joined(run: CmaRun, { resumes }: Ended, outcome: RunResult): CmaRun {
    if (resumes !== undefined) {
      const promoted = ({ genes, ...rest }: RunResult): RunResult => ({ ...rest, genes, id: outcome.id, standing: outcome.standing });
      return { ...run, outcomes: run.outcomes.map((one) => (one.id === resumes ? promoted(one) : one)) };
    }
    return run.best && compareRanked(outcome.standing, run.best) < 0 ? further(taught(run, outcome, layout)) : run;
  }

  function further(run: CmaRun): CmaRun {
    if (settings.restarts === 'none' || run.outcomes.length > 0 || !converged(run, layout)) return run;
    return restarted(run, layout, settings, rngFor(env.seed, env.name, 0, run.number));
  }

  /** The first of several draws that will probably not crash. */
  function drawFrom(state: CmaesState, { id, retry: first = 0 }: Ask): ProposedPoint {
    const { distribution, number } = begun(state);
    const rates = crashRates(state.ended);
    const origin = `run ${number}, generation ${distribution.normal.generation + 1}`;
    for (let retry = first; ; retry++) {
      const point = pointOf(layout, drawn(distribution, id, retry));
      const survival = rates.survival(env.snap(point));
      if (survival === 1 || retry - first >= MAX_REDRAWS || rngFor(env.seed, `${env.name}/survival`, id, retry)() < survival)
        return { point, tags: { origin, ...stateTag(env.name, retry) } };
    }
  }

  return {
    start: { told: History.of(), open: [], ended: History.of() },
    tell(state, fact) {
      if (fact.type === 'reported') return state;
      return fact.type === 'suggested' ? issue(state, fact) : receive(state, fact);
    },
    over: ({ run }) => settings.restarts === 'none' && run !== undefined && run.outcomes.length === 0 && converged(run, layout),
    founded: ({ run }) => run !== undefined && run.distribution.normal.generation > 0,
    found: drawFrom,
    breed: drawFrom,
  };
}
