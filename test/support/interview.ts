import { Subject } from 'rxjs';
import type { Domain } from '../../src/space/axis.ts';
import { type Env, rngOfAsk } from '../../src/strategy/env.ts';
import type { Ask, Ended, Message, Propose, StrategyEvent, Suggested } from '../../src/strategy/messages.ts';
import type { Strategy } from '../../streams/kernel/strategy.ts';

/** The environment at the root of a study. */
export const rootEnv = (domain: Domain, rest: Partial<Env> = {}): Env => ({
  axes: domain.axes,
  snap: domain.snap,
  feasible: domain.feasible,
  seed: 'seed',
  name: '',
  objectives: ['loss'],
  parallel: 4,
  rng: rngOfAsk,
  ...rest,
});

/** Subscribes to a strategy, so that a test can tell it facts and ask it. */
export function interview(strategy: Strategy, env: Env) {
  const source = new Subject<Message>();
  const heard: Message[] = [];
  let failure: unknown;
  const subscription = source.pipe(strategy(env)).subscribe({
    next: (m) => heard.push(m),
    error: (error) => {
      failure = error;
    },
  });
  const put = (m: Message): Message[] => {
    const before = heard.length;
    source.next(m);
    if (failure !== undefined) throw failure;
    return heard.slice(before);
  };
  return {
    source,
    subscription,
    heard,
    /** Sends a message. @returns the answers of the strategy. */
    put,
    tell: (...facts: readonly StrategyEvent[]): void => {
      for (const fact of facts) put(fact);
    },
    /** Asks. @throws Error unless there is exactly one reply. */
    ask: (id: number, retry?: number): Message => {
      const ask: Ask = retry === undefined ? { type: 'ask', id } : { type: 'ask', id, retry };
      const [reply, ...others] = put(ask);
      if (!reply || others.length > 0) throw new Error(`expected one reply to ask ${id}, got ${1 + others.length}`);
      return reply;
    },
  };
}

/** A reply as a proposal. @throws Error if it is none. */
export const proposal = (reply: Message): Propose => {
  if (reply.type !== 'propose') throw new Error(`expected a proposal, got ${reply.type}`);
  return reply;
};

/** The fact that a proposal becomes. */
export const suggestedFrom = ({ retry: _, ...proposal }: Propose): Suggested => ({ ...proposal, type: 'suggested' });

export const completed = (suggested: Suggested, loss: number): Ended => ({
  ...suggested,
  type: 'ended',
  outcome: 'completed',
  losses: [loss],
});

export const failed = (suggested: Suggested): Ended => ({ ...suggested, type: 'ended', outcome: 'failed', reason: 'error' });

/** Asks until the strategy passes an ask on, or `limit` trials are suggested. No trial ends. */
export function drain(strategy: Strategy, env: Env, limit: number): Suggested[] {
  const { ask, tell } = interview(strategy, env);
  const facts: Suggested[] = [];
  while (facts.length < limit) {
    const reply = ask(facts.length + 1);
    if (reply.type !== 'propose') break;
    const fact = suggestedFrom(reply);
    tell(fact);
    facts.push(fact);
  }
  return facts;
}
