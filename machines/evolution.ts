import { assign, setup } from 'xstate';
import { type Answer, type Ask, type Decision, type Env, type Propose, propose, type StrategyEvent, wait } from '../src/messages.ts';
import type { Evolution } from '../src/samplers/evolution/evolution.ts';
import type { ProposedPoint } from '../src/samplers/sequence.ts';

interface Input {
  readonly env: Env;
  readonly core: Evolution<unknown>;
}
interface Context extends Input {
  readonly state: unknown;
}

const proposed = ({ env }: Context, ask: Ask, { point, tags }: ProposedPoint): Propose => propose(ask, env.name, point, tags);

/** The answer to an ask in a phase. */
type AnswerInPhase = (context: Context, ask: Ask) => Answer;

const found: AnswerInPhase = (context, ask) => proposed(context, ask, context.core.found(context.state, ask));
const breed: AnswerInPhase = (context, ask) => proposed(context, ask, context.core.breed(context.state, ask));
const settle: AnswerInPhase = ({ env }, ask) => wait(ask, env.name);

const machine = setup({
  types: {} as {
    input: Input;
    context: Context;
    events: StrategyEvent | Ask;
    emitted: Ask | Decision;
    meta: { readonly answer: AnswerInPhase };
  },
  guards: {
    founded: ({ context: { core, state } }) => core.founded(state),
    /** The search has converged and starts again. */
    restarted: ({ context: { core, state } }) => !core.founded(state),
    full: ({ context: { core, state } }) => core.barrier?.full(state) ?? false,
    settled: ({ context: { core, state } }) => core.barrier?.settled(state) ?? true,
    over: ({ context: { core, state } }) => core.over(state),
  },
  actions: {
    fold: assign(({ context: { core, state } }, fact: StrategyEvent) => ({ state: core.fold(state, fact) })),
    advance: assign(({ context: { core, state } }) => ({ state: core.barrier?.advance(state) ?? state })),
  },
});

/**
 * An evolutionary strategy. `founding`: asks get members of the first population, which depend on no result. `breeding`: asks get children of the
 * population. `restarting`: the search has converged, and asks get the first members of the next search. `settling`: the generation is complete, and
 * asks wait until all its trials have ended; steady-state strategies never enter this phase. `spent`: the last trial has been suggested.
 */
export const evolutionMachine = machine.createMachine({
  id: 'evolution',
  context: ({ input }) => ({ ...input, state: input.core.start }),
  on: {
    suggested: { actions: { type: 'fold', params: ({ event }) => event } },
    reported: { actions: { type: 'fold', params: ({ event }) => event } },
    ended: { actions: { type: 'fold', params: ({ event }) => event } },
  },
  initial: 'founding',
  states: {
    founding: {
      always: [
        { guard: 'over', target: 'spent' },
        { guard: 'full', target: 'settling' },
        { guard: 'founded', target: 'breeding' },
      ],
      meta: { answer: found },
    },
    breeding: {
      always: [
        { guard: 'over', target: 'spent' },
        { guard: 'full', target: 'settling' },
        { guard: 'restarted', target: 'restarting' },
      ],
      meta: { answer: breed },
    },
    restarting: {
      always: { guard: 'founded', target: 'breeding' },
      meta: { answer: found },
    },
    settling: {
      always: { guard: 'settled', target: 'breeding', actions: 'advance' },
      meta: { answer: settle },
    },
    spent: { type: 'final' },
  },
});
