import { emit, setup } from 'xstate';
import type { Answer, Ask, Decision, PhaseEvent } from '../src/messages.ts';

interface Input {
  /** Asks the strategy that answers until then. */
  readonly inner: (ask: Ask) => Answer;
  /** Called at the hand-over. */
  readonly released?: (() => void) | undefined;
}

const machine = setup({
  types: {} as { input: Input; context: Input; events: PhaseEvent<{ readonly passed: boolean }> | Ask; emitted: Ask | Decision },
  guards: { passed: (_, { passed }: { readonly passed: boolean }) => passed },
  actions: {
    answer: emit(({ context: { inner } }, ask: Ask) => inner(ask)),
    release: ({ context: { released } }) => released?.(),
  },
});

/** A strategy answers asks for a while (`answering`), and hands them on for good afterwards (`handedOver`). */
export const handOverMachine = machine.createMachine({
  id: 'handOver',
  context: ({ input }) => input,
  initial: 'answering',
  states: {
    answering: {
      on: {
        moved: { guard: { type: 'passed', params: ({ event }) => event }, target: 'handedOver' },
        ask: { actions: { type: 'answer', params: ({ event }) => event } },
      },
    },
    handedOver: { type: 'final', entry: 'release' },
  },
});
