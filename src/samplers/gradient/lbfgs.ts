import { maxNorm, projectedGradient } from '../../numeric/descent/projected.ts';
import { fraction, notNegative, positive, wholeFrom } from '../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../schema/optionSet.ts';
import type { Core } from '../../strategy/core.ts';
import type { Env } from '../../strategy/env.ts';
import { type DescentSettings, type DescentState, type DescentVerdict, descentIn, descentOptions, noiseOf, openStep } from './descent.ts';
import type { IterateWithGradient } from './iterate.ts';
import { curvaturePairOf, isSufficient, type LineSearch, shortenStep, startLineSearch } from './lineSearch.ts';
import { isContinuousFloat } from './movableAxes.ts';

const lbfgsOwnOptions = {
  /** How many steps' curvature is kept. Default: 10. */
  memory: optional(wholeFrom(1), 10),
  /** The longest first step along any parameter, as a fraction of its range. Default: 0.3. */
  step: optional(fraction, 0.3),
  /** The distance at which differences are taken, as a fraction of the range. Default: 0.001, or 0.05 if `noise` is given. */
  probe: optional(fraction),
  /** A descent ends when the projected gradient is nowhere larger than this fraction of the first one. Default: 1e-5. */
  gradientTolerance: optional(notNegative, 1e-5),
  /** A descent ends with a step that gains less than this fraction of the total gain. Default: 1e-8. */
  lossTolerance: optional(notNegative, 1e-8),
  /**
   * For trainers that solve a problem of their own, such as for hypergradients by implicit differentiation: the tolerance at first. Each
   * suggestion holds it as `tags.tolerance`, and it tightens with the projected gradient (Pedregosa 2016). Default: no such tag.
   */
  tolerance: optional(positive),
};
export const lbfgsOptions: typeof descentOptions & typeof lbfgsOwnOptions = { ...descentOptions, ...lbfgsOwnOptions };

export interface LbfgsSettings extends SettingsOf<typeof lbfgsOptions>, DescentSettings {
  readonly probe: number;
}

type LbfgsPhase = 'starting' | 'searching' | 'probing' | 'restarting';

export interface LbfgsState extends DescentState {
  readonly search?: LineSearch | undefined;
  /** The first iterate of this descent. */
  readonly first?: IterateWithGradient;
  /** How many steps in a row had a negligible gain. */
  readonly idle: number;
}

/** With noisy losses, a descent converges after this many negligible steps in a row. */
const MAX_IDLE = 3;
/** The smallest tolerance that trainers are asked for, as a fraction of the first one. */
const MIN_TOLERANCE = 1e-6;

const steepness = ({ x, gradient }: IterateWithGradient): number => maxNorm(projectedGradient(x, gradient));

/** L-BFGS-B in which each evaluation is a trial. */
export function quasiNewtonDescent(env: Env, settings: LbfgsSettings): Core<LbfgsState, LbfgsPhase, DescentVerdict> {
  /** Starts the next line search, unless the descent has converged. */
  function follow(state: LbfgsState, iterate: IterateWithGradient, last: IterateWithGradient | undefined): LbfgsState {
    const { search: before, first = iterate } = state;
    const noise = noiseOf(state, settings);
    const gain = last ? last.loss - iterate.loss : Number.POSITIVE_INFINITY;
    const negligible = Math.max(settings.lossTolerance * Math.abs(first.loss - iterate.loss), 2 * noise);
    const idle = gain <= negligible ? state.idle + 1 : 0;
    const flat = idle >= (noise > 0 ? MAX_IDLE : 1) || steepness(iterate) <= settings.gradientTolerance * steepness(first);
    const search = flat ? undefined : startLineSearch(iterate, before ? updatedPairs(before, iterate) : [], settings.step);
    return { ...state, first, idle, search: search ?? before, verdict: search ? 'downhill' : 'converged' };
  }

  function updatedPairs(search: LineSearch, iterate: IterateWithGradient): LineSearch['pairs'] {
    const pair = curvaturePairOf(search, iterate);
    return pair ? [...search.pairs, pair].slice(-settings.memory) : search.pairs;
  }

  function reject(state: LbfgsState, loss: number): LbfgsState {
    const search = shortenStep(state.search!, loss, settings.step);
    return search ? { ...state, search, verdict: 'overshot' } : { ...state, verdict: 'converged' };
  }

  /** Hypergradients need more accuracy only near the end of the descent (Pedregosa 2016). */
  function tolerance({ first, iterate }: LbfgsState): string | undefined {
    if (settings.tolerance === undefined) return undefined;
    const fraction = first && iterate ? steepness(iterate) / steepness(first) : 1;
    return (settings.tolerance * Math.min(1, Math.max(MIN_TOLERANCE, fraction))).toPrecision(2);
  }

  const search = (state: LbfgsState): LbfgsState => openStep(state, 'search', state.search!.x);

  const { start, tell, answer } = descentIn<LbfgsState, never>(env, settings, {
    start: { idle: 0 },
    starts: 1,
    isSuitable: isContinuousFloat,
    probeDistance: () => settings.probe,
    accepts: (state, loss) => isSufficient(state.search!, loss, noiseOf(state, settings)),
    reject,
    follow,
    next: { downhill: search, overshot: search },
    tags(state) {
      const asked = tolerance(state);
      return asked === undefined ? {} : { tolerance: asked };
    },
  });
  return {
    start,
    tell,
    verdict: ({ verdict }) => verdict,
    answers: { starting: answer, searching: answer, probing: answer, restarting: answer },
  };
}
