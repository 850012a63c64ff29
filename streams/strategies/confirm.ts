import { StrategyError } from '../../src/errors.ts';
import { NO_REPLICATES, nextReplicates, type Replication, withFact } from '../../src/insight/recommendation/replicates.ts';
import { probability, wholeFrom } from '../../src/schema/optionRules.ts';
import { type OptionsOf, optional, resolveOptions } from '../../src/schema/optionSet.ts';
import { propose } from '../../src/strategy/messages.ts';
import { defineStrategy } from '../kernel/defineStrategy.ts';
import { type Strategy, type StrategySpec, specOf, withSpec } from '../kernel/strategy.ts';
import { oneObjective } from '../operators/oneObjective.ts';

export const confirmOptions = {
  /** How many of the most promising configurations are repeated. Default: 5. */
  top: optional(wholeFrom(1), 5),
  /** The share of the study's trials that repeat others: its last ones. Default: 0.1. */
  share: optional(probability, 0.1),
};
export type ConfirmOptions = OptionsOf<typeof confirmOptions>;

/**
 * Repeats the most promising configurations in the last trials of a study, so that noise does not decide which one you deploy: see
 * `study.recommend()` and `hypertide best --recommended`. Earlier asks are handed on.
 *
 * The best configurations are those with the lowest upper bounds of the posterior mean of a Gaussian process, which is fitted again after each result.
 * The best two are repeated three times as often as the others.
 *
 * Use it if the same configuration gives different results each time. The study needs a limit of trials and one objective. In a chain, it comes first.
 *
 * @throws OptionError
 * @example
 * optimize(space({ rate: float(1e-5, 1e-1, { log: true }) }), train, { strategy: chain(confirm({ top: 3 }), bo()), trials: 60 });
 */
export function confirm(options: ConfirmOptions = {}): Strategy {
  const { top, share } = resolveOptions('confirm', confirmOptions, options);
  const spec = specOf('confirm', options);
  return withSpec(spec, (env) => {
    oneObjective(env, 'confirm ranks configurations by');
    if (env.trials === undefined) throw new StrategyError('confirm needs a limit of trials, of which it takes the last ones');
    return replicating({ top, count: Math.ceil(share * env.trials), trials: env.trials, ifNeeded: false }, spec)(env);
  });
}

/** If the first of these trials need no replicate, none of the others does. */
const PROBES = 2;
/** More replicates than this are not needed to tell five configurations apart. */
const MOST_NEEDED = 20;

/**
 * `confirm`, but only if noise may decide which configuration is best: if the results leave it open, two configurations are repeated, and if these
 * repetitions show no noise, asks are handed on again.
 */
export function confirmIfNeeded(trials: number): Strategy {
  const { top, share } = resolveOptions('confirm', confirmOptions, {});
  return replicating({ top, count: Math.min(MOST_NEEDED, Math.ceil(share * trials)), trials, ifNeeded: true }, 'confirm');
}

interface Replicating {
  readonly top: number;
  /** How many trials are replicates: the last ones. */
  readonly count: number;
  readonly trials: number;
  readonly ifNeeded: boolean;
}

function replicating({ top, count, trials, ifNeeded }: Replicating, spec: StrategySpec): Strategy {
  return defineStrategy<Replication>(
    {
      name: 'confirm',
      init: () => NO_REPLICATES,
      tell: (state, fact, { name }) => withFact(state, fact, name),
      ask(state, ask, _rng, { axes, name }) {
        const done = count - (trials - state.suggested);
        if (done < 0 || done >= count || ask.fixed) return undefined;
        if (ifNeeded && done >= PROBES && state.replicates.length === 0) return undefined; // noise is small, and asking the model takes long
        const point = nextReplicates(axes, state, top, ifNeeded)[ask.retry ?? 0];
        return point && propose(ask, name, point, { replicate: String(ask.id) });
      },
    },
    spec,
  );
}
