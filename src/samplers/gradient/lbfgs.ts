import { maxNorm, projectedGradient } from '../../numeric/descent/projected.ts';
import { fraction, notNegative, oneOf, positive, wholeFrom } from '../../schema/optionRules.ts';
import { optional, type SettingsOf } from '../../schema/optionSet.ts';
import type { Core } from '../../strategy/core.ts';
import type { Env } from '../../strategy/env.ts';
import type { Ask } from '../../strategy/messages.ts';
import type { ProposedPoint } from '../sequence.ts';
import { type DescentSettings, type DescentState, descentIn, descentOptions, openRound, proposeSlot, startPoint } from './descent.ts';
import { type Iterate, missingGradient, reportedGradient } from './iterate.ts';
import {
  curvaturePairOf,
  hasGradient,
  type IterateWithGradient,
  isSufficient,
  type LineSearch,
  shortenStep,
  startLineSearch,
} from './lineSearch.ts';
import { coordinates, isContinuousFloat, movableAxes, withCoordinates } from './movableAxes.ts';
import { finiteDifferences } from './probes.ts';
import { nextSlot, type Slot, slotLoss } from './round.ts';

const lbfgsOwnOptions = {
  /** Where gradients come from: `told` by the trainer, which completes a trial with `gradient`, or estimated by `differences`. Default: `told`. */
  gradient: optional(oneOf('told', 'differences'), 'told'),
  /**
   * What to do if a result lacks the gradient that the trainer should tell: estimate it by `differences` around the point, or `refuse` the result
   * with a StrategyError. A missing gradient never counts as zero. Default: `differences`.
   */
  missing: optional(oneOf('differences', 'refuse'), 'differences'),
  /** How many steps' curvature is kept. Default: 10. */
  memory: optional(wholeFrom(1), 10),
  /** The longest first step along any parameter, as a fraction of its range. Default: 0.3. */
  step: optional(fraction, 0.3),
  /** The distance at which differences are taken, as a fraction of the range. Default: 0.001, or 0.05 if `noise` is given. */
  probe: optional(fraction),
  /** The standard deviation of the loss at one point, if trainers do not tell it (`stderr`). A step may be worse by twice as much. Default: 0. */
  noise: optional(notNegative, 0),
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

/** What the results of a round mean. `downhill`: there is a direction to search. `overshot`: the step was too long. */
export type LbfgsVerdict = 'failed' | 'noGradient' | 'downhill' | 'overshot' | 'converged' | 'finished';

type LbfgsPhase = 'starting' | 'searching' | 'probing' | 'restarting';

export interface LbfgsState extends DescentState<LbfgsVerdict> {
  /** The axes along which the descent moves. */
  readonly axes: readonly number[];
  /** The last accepted iterate. */
  readonly iterate?: Iterate;
  readonly search?: LineSearch;
  /** The first iterate of this descent with a known gradient. */
  readonly first?: IterateWithGradient;
  /** How many steps in a row had a negligible gain. */
  readonly idle: number;
  /** How many steps in a row gained so little that the descent will hardly reach the incumbent. */
  readonly hopeless: number;
}

/** A descent is given up after this many steps in a row with a gain of which even `STEPS_AHEAD` times as much would not reach the incumbent. */
const MAX_HOPELESS = 2;
const STEPS_AHEAD = 10;

/** With noisy losses, a descent converges after this many negligible steps in a row. */
const MAX_IDLE = 3;
/** The smallest tolerance that trainers are asked for, as a fraction of the first one. */
const MIN_TOLERANCE = 1e-6;

/** L-BFGS-B in which each evaluation is a trial. */
export function quasiNewtonDescent(env: Env, settings: LbfgsSettings): Core<LbfgsState, LbfgsPhase, LbfgsVerdict> {
  const startAt = startPoint(env, settings, 1);

  function gradientOf({ ended }: Slot, axes: readonly number[]): Float64Array | undefined {
    if (settings.gradient !== 'told' || ended?.outcome !== 'completed') return undefined;
    const gradient = reportedGradient(ended, axes);
    if (!gradient && settings.missing === 'refuse') throw missingGradient(env, ended);
    return gradient;
  }

  function begin(state: LbfgsState): LbfgsState {
    const [slot] = state.round.slots;
    const loss = slotLoss(slot!);
    if (loss === undefined) return { ...state, verdict: 'failed' };
    const axes = movableAxes(env.axes, slot!.point, isContinuousFloat);
    if (axes.length === 0) return { ...state, verdict: 'converged' };
    return accept({ ...state, axes }, slot!, loss);
  }

  function accept(state: LbfgsState, slot: Slot, loss: number): LbfgsState {
    const gradient = gradientOf(slot, state.axes);
    const iterate: Iterate = { point: slot.point, x: coordinates(slot.point, state.axes), loss };
    return gradient ? continueFrom(state, { ...iterate, gradient }) : { ...state, iterate, verdict: 'noGradient' };
  }

  function readProbes(state: LbfgsState): LbfgsState {
    const { iterate, axes, round } = state;
    const { gradient } = finiteDifferences.read(iterate!.point, iterate!.loss, axes, round.slots);
    return gradient.every(Number.isNaN) ? { ...state, verdict: 'failed' } : continueFrom(state, { ...iterate!, gradient });
  }

  /** Starts the next line search, unless the descent has converged. */
  function continueFrom(state: LbfgsState, iterate: IterateWithGradient): LbfgsState {
    const { search: last, first = iterate } = state;
    const gain = last ? last.from.loss - iterate.loss : Number.POSITIVE_INFINITY;
    const negligible = Math.max(settings.lossTolerance * Math.abs(first.loss - iterate.loss), 2 * noiseAt(state));
    const idle = gain <= negligible ? state.idle + 1 : 0;
    const hopeless = isHopeless(state, iterate.loss, gain) ? state.hopeless + 1 : 0;
    const next: LbfgsState = { ...state, iterate, first, idle, hopeless };
    const flat = idle >= (noiseAt(state) > 0 ? MAX_IDLE : 1) || steepness(iterate) <= settings.gradientTolerance * steepness(first);
    if (flat || hopeless >= MAX_HOPELESS) return { ...next, verdict: 'converged' };
    return withSearch(next, startLineSearch(iterate, last ? updatedPairs(last, iterate) : [], settings.step), 'downhill');
  }

  /** Whether several more steps like the last one would not reach the best loss so far. With noise, neither of them is known well enough. */
  function isHopeless(state: LbfgsState, loss: number, gain: number): boolean {
    const { incumbent } = state;
    return incumbent !== undefined && noiseAt(state) === 0 && loss - incumbent.ranked.losses[0]! > STEPS_AHEAD * gain;
  }

  const steepness = ({ x, gradient }: IterateWithGradient): number => maxNorm(projectedGradient(x, gradient));

  function updatedPairs(search: LineSearch, iterate: IterateWithGradient): LineSearch['pairs'] {
    const pair = curvaturePairOf(search, iterate);
    return pair ? [...search.pairs, pair].slice(-settings.memory) : search.pairs;
  }

  const withSearch = (state: LbfgsState, search: LineSearch | undefined, verdict: 'downhill' | 'overshot'): LbfgsState =>
    search ? { ...state, search, verdict } : { ...state, verdict: 'converged' };

  function readSearch(state: LbfgsState, search: LineSearch): LbfgsState {
    const [slot] = state.round.slots;
    const loss = slotLoss(slot!) ?? Number.POSITIVE_INFINITY;
    if (loss < Number.POSITIVE_INFINITY && isSufficient(search, loss, noiseAt(state))) return accept(state, slot!, loss);
    return withSearch(state, shortenStep(search, loss, settings.step), 'overshot');
  }

  const noiseAt = ({ round }: LbfgsState): number => round.slots[0]?.ended?.stderr?.[0] ?? settings.noise;

  function judge(state: LbfgsState): LbfgsState {
    const { role } = state.round.slots[0]!;
    return role === 'start' ? begin(state) : role === 'search' ? readSearch(state, state.search!) : readProbes(state);
  }

  /** Hypergradients need more accuracy only near the end of the descent (Pedregosa 2016). */
  function tolerance({ first, iterate }: LbfgsState): string | undefined {
    if (settings.tolerance === undefined) return undefined;
    const fraction = first && iterate && hasGradient(iterate) ? steepness(iterate) / steepness(first) : 1;
    return (settings.tolerance * Math.min(1, Math.max(MIN_TOLERANCE, fraction))).toPrecision(2);
  }

  const restart = ({ verdict, incumbent, started, round }: DescentState<LbfgsVerdict>): LbfgsState =>
    openRound({ verdict, incumbent, started: started + 1, round, axes: [], idle: 0, hopeless: 0 }, [{ role: 'start', point: [] }]);

  function probe(state: LbfgsState): LbfgsState {
    const distances = new Float64Array(state.axes.length).fill(settings.probe);
    return openRound(
      state,
      finiteDifferences.plan(state.iterate!.point, state.axes, distances, () => 0),
    );
  }

  function search(state: LbfgsState): LbfgsState {
    const { from, x } = state.search!;
    return openRound(state, [{ role: 'search', point: withCoordinates(from.point, state.axes, x) }]);
  }

  const next = {
    failed: restart,
    converged: restart,
    noGradient: probe,
    downhill: search,
    overshot: search,
  };
  function propose(state: LbfgsState, ask: Ask): ProposedPoint {
    const { iterate } = state;
    const asked = tolerance(state);
    const at = iterate ? nextSlot(state.round)!.point : startAt(state, ask, isContinuousFloat);
    return proposeSlot(env, state, ask, at, iterate?.point, asked === undefined ? {} : { tolerance: asked });
  }
  const { tell, answer } = descentIn<LbfgsState>(env, settings, { judge, next, propose });
  return {
    start: restart({ started: 0, round: { number: 0, slots: [] } }),
    tell,
    verdict: ({ verdict }) => verdict,
    answers: { starting: answer, searching: answer, probing: answer, restarting: answer },
  };
}
