import { OptionError, StrategyError } from '../../src/errors.ts';
import type { Env, Reported, Told, TrialId } from '../../src/messages.ts';
import { Curves } from '../../src/schedulers/percentile.ts';
import { defineStrategy } from '../define.ts';
import type { Strategy } from '../strategy.ts';

export interface MedianStopOptions {
  /** No trial is stopped before this step. Default 1. */
  readonly warmup?: number;
  /** Nor before so many others have reported at its step. Default 4. */
  readonly peers?: number;
}

interface State {
  readonly curves: Curves;
  /** The best loss so far of each open trial. */
  readonly best: Map<TrialId, number>;
  /** Whether the trial that reported last should stop. */
  behind: boolean;
}

/**
 * Stops a trial whose best loss so far is worse than the median of the others' at the same step (Golovin et al., KDD 2017, section 3.2;
 * best instead of mean, as a curve's best is its result). Steps that others skipped are not compared.
 *
 * @example
 * chain(medianStop({ warmup: 5 }), ga())
 */
export function medianStop(options: MedianStopOptions = {}): Strategy {
  const { warmup = 1, peers = 4 } = options;
  if (!(warmup >= 0)) throw new OptionError('medianStop.warmup', 'a step from 0 on', warmup);
  if (!(Number.isInteger(peers) && peers >= 1)) throw new OptionError('medianStop.peers', 'a whole number from 1 on', peers);
  const compare = ({ curves, best }: State, { id, step, losses }: Reported): boolean => {
    const loss = Math.min(best.get(id) ?? Number.POSITIVE_INFINITY, losses[0]!);
    const behind = step >= warmup && curves.at(step) >= peers && curves.shareBetter(step, loss) > 0.5;
    best.set(id, loss);
    curves.add(step, loss);
    return behind;
  };
  return defineStrategy<State>(
    {
      name: 'medianStop',
      init: (env: Env) => {
        if (env.objectives.length > 1) throw new StrategyError('medianStop compares trials by one objective; this study has several');
        return { curves: new Curves(), best: new Map(), behind: false };
      },
      tell: (state, told: Told) => {
        if (told.type === 'ended') state.best.delete(told.id);
        if (told.type === 'reported') state.behind = compare(state, told);
        return state;
      },
      stop: ({ behind }) => behind,
    },
    Object.keys(options).length > 0 ? { medianStop: options } : 'medianStop',
  );
}
