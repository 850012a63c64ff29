import type { Entry } from '../entry.ts';
import type {
  Cancelled,
  Changed,
  Closed,
  CloseReason,
  Created,
  Enqueued,
  Fact,
  Limits,
  Params,
  SuggestedFact,
  TrialEvent,
} from '../facts/facts.ts';
import { isRefusal, parseFact } from '../facts/parse.ts';
import type { TrialId } from '../messages.ts';
import { rngFor } from '../numeric/random.ts';
import type { Space } from '../space/space.ts';
import { type Demand, type Effect, noted, refused } from './effect.ts';
import type { Best } from './ranking.ts';
import { changedBy, type Settings, settingsOf } from './settings.ts';
import type { OpenTrial, Status } from './trial.ts';
import { Trials } from './trials.ts';

/** Bytes that a trainer's fact may be long under rules 1. From rules 2 on, what a stream takes is not too long. */
export const LONGEST_FACT = 16 * 1024;

/**
 * The border between what is written and what strategies see: a fold over the entries of a log. It alone decides what counts, knows the
 * open trials, and turns names, units and directions into points and losses. Nothing in it is a decision.
 */
export class Ledger<P> {
  readonly #space: Space<P>;
  readonly #trials: Trials<P>;
  readonly #queue = new Map<number, Params>();
  #settings: Settings | undefined;
  #created: Created | undefined;
  #position = 0;
  /** Position of the last entry that changed or closed the study. */
  #switched = 0;
  #closed: CloseReason | undefined;
  #metric: string | undefined;

  /** @param retracted trials whose results are known to be wrong, though the fold has not come to where that was said. */
  constructor(space: Space<P>, retracted: ReadonlySet<TrialId> = new Set()) {
    this.#space = space;
    this.#trials = new Trials(space, retracted);
  }

  /** Takes the next entry in. */
  fold(entry: Entry): Effect {
    this.#position = entry.position;
    if (entry.refusal) return { type: 'refused', refusal: entry.refusal };
    const fact = parseFact(entry.fact);
    if (isRefusal(fact)) return { type: 'refused', refusal: fact };
    if (fact.type === 'created') return this.#create(fact);
    if (this.#settings === undefined) return refused('out-of-place', `a log begins with created, not ${fact.type}`);
    if (entry.bytes !== undefined && this.#settings.rules < 2)
      return refused('too-large', `a fact must be at most ${LONGEST_FACT} bytes long, not ${entry.bytes}`);
    return this.#apply(fact, entry);
  }

  #apply(fact: Exclude<Fact, Created>, { position, author }: Entry): Effect {
    switch (fact.type) {
      case 'suggested':
        return this.#suggest(fact);
      case 'enqueued':
        return this.#enqueue(fact, position);
      case 'retracted':
        return this.#trials.retract(fact.trial);
      case 'changed':
        return this.#change(fact, position);
      case 'closed':
        return this.#close(fact, position);
      default:
        return this.#hear(fact, author);
    }
  }

  #hear(fact: TrialEvent | Cancelled, author: string | undefined): Effect {
    const effect = this.#trials.hear(fact, author);
    if (effect.type !== 'refused' && 'metric' in fact && fact.metric !== undefined) this.#metric = fact.metric;
    return effect;
  }

  #create(fact: Created): Effect {
    if (JSON.stringify(fact) === JSON.stringify(this.#created)) return noted; // it may stand twice, so that no damage can take it away
    if (this.#settings) return refused('out-of-place', 'created stands once, at the beginning of a log');
    this.#settings = settingsOf(fact);
    this.#trials.govern(this.#settings);
    this.#created = fact;
    return noted;
  }

  #suggest(fact: SuggestedFact): Effect {
    const effect = this.#trials.suggest(fact, this.#switched);
    if (fact.queue !== undefined && effect.type === 'told') this.#queue.delete(fact.queue);
    return effect;
  }

  #enqueue({ params }: Enqueued, position: number): Effect {
    try {
      this.#queue.set(position, this.#space.complete(params, rngFor(this.settings.seed, 'queue', position)) as Params);
      return noted;
    } catch (error) {
      return refused('bad-field', (error as Error).message);
    }
  }

  #change(fact: Changed, position: number): Effect {
    this.#settings = changedBy(this.settings, fact);
    this.#switched = position;
    this.#closed = undefined;
    this.#trials.govern(this.#settings);
    return fact.strategy === undefined ? noted : { type: 'switched' };
  }

  #close({ reason }: Closed, position: number): Effect {
    this.#closed = reason;
    this.#switched = position;
    return { type: 'closed' };
  }

  /** What should happen next; nothing while it is closed, paused or full. */
  demand(): Demand {
    if (this.#settings === undefined || this.#closed !== undefined) return { type: 'nothing' };
    const { open, configurations, budgeted, goodEnough, cost, plateau } = this.#trials;
    if (goodEnough) return { type: 'close', reason: 'target' };
    const { paused, parallel, limits } = this.#settings;
    if (paused) return { type: 'nothing' };
    const { due, running } = open;
    if (due) return { type: 'retry', trial: due };
    const fresh = configurations < (limits.trials ?? Number.POSITIVE_INFINITY);
    const enough = !fresh && !budgeted ? 'trials' : spent(limits, cost, plateau);
    if (enough) return running === 0 ? { type: 'close', reason: enough } : { type: 'nothing' };
    if (running >= parallel) return { type: 'nothing' };
    const [queued] = this.#queue;
    if (queued && fresh) return { type: 'queue', position: queued[0], params: queued[1] };
    return { type: 'ask', fresh };
  }

  get settings(): Settings {
    return this.#settings!;
  }
  get created(): Created | undefined {
    return this.#created;
  }
  /** Position of the last entry folded. */
  get position(): number {
    return this.#position;
  }
  get nextTrial(): TrialId {
    return this.#trials.next;
  }
  /** How many trials are open, imports not counted. */
  get running(): number {
    return this.#trials.open.running;
  }
  /** How many of the running trials wait for their next attempt. */
  get awaiting(): number {
    return this.#trials.open.awaiting;
  }
  get configurations(): number {
    return this.#trials.configurations;
  }
  /** What trials have cost that have ended, in steps. */
  get cost(): number {
    return this.#trials.cost;
  }
  get space(): Space<P> {
    return this.#space;
  }
  get closed(): CloseReason | undefined {
    return this.#closed;
  }
  get best(): Best | undefined {
    return this.#trials.best;
  }
  get open(): ReadonlyMap<TrialId, OpenTrial> {
    return this.#trials.open.byId;
  }
  /** The name under which programs print the value, as the last result or report says that had to find it out. */
  get metric(): string | undefined {
    return this.#metric;
  }
  /** Why parameters are none of this space; nothing if they are. */
  unfit(params: Params): string | undefined {
    const point = this.#trials.encode(params);
    return typeof point === 'string' ? point : undefined;
  }
  /** How a trial ended; nothing while it is open. */
  status(id: TrialId): Status | undefined {
    return this.#trials.status(id);
  }
  /** What a trial left for others to go on from. */
  checkpoint(id: TrialId): string | undefined {
    return this.#trials.checkpoint(id);
  }
}

/** Why no new trial may begin; a result of one that runs may yet end a plateau. */
function spent(limits: Limits, cost: number, plateau: number): 'cost' | 'plateau' | undefined {
  if (cost >= (limits.cost ?? Number.POSITIVE_INFINITY)) return 'cost';
  return plateau >= (limits.plateau ?? Number.POSITIVE_INFINITY) ? 'plateau' : undefined;
}
