import { assign, emit, setup } from 'xstate';
import { type Ask, type Decision, type Env, type Propose, propose, type StrategyEvent, wait } from '../src/messages.ts';
import type { Evolution } from '../src/samplers/evolution/evolution.ts';

interface Input {
  readonly env: Env;
  readonly core: Evolution<unknown>;
}
interface Context extends Input {
  readonly state: unknown;
}

function answer({ env, core, state }: Context, ask: Ask): Propose {
  const { point, tags } = core.breed(state, ask);
  return propose(ask, env.name, point, tags);
}

const machine = setup({
  types: {} as { input: Input; context: Context; events: StrategyEvent | Ask; emitted: Ask | Decision },
  guards: {
    full: ({ context }) => context.core.full(context.state),
    settled: ({ context }) => context.core.settled(context.state),
    over: ({ context }) => context.core.over(context.state),
  },
  actions: {
    fold: assign(({ context }, fact: StrategyEvent) => ({ state: context.core.fold(context.state, fact) })),
    advance: assign(({ context }) => ({ state: context.core.advance(context.state) })),
    breed: emit(({ context }, ask: Ask) => answer(context, ask)),
    wait: emit(({ context }, ask: Ask) => wait(ask, context.env.name)),
  },
});

/**
 * A strategy that learns from generations of trials: `breeding` one until it is full, `settling` until all its trials have ended, `breeding`
 * the next; after the last it is `spent`. Where generations flow into each other none is ever full, and nobody waits.
 */
export const evolutionMachine = machine.createMachine({
  id: 'evolution',
  context: ({ input }) => ({ ...input, state: input.core.start }),
  on: {
    suggested: { actions: { type: 'fold', params: ({ event }) => event } },
    reported: { actions: { type: 'fold', params: ({ event }) => event } },
    ended: { actions: { type: 'fold', params: ({ event }) => event } },
  },
  initial: 'breeding',
  states: {
    breeding: {
      always: [
        { guard: 'over', target: 'spent' },
        { guard: 'full', target: 'settling' },
      ],
      on: { ask: { actions: { type: 'breed', params: ({ event }) => event } } },
    },
    settling: {
      always: { guard: 'settled', target: 'breeding', actions: 'advance' },
      on: { ask: { actions: { type: 'wait', params: ({ event }) => event } } },
    },
    spent: { type: 'final' },
  },
});
