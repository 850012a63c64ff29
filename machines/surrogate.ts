import { assign, emit, fromPromise, setup } from 'xstate';
import {
  type Ask,
  type Decision,
  type Ended,
  type Env,
  type Propose,
  phaseOf,
  propose,
  type Ready,
  type Reported,
  type StrategyEvent,
  type Suggested,
  stateIn,
  stateTag,
  wait,
} from '../src/messages.ts';
import { rngFor } from '../src/numeric/random.ts';
import type { ProposedPoint } from '../src/samplers/sequence.ts';
import type { LongFit, Surrogate } from '../src/samplers/surrogate.ts';

interface Input {
  readonly env: Env;
  readonly core: Surrogate<unknown>;
  /** Runs long fits in a thread. If absent, models are fitted when they are needed. */
  readonly elsewhere?: (tasks: LongFit['tasks']) => Promise<Parameters<LongFit['apply']>[0]>;
}
interface Context extends Input {
  readonly state: unknown;
}

/** Two tags record the phase of an answer: state for the machine, and text for people. */
const PHASES = { exploring: 'exploring', modelling: 'modelling', fallingBack: 'falling back' };
type Phase = keyof typeof PHASES;

/** Without a point, the ask is handed on. */
const answer = ({ env }: Context, ask: Ask, phase: Phase, reasoned: ProposedPoint | undefined): Propose | Ask =>
  reasoned
    ? propose(ask, env.name, reasoned.point, { ...reasoned.tags, phase: PHASES[phase], ...stateTag(phaseOf(env.name), phase) })
    : ask;

const explore = (context: Context, ask: Ask, phase: Phase) => answer(context, ask, phase, context.core.explore(context.state, ask));

function model(context: Context, ask: Ask): Propose | Ask {
  const { core, env, state } = context;
  const reasoned = core.propose(state, ask, rngFor(env.seed, env.name, ask.id, ask.retry));
  return reasoned ? answer(context, ask, reasoned.explored ? 'exploring' : 'modelling', reasoned) : explore(context, ask, 'fallingBack');
}

const machine = setup({
  types: {} as { input: Input; context: Context; events: StrategyEvent | Ask; emitted: Ask | Decision },
  actors: {
    fit: fromPromise<void, Context>(async ({ input: { core, elsewhere, state } }) => {
      const long = core.longFit?.(state);
      if (long && elsewhere) long.apply(await elsewhere(long.tasks));
    }),
  },
  guards: {
    long: ({ context: { core, elsewhere, state } }) => elsewhere !== undefined && core.longFit?.(state) !== undefined,
    ready: ({ context: { core, state } }) => core.ready(state),
    /** An ask changes nothing, so the suggestion that follows it must record that the fit failed. */
    fellBack: ({ context }, { by, tags }: Suggested) =>
      by === context.env.name && stateIn(tags, phaseOf(by)) === ('fallingBack' satisfies Phase),
  },
  actions: {
    expect: assign(({ context: { core, state } }, fact: Suggested) => ({ state: core.expect(state, fact) })),
    report: assign(({ context: { core, state } }, fact: Reported) => ({ state: core.report(state, fact) })),
    learn: assign(({ context: { core, state } }, fact: Ended) => ({ state: core.learn(state, fact) })),
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
  context: ({ input }) => ({ ...input, state: input.core.start }),
  on: {
    suggested: { actions: { type: 'expect', params: ({ event }) => event } },
    reported: { actions: { type: 'report', params: ({ event }) => event } },
    ended: { actions: { type: 'learn', params: ({ event }) => event } },
  },
  initial: 'exploring',
  states: {
    exploring: {
      always: { guard: 'ready', target: 'modelling' },
      on: { ask: { actions: { type: 'explore', params: ({ event }) => event } } },
    },
    modelling: {
      always: { guard: 'long', target: 'fitting' },
      on: {
        ask: { actions: { type: 'model', params: ({ event }) => event } },
        suggested: [
          {
            guard: { type: 'fellBack', params: ({ event }) => event },
            target: 'fallingBack',
            actions: { type: 'expect', params: ({ event }) => event },
          },
          { actions: { type: 'expect', params: ({ event }) => event } },
        ],
      },
    },
    fitting: {
      invoke: { src: 'fit', input: ({ context }) => context, onDone: { target: 'modelling', actions: 'ready' } },
      on: { ask: { actions: { type: 'wait', params: ({ event }) => event } } },
    },
    fallingBack: {
      on: {
        ask: { actions: { type: 'fallBack', params: ({ event }) => event } },
        ended: { target: 'modelling', actions: { type: 'learn', params: ({ event }) => event } },
      },
    },
  },
});
