import { assign, setup } from 'xstate';
import { type Ask, type Decision, type Env, type Propose, propose, type Suggested } from '../src/messages.ts';
import type { Sequence } from '../src/samplers/sequence.ts';

interface Input {
  readonly env: Env;
  readonly core: Sequence<unknown>;
}
interface Context extends Input {
  readonly state: unknown;
}

/** The answer to an ask: the next point, or the ask itself if every point that is left was rejected. */
function answer({ env, core, state }: Context, ask: Ask): Propose | Ask {
  const drawn = core.propose(state, ask);
  return drawn ? propose(ask, env.name, drawn.point, drawn.tags) : ask;
}

const machine = setup({
  types: {} as {
    input: Input;
    context: Context;
    events: Suggested | Ask;
    emitted: Ask | Decision;
    meta: { readonly answer: typeof answer };
  },
  guards: {
    spent: ({ context }) => context.core.exhausted(context.state),
  },
  actions: {
    fold: assign(({ context }, fact: Suggested) => ({ state: context.core.fold(context.state, fact) })),
  },
});

/**
 * Draws points that depend on no result, until there are none left: random, grid, Sobol, Halton, Latin hypercube. It takes the suggestions that advance
 * its sequence.
 */
export const sequenceMachine = machine.createMachine({
  id: 'sequence',
  context: ({ input }) => ({ ...input, state: input.core.start }),
  initial: 'drawing',
  states: {
    drawing: {
      meta: { answer },
      always: { guard: 'spent', target: 'spent' },
      on: { suggested: { actions: { type: 'fold', params: ({ event }) => event } } },
    },
    spent: { type: 'final' },
  },
});
