import { assign, emit, setup } from 'xstate';
import { emptyInbox, type Inbox, updateInbox } from '../src/ledger/inbox.ts';
import {
  type Ask,
  type Decision,
  type Env,
  type ProposerEvent,
  propose,
  type StrategyEvent,
  type Suggested,
  wait,
} from '../src/messages.ts';
import { omitUndefined } from '../src/schema/omitUndefined.ts';

interface Input {
  readonly env: Env;
  readonly proposer: string;
  /** Seconds to wait for a proposal. */
  readonly seconds: number;
}
interface Context extends Input {
  readonly inbox: Inbox;
}

const waitFor = ({ env, proposer, seconds }: Context, ask: Ask): Decision => ({ ...wait(ask, env.name, 'proposal'), proposer, seconds });

/** The oldest proposal; after a rejected one, the next. If all are rejected, none is left. */
function answer(context: Context, ask: Ask): Ask | Decision {
  const { env, inbox, seconds } = context;
  const next = inbox.proposals[ask.retry ?? 0];
  if (!next) return inbox.isAbsent || seconds === 0 ? ask : waitFor(context, ask);
  const { point, proposal, note } = next;
  return { ...propose(ask, env.name, point, omitUndefined({ note })), proposal };
}

const machine = setup({
  types: {} as { input: Input; context: Context; events: StrategyEvent | ProposerEvent | Ask; emitted: Ask | Decision },
  guards: {
    hasProposal: ({ context: { inbox } }) => inbox.proposals.length > 0,
    isEmpty: ({ context: { inbox } }) => inbox.proposals.length === 0,
    isAbsent: ({ context: { inbox, seconds } }) => inbox.isAbsent || seconds === 0,
  },
  actions: {
    fold: assign(({ context: { inbox, proposer } }, told: Suggested | ProposerEvent) => ({ inbox: updateInbox(inbox, proposer, told) })),
    propose: emit(({ context }, ask: Ask) => answer(context, ask)),
    wait: emit(({ context }, ask: Ask) => waitFor(context, ask)),
    handOn: emit((_, ask: Ask) => ask),
  },
});

/** The event, as parameters of an action. */
const params = <E>({ event }: { readonly event: E }): E => event;

/**
 * An external proposer. Its proposals answer asks while there are any (`proposing`); otherwise asks wait for one (`awaiting`) until the proposer has
 * taken too long. Then it is `absent`, and asks are handed on, until it proposes again.
 */
export const externalMachine = machine.createMachine({
  id: 'external',
  context: ({ input }) => ({ ...input, inbox: emptyInbox }),
  initial: 'awaiting',
  on: {
    suggested: { actions: { type: 'fold', params } },
    proposed: { actions: { type: 'fold', params } },
    expired: { actions: { type: 'fold', params } },
  },
  states: {
    awaiting: {
      always: [
        { guard: 'hasProposal', target: 'proposing' },
        { guard: 'isAbsent', target: 'absent' },
      ],
      on: { ask: { actions: { type: 'wait', params } } },
    },
    proposing: {
      always: { guard: 'isEmpty', target: 'awaiting' },
      on: { ask: { actions: { type: 'propose', params } } },
    },
    absent: {
      always: { guard: 'hasProposal', target: 'proposing' },
      on: { ask: { actions: { type: 'handOn', params } } },
    },
  },
});
