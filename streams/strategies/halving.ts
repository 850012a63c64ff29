import { DECISIONS } from '../../src/facts/versions.ts';
import { child, propose, type StrategyEvent } from '../../src/messages.ts';
import { History } from '../../src/numeric/history.ts';
import { bool, positive } from '../../src/optionRules.ts';
import { type OptionsOf, optional } from '../../src/optionSet.ts';
import { Halving, type HalvingSettings } from '../../src/schedulers/halving.ts';
import { rungOptions } from '../../src/schedulers/rungs.ts';
import { stateTag } from '../../src/tags.ts';
import { defineStrategy } from '../defineStrategy.ts';
import { oneObjective } from '../operators/oneObjective.ts';
import { type Strategy, specOf, withSpec } from '../strategy.ts';

export const halvingOptions = {
  ...rungOptions,
  /**
   * `false`: a trial trains on and is stopped when it falls behind. The trainer only has to report its steps and to stop when told. `true`: a trial
   * ends at a rung, and the best are resumed from their checkpoints up to the next one. The trainer has to respect its budget and to save and load
   * checkpoints. Default: false.
   */
  pause: optional(bool),
  /** The lowest budget at which trials are compared. Default: learned during the study, as the lowest rung that predicts the order at the next one. */
  first: optional(positive),
};

export type HalvingOptions = OptionsOf<typeof halvingOptions>;

/** Whether trials pause at rungs if the option is left out: they did before decisions 2. */
export const pausesByDefault = (decisions = DECISIONS): boolean => decisions < 2;

/** Asynchronous halving as an operator: it sets budgets, promotes or stops; later stages choose the configurations. */
export function halving(name: string, options: HalvingOptions, settings: Omit<HalvingSettings, 'pause'>): Strategy {
  const { rungs } = settings;
  const strategy = withSpec(specOf(name, options), (parent) => {
    const env = child(parent, name);
    const halvingOf = History.folding<StrategyEvent, Halving>(
      () => new Halving({ ...settings, pause: options.pause ?? pausesByDefault(env.decisions) }, env),
      (halving, told) => halving.tell(told),
    );
    return defineStrategy<History<StrategyEvent>>({
      name,
      init() {
        oneObjective(env, `${name} compares trials by`);
        return History.of();
      },
      tell: (facts, told) => facts.push(told),
      ask(facts, ask) {
        const now = halvingOf(facts);
        const promotion = now.promotion();
        if (promotion) {
          const { trial, budget } = promotion;
          return { ...propose(ask, env.name, trial.point, { ...trial.tags, ...explained(now, settings) }), budget, resumes: trial.id };
        }
        const { budget, from } = now.start();
        return { ...ask, budget, tags: { ...ask.tags, ...stateTag(env.name, from), ...explained(now, settings) } };
      },
      stop: (facts) => halvingOf(facts).behind,
    })(parent);
  });
  return Object.assign(strategy, { rungs });
}

/** Which rung counts, how well it predicts the next one, and how badly those below it do. */
function explained({ first, agreements }: Halving, { rungs, first: fixed }: Omit<HalvingSettings, 'pause'>): Record<string, string> {
  if (rungs.length < 2) return {};
  if (fixed !== undefined) return { 'first rung': `${rungs[first.index]} (fixed)` };
  const taus = agreements.slice(0, first.index + 1).map(({ tau, pairs }, k) => `tau at ${rungs[k]}: ${tau.toFixed(2)} of ${pairs} pairs`);
  return { 'first rung': `${rungs[first.index]} (${taus.join(', ')})` };
}
