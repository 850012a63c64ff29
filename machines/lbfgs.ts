import { assign, emit, setup } from 'xstate';
import { type Ask, type Decision, type Ended, type Env, propose, type Suggested, type Told, wait } from '../src/messages.ts';
import type { Lbfgs, LbfgsState, LbfgsVerdict } from '../src/samplers/lbfgs.ts';

interface Input {
  readonly env: Env;
  readonly core: Lbfgs;
}
interface Context extends Input {
  readonly state: LbfgsState;
}

const machine = setup({
  types: {} as { input: Input; context: Context; events: Told | Ask; emitted: Ask | Decision },
  guards: {
    wants: ({ context: { core, state } }) => core.wants(state),
    is: ({ context }, verdict: LbfgsVerdict) => context.state.verdict === verdict,
  },
  actions: {
    fold: assign(({ context: { core, state } }, fact: Suggested | Ended) => ({ state: core.fold(state, fact) })),
    restart: assign(({ context: { core, state } }) => ({ state: core.restart(state) })),
    probe: assign(({ context: { core, state } }) => ({ state: core.probe(state) })),
    search: assign(({ context: { core, state } }) => ({ state: core.search(state) })),
    propose: emit(({ context: { env, core, state } }, ask: Ask) => {
      const { point, tags } = core.propose(state, ask);
      return propose(ask, env.name, point, tags);
    }),
    wait: emit(({ context }, ask: Ask) => wait(ask, context.env.name)),
  },
});

/** Where the results of a round lead. */
const lost = { guard: { type: 'is', params: 'lost' }, target: 'restarting', actions: 'restart' } as const;
const bare = { guard: { type: 'is', params: 'bare' }, target: 'probing', actions: 'probe' } as const;
const sloped = { guard: { type: 'is', params: 'sloped' }, target: 'searching', actions: 'search' } as const;
const short = { guard: { type: 'is', params: 'short' }, target: 'searching', actions: 'search' } as const;
const still = { guard: { type: 'is', params: 'still' }, target: 'restarting', actions: 'restart' } as const;
const over = { guard: { type: 'is', params: 'over' }, target: 'converged' } as const;

/**
 * L-BFGS-B whose every evaluation is a trial. `starting`: the start is tried. `searching`: a step along the line is; one that is too long is
 * made shorter, one that is kept leads to the next line. `probing`: nobody told the gradient there, so differences find it, all their trials
 * at once. `restarting`: the descent has converged, or got lost, and another one starts elsewhere; after the last one the machine has
 * `converged`. In each of them an ask gets the next trial of the round, or waits for its results.
 */
export const lbfgsMachine = machine.createMachine({
  id: 'lbfgs',
  context: ({ input }) => ({ ...input, state: input.core.begin }),
  on: {
    suggested: { actions: { type: 'fold', params: ({ event }) => event } },
    ended: { actions: { type: 'fold', params: ({ event }) => event } },
    ask: [
      { guard: 'wants', actions: { type: 'propose', params: ({ event }) => event } },
      { actions: { type: 'wait', params: ({ event }) => event } },
    ],
  },
  initial: 'starting',
  states: {
    starting: { always: [sloped, bare, lost, still, over] },
    restarting: { always: [sloped, bare, lost, still, over] },
    probing: { always: [sloped, lost, still, over] },
    searching: { always: [sloped, short, bare, still, over] },
    converged: { type: 'final' },
  },
});
