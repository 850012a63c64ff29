import type { Env } from '../../messages.ts';
import { largest, projectedGradient } from '../../numeric/projected.ts';
import { fraction, notNegative, oneOf, positive, wholeFrom } from '../../optionRules.ts';
import { optional, type SettingsOf } from '../../optionSet.ts';
import {
  type Descent,
  type DescentSettings,
  type DescentState,
  descentOptions,
  foldBy,
  handedOut,
  opening,
  startPoint,
} from './descent.ts';
import { type Place, toldGradient, unkept } from './iterate.ts';
import { coordinates, isSmooth, movable, moved } from './movableAxes.ts';
import { differences } from './probes.ts';
import { lossOf, type Slot, wanted } from './round.ts';
import { isSloped, pairOf, type Search, type Sloped, searchFrom, shortened, succeeds } from './search.ts';

/** Projected L-BFGS, in numbers. */
export const lbfgsOptions = {
  ...descentOptions,
  /** Where gradients come from: `told` by the trainer, which completes a trial with `gradient`, or estimated by `differences`. Default: `told`. */
  gradient: optional(oneOf('told', 'differences'), 'told'),
  /**
   * What to do if a result lacks the gradient that the trainer should tell: estimate it by `differences` around the point, or `refuse` the result
   * with a StrategyError. A missing gradient never counts as zero. Default: `differences`.
   */
  missing: optional(oneOf('differences', 'refuse'), 'differences'),
  /** How many steps' curvature is kept. Default: 10. */
  memory: optional(wholeFrom(1), 10),
  /** The longest first step along any parameter, as a fraction of its range. Default: 0.1. */
  step: optional(fraction, 0.1),
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

export interface LbfgsSettings extends SettingsOf<typeof lbfgsOptions>, DescentSettings {
  readonly probe: number;
}

/** What the results of a round mean. `sloped`: there is a way down. `short`: the step was too long. */
export type LbfgsVerdict = 'lost' | 'bare' | 'sloped' | 'short' | 'still' | 'over';

export interface LbfgsState extends DescentState<LbfgsVerdict> {
  /** The axes along which the descent moves. */
  readonly moving: readonly number[];
  /** The last point that was tried and kept. */
  readonly place?: Place;
  readonly search?: Search;
  /** The first place of this descent whose gradient was known. */
  readonly first?: Sloped;
  /** How many steps in a row gained nothing to speak of. */
  readonly idle: number;
}

/** How many steps in a row may gain nothing where losses are noisy. */
const PATIENCE = 3;
/** The tightest tolerance that trainers are asked for, as a part of the first one. */
const TIGHTEST = 1e-6;

export function quasiNewtonDescent(env: Env, settings: LbfgsSettings): Descent<LbfgsState> {
  const startAt = startPoint(env, settings, 1);

  function told({ ended }: Slot, moving: readonly number[]): Float64Array | undefined {
    if (settings.gradient !== 'told' || ended?.outcome !== 'completed') return undefined;
    const gradient = toldGradient(ended, moving);
    if (!gradient && settings.missing === 'refuse') throw unkept(env, ended);
    return gradient;
  }

  function begun(state: LbfgsState): LbfgsState {
    const [slot] = state.round.slots;
    const loss = lossOf(slot!);
    if (loss === undefined) return { ...state, verdict: 'lost' };
    const moving = movable(env.axes, slot!.point, isSmooth);
    if (moving.length === 0) return { ...state, verdict: 'still' };
    return arrived({ ...state, moving }, slot!, loss);
  }

  /** A point was tried and is kept. */
  function arrived(state: LbfgsState, slot: Slot, loss: number): LbfgsState {
    const gradient = told(slot, state.moving);
    const place: Place = { point: slot.point, x: coordinates(slot.point, state.moving), loss };
    return gradient ? faced(state, { ...place, gradient }) : { ...state, place, verdict: 'bare' };
  }

  function probed(state: LbfgsState): LbfgsState {
    const { place, moving, round } = state;
    const { gradient } = differences.read(place!.point, place!.loss, moving, round.slots);
    return gradient.every(Number.isNaN) ? { ...state, verdict: 'lost' } : faced(state, { ...place!, gradient });
  }

  /** The gradient at a new place is known: is there a way on? */
  function faced(state: LbfgsState, place: Sloped): LbfgsState {
    const { search: last, first = place } = state;
    const gain = last ? last.from.loss - place.loss : Number.POSITIVE_INFINITY;
    const least = Math.max(settings.lossTolerance * Math.abs(first.loss - place.loss), 2 * noiseAt(state));
    const idle = gain <= least ? state.idle + 1 : 0;
    const next: LbfgsState = { ...state, place, first, idle };
    if (idle >= (noiseAt(state) > 0 ? PATIENCE : 1) || steepness(place) <= settings.gradientTolerance * steepness(first)) {
      return { ...next, verdict: 'still' };
    }
    return sought(next, searchFrom(place, last ? remembered(last, place) : [], settings.step), 'sloped');
  }

  const steepness = ({ x, gradient }: Sloped): number => largest(projectedGradient(x, gradient));

  function remembered(search: Search, place: Sloped): Search['pairs'] {
    const pair = pairOf(search, place);
    return pair ? [...search.pairs, pair].slice(-settings.memory) : search.pairs;
  }

  function sought(state: LbfgsState, search: Search | undefined, verdict: 'sloped' | 'short'): LbfgsState {
    return search ? { ...state, search, verdict } : { ...state, verdict: 'still' };
  }

  function searched(state: LbfgsState, search: Search): LbfgsState {
    const [slot] = state.round.slots;
    const loss = lossOf(slot!) ?? Number.POSITIVE_INFINITY;
    if (loss < Number.POSITIVE_INFINITY && succeeds(search, loss, noiseAt(state))) return arrived(state, slot!, loss);
    return sought(state, shortened(search, loss, settings.step), 'short');
  }

  const noiseAt = ({ round }: LbfgsState): number => round.slots[0]?.ended?.stderr?.[0] ?? settings.noise;

  function judged(state: LbfgsState): LbfgsState {
    const { role } = state.round.slots[0]!;
    return role === 'start' ? begun(state) : role === 'search' ? searched(state, state.search!) : probed(state);
  }

  /** Hypergradients need be no more exact than the descent is near its end (Pedregosa 2016). */
  function tolerance({ first, place }: LbfgsState): string | undefined {
    if (settings.tolerance === undefined) return undefined;
    const part = first && place && isSloped(place) ? steepness(place) / steepness(first) : 1;
    return (settings.tolerance * Math.min(1, Math.max(TIGHTEST, part))).toPrecision(2);
  }

  const restart = ({ incumbent, start, round }: DescentState): LbfgsState =>
    opening({ verdict: 'open', incumbent, start: start + 1, round, moving: [], idle: 0 }, [{ role: 'start', point: [] }]);

  function probe(state: LbfgsState): LbfgsState {
    const steps = new Float64Array(state.moving.length).fill(settings.probe);
    return opening(
      state,
      differences.plan(state.place!.point, state.moving, steps, () => 0),
    );
  }

  function search(state: LbfgsState): LbfgsState {
    const { from, x } = state.search!;
    return opening(state, [{ role: 'search', point: moved(from.point, state.moving, x) }]);
  }

  const asIs = (state: LbfgsState): LbfgsState => state;
  const next = { lost: restart, still: restart, bare: probe, sloped: search, short: search, open: asIs, over: asIs };
  return {
    start: restart({ verdict: 'open', start: 0, round: { number: 0, slots: [] } }),
    fold: foldBy(env, settings, judged),
    next: (state) => next[state.verdict](state),
    propose(state, ask) {
      const { place } = state;
      const asked = tolerance(state);
      const at = place ? wanted(state.round)!.point : startAt(state, ask, isSmooth);
      return handedOut(env, state, ask, at, place?.point, asked === undefined ? {} : { tolerance: asked });
    },
  };
}
