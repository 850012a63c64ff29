import { assign, emit, setup } from 'xstate';
import type { Ask, Decision, Propose, StrategyEvent, Wait } from '../src/messages.ts';

/** When a strategy hands over, as a fold over facts. */
export interface Deadline<S> {
  readonly start: S;
  /** The next state. It must not change the last one. */
  tell(state: S, told: StrategyEvent): S;
  passed(state: S): boolean;
}

interface Input {
  readonly deadline: Deadline<unknown>;
  /** Asks the strategy that answers until then. */
  readonly inner: (ask: Ask) => Ask | Propose | Wait;
  /** Called at the hand-over. */
  readonly released?: (() => void) | undefined;
}
interface Context extends Input {
  readonly state: unknown;
}

const machine = setup({
  types: {} as { input: Input; context: Context; events: StrategyEvent | Ask; emitted: Ask | Decision },
  guards: { passed: ({ context: { deadline, state } }) => deadline.passed(state) },
  actions: {
    fold: assign(({ context: { deadline, state } }, told: StrategyEvent) => ({ state: deadline.tell(state, told) })),
    answer: emit(({ context: { inner } }, ask: Ask) => inner(ask)),
    release: ({ context: { released } }) => released?.(),
  },
});

/** A strategy answers asks for a while (`answering`), and hands them on for good afterwards (`handedOver`). */
export const handOverMachine = machine.createMachine({
  id: 'handOver',
  context: ({ input }) => ({ ...input, state: input.deadline.start }),
  initial: 'answering',
  states: {
    answering: {
      always: { guard: 'passed', target: 'handedOver' },
      on: {
        suggested: { actions: { type: 'fold', params: ({ event }) => event } },
        reported: { actions: { type: 'fold', params: ({ event }) => event } },
        ended: { actions: { type: 'fold', params: ({ event }) => event } },
        ask: { actions: { type: 'answer', params: ({ event }) => event } },
      },
    },
    handedOver: { type: 'final', entry: 'release' },
  },
});
