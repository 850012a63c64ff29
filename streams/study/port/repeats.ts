import type { Fact } from '../../../src/facts/facts.ts';
import type { Refusal } from '../../../src/facts/refusal.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { RefusedError } from '../../../src/study/commands.ts';
import { type Decided, type Intent, intents } from '../../../src/study/intents.ts';
import { type Origin, requestOf } from '../../engine/submit.ts';

/** How many requests are remembered. */
const REMEMBERED = 10_000;

/** A fact in the log, and its position. */
interface StoredFact {
  readonly position: number;
  readonly fact: Fact;
}

/** What a request asks for: the fields that its fact has unchanged. A repeated request must have the same ones. */
type Wanted = Pick<Fact, 'type'> & Readonly<Record<string, unknown>>;

/** The fields of an intent that its fact has unchanged. The others become limits or another fact, or get defaults. */
export function wantedOf(intent: Intent) {
  if (intent.type === 'enqueue') return { type: intents.enqueue.fact, params: intent.params, rest: intent.rest, for: intent.for };
  if (intent.type !== 'change') return { ...intent, type: intents[intent.type].fact };
  const { limits, more, strategy: _, ...fields } = intent;
  return { ...fields, limits: more === undefined ? limits : undefined, type: intents.change.fact };
}

interface Outcome {
  readonly position: number;
  readonly fact: unknown;
  readonly refusal?: Refusal;
}

/**
 * Recognises a request that is repeated because its answer was lost. The name of the request is part of its fact, so it is recognised after a restart
 * too. The last ten thousand are remembered.
 */
export class Repeats {
  readonly #done = new Map<string, Outcome>();
  /** The names of what is remembered, in a ring: to ask a map for its oldest key takes the longer, the more keys were deleted before it. */
  readonly #keys: string[] = [];
  #next = 0;
  readonly #isOwn: (request: string) => boolean;
  readonly #underWay = new Map<string, Promise<Outcome>>();

  /** @param isOwn whether this process named a request, so that it is not repeated. */
  constructor(isOwn: (request: string) => boolean) {
    this.#isOwn = isOwn;
  }

  /** Takes every entry that the study applies. */
  apply({ fact, position, author, refusal }: AppliedEntry): void {
    const request = requestOf(fact);
    if (request === undefined || this.#isOwn(request)) return;
    const key = keyOf({ author, user: (fact as Partial<Decided>).user, request });
    if (this.#done.has(key)) return;
    this.#done.set(key, refusal ? { position, fact, refusal } : { position, fact });
    const oldest = this.#keys[this.#next];
    if (oldest !== undefined) this.#done.delete(oldest);
    this.#keys[this.#next] = key;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** Carries out a request, or repeats the answer if the same was requested under the same name. @throws RefusedError; what `act` throws. */
  once<S extends StoredFact>(origin: Origin, wanted: Wanted, act: () => Promise<S>): Promise<S> {
    if (origin.request === undefined) return act();
    const key = keyOf(origin);
    const done = this.#done.get(key);
    if (done) return answerAgain<S>(done, wanted);
    const known = this.#underWay.get(key);
    if (known) return known.then((stored) => answerAgain<S>(stored, wanted));
    const answer = act().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, answer);
    return answer;
  }
}

const keyOf = ({ author = '', user = '', request }: Origin): string => `${author}\n${user}\n${request}`;

/** The answer to a request that has been answered before. The type of its fact is the one that is wanted. */
async function answerAgain<S extends StoredFact>(outcome: Outcome, wanted: Wanted): Promise<S> {
  const known = outcome.fact as Wanted;
  const isStopped = wanted.type === 'completed' && known.type === 'stopped'; // it was told after a stop
  for (const [name, value] of Object.entries(isStopped ? { run: wanted.run } : wanted))
    if (value !== undefined && JSON.stringify(known[name]) !== JSON.stringify(value))
      throw new RefusedError({
        code: 'request-reused',
        message: `this Idempotency-Key was used for another request (${known.type}); expected a new key for this one (${wanted.type})`,
      });
  if (outcome.refusal) throw new RefusedError(outcome.refusal);
  return { position: outcome.position, fact: outcome.fact } as S;
}
