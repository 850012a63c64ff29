import type { MonoTypeOperatorFunction } from 'rxjs';
import { isFallback, type SurrogateInput, type SurrogateOutlook, surrogateMachine } from '../../machines/surrogate.ts';
import type { Env, Message, StrategyEvent } from '../../src/messages.ts';
import type { Surrogate } from '../../src/samplers/surrogate.ts';
import { drivePhases } from '../strategy.ts';

/** The state of the core, and what the phase of its machine follows from. */
interface Told<S> {
  readonly core: S;
  /** Facts so far. */
  readonly facts: number;
  /** Whether no model could be fitted for a suggestion since the last result. */
  readonly fellBack: boolean;
}

/** Runs a strategy that models results. @param elsewhere runs long fits in a thread; without it, models are fitted when they are needed */
export function driveSurrogate<S>(
  env: Env,
  core: Surrogate<S>,
  elsewhere?: SurrogateInput['elsewhere'],
): MonoTypeOperatorFunction<Message> {
  const after = (state: S, told: StrategyEvent): S => {
    switch (told.type) {
      case 'suggested':
        return core.expect(state, told);
      case 'reported':
        return core.report(state, told);
      case 'ended':
        return core.learn(state, told);
    }
  };
  const fellBack = (before: Told<S>, told: StrategyEvent): boolean =>
    told.type === 'ended' ? false : before.fellBack || (told.type === 'suggested' && core.ready(before.core) && isFallback(env, told));
  return drivePhases<Told<S>, SurrogateOutlook, SurrogateInput>(
    surrogateMachine,
    env,
    { env, core, elsewhere },
    {
      start: { core: core.start, facts: 0, fellBack: false },
      tell: (before, told) => ({ core: after(before.core, told), facts: before.facts + 1, fellBack: fellBack(before, told) }),
      outlook: ({ core: state, facts, fellBack }) => ({
        ready: core.ready(state),
        fellBack,
        long: elsewhere && core.longFit?.(state) ? facts : 0,
      }),
    },
  );
}
