import { History } from '../numeric/history.ts';
import { type Core, verdictAround } from '../strategy/core.ts';
import type { Env } from '../strategy/env.ts';
import { type Ask, type Propose, propose, type StrategyEvent, stateTag, type Tags } from '../strategy/messages.ts';
import { type Beginning, Halving, type HalvingSettings, type Promotion } from './halving.ts';

type Phase = 'filling' | 'promoting' | 'learning';
type Verdict = 'promotable' | 'controlDue' | 'reconsidered';

const ENTERING = { promoting: 'promotable', learning: 'controlDue' } as const;

/**
 * A strategy that decides how long trials train: later stages choose the configurations. Its state is the history of facts; what follows from them is
 * computed once for each fact.
 */
export function halvingCore(env: Env, settings: HalvingSettings): Core<History<StrategyEvent>, Phase, Verdict> {
  const halvingOf = History.folding<StrategyEvent, Halving>(
    () => new Halving(settings, env),
    (halving, fact) => halving.tell(fact),
  );
  const due = ({ promotion, isControlDue }: Halving): Verdict | undefined =>
    promotion ? 'promotable' : isControlDue ? 'controlDue' : undefined;
  const beginning = (how: 'fill' | 'control') => (facts: History<StrategyEvent>, ask: Ask) => {
    const halving = halvingOf(facts);
    return begun(ask, env, halving[how](), halving.notes);
  };
  return {
    start: History.of(),
    tell: (facts, fact) => facts.push(fact),
    verdict: (facts, phase) => verdictAround(due(halvingOf(facts)), phase, ENTERING),
    answers: {
      filling: beginning('fill'),
      promoting: (facts, ask) => promoted(ask, env, halvingOf(facts).promotion!, halvingOf(facts).notes),
      learning: beginning('control'),
    },
    stop: (facts) => halvingOf(facts).fellBehind,
  };
}

const promoted = (ask: Ask, { name }: Env, { trial, budget }: Promotion, notes: Tags): Propose => ({
  ...propose(ask, name, trial.point, { ...trial.tags, ...notes }),
  budget,
  resumes: trial.id,
});

/** The ask with a budget, for the strategy that chooses the configuration. */
const begun = (ask: Ask, { name }: Env, { budget, tag }: Beginning, notes: Tags): Ask => ({
  ...ask,
  budget,
  tags: { ...ask.tags, ...stateTag(name, tag), ...notes },
});
