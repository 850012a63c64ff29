import { emit, fromPromise, setup } from 'xstate';
import {
  type Ask,
  type Decision,
  type Env,
  type PhaseEvent,
  type Propose,
  phaseOf,
  propose,
  type Ready,
  type Suggested,
  stateIn,
  stateTag,
  wait,
} from '../src/messages.ts';
import { rngFor } from '../src/numeric/random.ts';
import type { ProposedPoint } from '../src/samplers/sequence.ts';
import type { FitElsewhere, Surrogate } from '../src/samplers/surrogate.ts';

export interface SurrogateInput {
  readonly env: Env;
  readonly core: Surrogate<unknown>;
  /** Runs long fits in a thread. If absent, models are fitted when they are needed. */
  readonly elsewhere?: FitElsewhere | undefined;
}
interface Context extends SurrogateInput {
  /** The state of the fold now. */
  readonly now: () => { readonly core: unknown };
}

/** What decides the phase, besides long fits. */
export type SurrogateOutlook = {
  /** Whether there are enough results to fit a model. */
  readonly ready: boolean;
  /** Whether no model could be fitted to the results so far. */
  readonly fellBack: boolean;
  /** If the next proposal needs a long fit, the number of facts so far; else 0. So the machine learns of each fact that calls for another fit. */
  readonly long: number;
};

/** Two tags record the phase of an answer: state for the machine, and text for people. */
const PHASES = { exploring: 'exploring', modelling: 'modelling', fallingBack: 'falling back' };
type Phase = keyof typeof PHASES;

/** Without a point, the ask is handed on. */
const answer = ({ env }: Context, ask: Ask, phase: Phase, reasoned: ProposedPoint | undefined): Propose | Ask =>
  reasoned
    ? propose(ask, env.name, reasoned.point, { ...reasoned.tags, phase: PHASES[phase], ...stateTag(phaseOf(env.name), phase) })
    : ask;

const explore = (context: Context, ask: Ask, phase: Phase) => answer(context, ask, phase, context.core.explore(context.now().core, ask));

function model(context: Context, ask: Ask): Propose | Ask {
  const { core, env, now } = context;
  if (core.handsOn?.(now().core, ask)) return ask;
  const reasoned = core.propose(now().core, ask, rngFor(env.seed, env.name, ask.id, ask.retry));
  return reasoned ? answer(context, ask, reasoned.explored ? 'exploring' : 'modelling', reasoned) : explore(context, ask, 'fallingBack');
}

/** Whether a suggestion says that no model could be fitted: an ask changes nothing, so the suggestion that follows it must record it. */
export const isFallback = ({ name }: Env, { by, tags }: Suggested): boolean =>
  by === name && stateIn(tags, phaseOf(by)) === ('fallingBack' satisfies Phase);

const machine = setup({
  types: {} as { input: Context; context: Context; events: PhaseEvent<SurrogateOutlook> | Ask; emitted: Ask | Decision },
  actors: {
    fit: fromPromise<void, Context>(async ({ input: { core, elsewhere, now } }) => {
      if (elsewhere) await core.longFit?.(now().core)?.(elsewhere);
    }),
  },
  guards: {
    long: ({ context: { core, elsewhere, now } }) => elsewhere !== undefined && core.longFit?.(now().core) !== undefined,
    ready: (_, { ready }: SurrogateOutlook) => ready,
    fellBack: (_, { fellBack }: SurrogateOutlook) => fellBack,
    learned: (_, { fellBack }: SurrogateOutlook) => !fellBack,
  },
  actions: {
    explore: emit(({ context }, ask: Ask) => explore(context, ask, 'exploring')),
    model: emit(({ context }, ask: Ask) => model(context, ask)),
    wait: emit(({ context }, ask: Ask) => wait(ask, context.env.name, 'ready')),
    ready: emit(({ context: { env } }): Ready => ({ type: 'ready', by: env.name })),
    fallBack: emit(({ context }, ask: Ask) => explore(context, ask, 'fallingBack')),
  },
});

/**
 * `exploring`: asks get points that need no model, until there are enough results. `modelling`: asks get what the model proposes. `fallingBack`:
 * no model could be fitted, so asks get points that need none until the next result. `fitting`: a long fit runs in a thread, and asks wait for it;
 * facts are still learned. For TPE, random forests and Gaussian processes.
 */
export const surrogateMachine = machine.createMachine({
  id: 'surrogate',
  context: ({ input }) => input,
  initial: 'exploring',
  states: {
    exploring: {
      on: {
        moved: { guard: { type: 'ready', params: ({ event }) => event }, target: 'modelling' },
        ask: { actions: { type: 'explore', params: ({ event }) => event } },
      },
    },
    modelling: {
      always: { guard: 'long', target: 'fitting' },
      on: {
        moved: { guard: { type: 'fellBack', params: ({ event }) => event }, target: 'fallingBack' },
        ask: { actions: { type: 'model', params: ({ event }) => event } },
      },
    },
    fitting: {
      invoke: { src: 'fit', input: ({ context }) => context, onDone: { target: 'modelling', actions: 'ready' } },
      on: { ask: { actions: { type: 'wait', params: ({ event }) => event } } },
    },
    fallingBack: {
      on: {
        moved: { guard: { type: 'learned', params: ({ event }) => event }, target: 'modelling' },
        ask: { actions: { type: 'fallBack', params: ({ event }) => event } },
      },
    },
  },
});
