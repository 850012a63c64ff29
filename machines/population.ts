import { assign, emit, setup } from 'xstate';
import {
  type Ask,
  type Decision,
  type Ended,
  type Env,
  type Propose,
  propose,
  type StrategyEvent,
  type Suggested,
  stateTag,
  wait,
} from '../src/messages.ts';
import type { PopulationState, PopulationTraining, Training } from '../src/schedulers/population.ts';

interface Input {
  readonly env: Env;
  readonly core: PopulationTraining;
}
interface Context extends Input {
  readonly state: PopulationState;
}

function trained({ env }: Context, ask: Ask, { member, point, budget, resumes }: Training): Propose {
  const proposal = { ...propose(ask, env.name, point, stateTag(env.name, member)), budget };
  return resumes === undefined ? proposal : { ...proposal, resumes };
}

function train(context: Context, ask: Ask): Decision {
  const training = context.core.train(context.state, ask);
  return training ? trained(context, ask, training) : wait(ask, context.env.name);
}

const machine = setup({
  types: {} as { input: Input; context: Context; events: StrategyEvent | Ask; emitted: Ask | Decision },
  guards: {
    founded: ({ context: { core, state } }) => core.founded(state),
    over: ({ context: { core, state } }) => core.over(state),
  },
  actions: {
    fold: assign(({ context: { core, state } }, fact: Suggested | Ended) => ({ state: core.fold(state, fact) })),
    found: emit(({ context }, ask: Ask) => trained(context, ask, context.core.found(context.state, ask))),
    train: emit(({ context }, ask: Ask) => train(context, ask)),
  },
});

/**
 * `founding`: asks begin new members. `training`: asks continue the member that is furthest behind, perhaps from the checkpoint of a better one.
 * `done`: all members have reached their full budget.
 */
export const populationMachine = machine.createMachine({
  id: 'population',
  context: ({ input }) => ({ ...input, state: input.core.start }),
  on: {
    suggested: { actions: { type: 'fold', params: ({ event }) => event } },
    ended: { actions: { type: 'fold', params: ({ event }) => event } },
  },
  initial: 'founding',
  states: {
    founding: {
      always: { guard: 'founded', target: 'training' },
      on: { ask: { actions: { type: 'found', params: ({ event }) => event } } },
    },
    training: {
      always: { guard: 'over', target: 'done' },
      on: { ask: { actions: { type: 'train', params: ({ event }) => event } } },
    },
    done: { type: 'final' },
  },
});
