import { StalledError, StrategyError } from '../../src/errors.ts';
import type { Entry } from '../../src/facts/entry.ts';
import type { Changed, Closed, Instructed, Limits, SuggestedFact } from '../../src/facts/facts.ts';
import { DECISIONS } from '../../src/facts/versions.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Queued } from '../../src/ledger/queue.ts';
import { closedFact } from '../../src/ledger/ranking.ts';
import type { OpenTrial } from '../../src/ledger/trial.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { draw, type Point } from '../../src/space/axis.ts';
import { type Fixed, restrictedTo } from '../../src/space/fixed.ts';
import type { Space } from '../../src/space/space.ts';
import type { Env, Watch } from '../../src/strategy/env.ts';
import type { Answer, Ask, Propose, Stop, TrialId, Wait } from '../../src/strategy/messages.ts';
import { checkAnswer, hasFinitePoint } from '../kernel/answers.ts';
import { runStrategy } from '../kernel/inner.ts';
import type { ParseStrategy, Strategy } from '../kernel/strategy.ts';
import { readUpTo } from '../log/past.ts';
import { startingWith } from '../operators/startingWith.ts';
import { rootEnv } from '../spec/envOf.ts';
import { type Amendments, amend, amends, noAmendments } from './amendments.ts';
import { askWithin } from './askWithin.ts';
import { createDuplicates, type Duplicates } from './duplicates.ts';

export interface DeciderOptions<P> {
  readonly space: Space<P>;
  /** The strategy that the study began with. Default: that of the log. */
  readonly strategy?: Strategy | undefined;
  /** Makes the strategies that the log names. */
  readonly parseStrategy: ParseStrategy;
  /** Reads the log from its beginning, at least up to the last entry that was folded. */
  readonly past: () => AsyncIterable<readonly Entry[]>;
  readonly watch?: Watch;
  /** The XState actor of the study, if it has one. */
  readonly actor?: unknown;
  /** Called when a strategy that waited for a model is ready: decide again. */
  readonly ready?: () => void;
}

/** What an engine decides. */
export type DecidedFact<P> = SuggestedFact<P> | Instructed | Changed | Closed;

/** What the study does next: append a fact, or wait for the next fact, for a model, or for an external proposer for some seconds. */
export type Next<P> =
  | { readonly type: 'append'; readonly fact: DecidedFact<P> }
  | { readonly type: 'wait'; readonly until?: 'ready' }
  | { readonly type: 'wait'; readonly until: 'proposal'; readonly proposer: string; readonly seconds: number };

/** How many points are drawn, at most, to find one that satisfies all constraints. */
const DRAWS = 1000;

const nothing = { type: 'wait' } as const;

const waitFor = <P>({ by, proposer = by, seconds = 0 }: Wait): Next<P> => ({ type: 'wait', until: 'proposal', proposer, seconds });

/**
 * A ledger with a pipe of strategies behind it: entries in, the next fact out. Only `fold` changes it. `decide` is a function of the entries
 * that were folded: call it at any time and as often as you like. The engine, `verify` and the dashboard fold a log through it.
 *
 * An entry may amend the past: it retracts a result or switches the strategy. Strategies must then read the log again, with the amendment in effect
 * from the beginning: `again` makes the decider that has done so. Until then, only the ledger takes entries.
 */
export class Decider<P> {
  readonly ledger: Ledger<P>;
  /** Trials that a strategy wants stopped and that have not ended. */
  readonly stops = new Map<TrialId, Stop>();
  readonly #options: DeciderOptions<P>;
  /** What strategies know of later entries, and what the entries since then amend. */
  readonly #amendments: Amendments;
  #amended: Amendments;
  #wake = () => {};
  #duplicates: Duplicates | undefined;
  #strategy: ReturnType<typeof runStrategy> | undefined;
  /** The limits that the strategy knows, and whether it has received a fact of a trial. */
  #begunWith: Limits | undefined;
  #isTold = false;
  /** The budget of enqueued trials. */
  #full: number | undefined;

  constructor(options: DeciderOptions<P>, amendments = noAmendments) {
    this.#options = options;
    this.#amendments = amendments;
    this.#amended = amendments;
    this.ledger = new Ledger(options.space, amendments.retracted);
  }

  /** Whether an entry has amended the past since strategies read it. */
  get outdated(): boolean {
    return this.#amended !== this.#amendments;
  }

  /** Applies an entry. @throws what a strategy throws. */
  fold(entry: Entry): AppliedEntry<P> {
    const applied = this.outdated ? this.ledger.fold(entry) : this.#take(entry);
    if (amends(applied)) this.#amended = amend(this.#amended, applied, this.ledger.settings, this.#options.parseStrategy);
    return applied;
  }

  /** Lets strategies read the log again, up to its last entry here. @returns the decider that replaces this one @throws what a strategy throws */
  async again(): Promise<Decider<P>> {
    const decider = new Decider(this.#options, this.#amended);
    for await (const entries of readUpTo(this.#options.past(), this.ledger.position)) for (const entry of entries) decider.#take(entry);
    this.dispose();
    return decider;
  }

  /** Resolves when a strategy that waited for a model is ready: decide again. */
  ready(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #take(entry: Entry): AppliedEntry<P> {
    const applied = this.ledger.fold(entry);
    if (applied.effect === 'noted' && !this.#isTold && !this.#hasBegun) this.#begin();
    if (applied.event) {
      this.#isTold = true;
      if (applied.effect === 'suggested') this.#duplicates?.tell(applied.event);
      if (applied.effect === 'ended') this.stops.delete(applied.event.id);
      this.#strategy!.tell(applied.event);
    }
    return applied;
  }

  /** What the study does next. @throws StalledError, or what a strategy throws */
  decide(): Next<P> {
    const demand = this.ledger.demand();
    switch (demand.type) {
      case 'nothing':
        return nothing;
      case 'close':
        return this.#close(demand.reason);
      case 'instruct':
        return { type: 'append', fact: { ...demand.fact, after: this.ledger.position } };
      case 'change':
        return { type: 'append', fact: demand.fact };
      case 'retry':
        return { type: 'append', fact: this.#again(demand.trial) };
      case 'queue':
        return demand.fixed ? this.#askFixed(demand, demand.fixed) : { type: 'append', fact: this.#queued(demand) };
      case 'ask':
        return this.#ask(demand.fresh);
    }
  }

  dispose(): void {
    this.#strategy?.unsubscribe();
  }

  /** A limit that follows before the first suggestion counts as if the study had been created with it. */
  get #hasBegun(): boolean {
    const { trials, cost, spend } = this.ledger.settings.limits;
    const before = this.#begunWith;
    return before !== undefined && before.trials === trials && before.cost === cost && before.spend === spend;
  }

  #begin(): void {
    this.#strategy?.unsubscribe();
    const { settings, created } = this.ledger;
    this.#begunWith = settings.limits;
    const { space, parseStrategy, watch, actor } = this.#options;
    const { strategy, epoch, parallel, limits } = this.#amendments.switched ?? {
      strategy: this.#afterEarlier(this.#options.strategy ?? parseStrategy(created!.strategy)),
      epoch: 0,
      parallel: settings.parallel,
      limits: settings.limits,
    };
    const env: Env = omitUndefined({
      ...rootEnv(space, { ...settings, ...limits, parallel }),
      name: epoch === 0 ? '' : `#${epoch + 1}`,
      watch,
      actor,
    });
    if (settings.duplicates === 'forbid') this.#duplicates = createDuplicates(env, (ask, by) => this.#draw(ask, by));
    this.#full = strategy.full;
    this.#strategy = runStrategy(strategy, env, (news) => {
      if (news.type === 'ready') {
        this.#wake();
        this.#options.ready?.();
      } else if (this.ledger.open.has(news.id) && !this.stops.has(news.id)) this.stops.set(news.id, news);
    });
  }

  /** The strategy that a study begins with. It also tries the configurations that the results of earlier studies suggest. */
  #afterEarlier(strategy: Strategy): Strategy {
    const { configurations = [], studies = [] } = this.ledger.created!.earlier ?? {};
    if (configurations.length === 0) return strategy;
    const { space } = this.#options;
    const points = configurations.map((params) => space.encode(space.parse(params)));
    const names = studies.map(({ study }) => study).join(', ');
    return startingWith(points, { studies: names.slice(0, 200) }, strategy);
  }

  /** @param end why the study ends if no strategy has a trial */
  #ask(fresh: boolean, end: 'exhausted' | 'trials' = fresh ? 'exhausted' : 'trials'): Next<P> {
    const id = this.ledger.nextTrial;
    const first: Ask = fresh ? { type: 'ask', id } : { type: 'ask', id, finishing: true };
    const reply = this.#duplicates ? this.#duplicates.ask(first, (ask) => this.#reply(ask)) : this.#reply(first);
    if (reply.type === 'propose' && (fresh || reply.resumes !== undefined)) return { type: 'append', fact: this.#suggestion(reply) };
    if (fresh && reply.type === 'wait' && reply.until === 'proposal' && this.#mayPropose(reply)) return waitFor(reply);
    if (reply.type === 'ask' && fresh && id > 1) return this.#ask(false, end); // nothing new is left, but trials may be resumed
    if (this.ledger.running > 0) return reply.type === 'wait' && reply.until === 'ready' ? { type: 'wait', until: 'ready' } : nothing;
    if (reply.type === 'ask' && id === 1) {
      throw new StrategyError('no strategy proposes a first configuration; put one that does, such as random(), at the end of the chain');
    }
    if (reply.type !== 'wait' || (reply.until === 'proposal' && !fresh)) return this.#close(end);
    if (reply.until === 'ready') return { type: 'wait', until: 'ready' };
    throw new StalledError(`${reply.by || 'the strategy'} waits, but there is no open trial to wait for`);
  }

  /** An enqueued configuration whose other values the strategy chooses. They are drawn if it has no new configuration to propose. */
  #askFixed(queued: Queued<P>, fixed: Fixed): Next<P> {
    const { space } = this.#options;
    const isNew = (reply: Propose) => space.feasible(reply.point) && !this.#duplicates?.has(reply);
    const reply = askWithin(space, fixed, this.ledger.nextTrial, {
      put: (ask) => this.#reply(ask),
      isNew,
      draw: (ask, by) => this.#draw(ask, by),
      otherwise: space.encode(queued.params),
    });
    if (reply.type === 'propose') return { type: 'append', fact: { ...this.#suggestion(reply), ...servedBy(queued) } };
    if (reply.type === 'wait' && reply.until === 'ready') return { type: 'wait', until: 'ready' };
    if (reply.type === 'wait' && reply.until === undefined && this.ledger.running > 0) return nothing;
    return { type: 'append', fact: this.#queued(queued) };
  }

  /** Asks the strategies, which answer at once and exactly once. */
  #reply(ask: Ask): Answer {
    const reply = this.#strategy!.ask(ask);
    checkAnswer(ask.id, reply);
    return reply.type === 'propose' && !hasFinitePoint(reply, this.#options.space) ? this.#drawn(ask, reply) : reply;
  }

  /** Whether the proposer for which a strategy waits may still propose: one that took too long is not waited for again. */
  #mayPropose({ by, proposer = by }: Wait): boolean {
    return !this.ledger.inbox(proposer).isAbsent;
  }

  /** Draws a point instead of one that is not finite, such as after overflow, so that it cannot end the study. */
  #drawn(ask: Ask, { by, tags, ...reply }: Propose): Propose {
    return { ...reply, by, point: this.#draw(ask, by), tags: { ...tags, drawn: 'its strategy proposed no finite point' } };
  }

  #draw(ask: Ask, by: string): Point {
    const { axes, snap, feasible } = restrictedTo(this.#options.space, ask.fixed);
    const rng = rngFor(this.ledger.settings.seed, `${by}#drawn`, ask.id, ask.retry);
    let point = snap(draw(axes, rng));
    for (let tries = 0; tries < DRAWS && !feasible(point); tries++) point = snap(draw(axes, rng));
    return point;
  }

  #suggestion({ by, point, budget, examples, resumes, proposal, tags }: Propose): SuggestedFact<P> {
    const fact = this.#first(by, this.#options.space.decode(point));
    const checkpoint = resumes === undefined ? undefined : this.ledger.results.checkpoint(resumes);
    if (budget !== undefined) fact.budget = budget;
    if (examples !== undefined) fact.examples = examples;
    if (resumes !== undefined) fact.resumes = resumes;
    if (checkpoint !== undefined) fact.checkpoint = checkpoint;
    if (proposal !== undefined) fact.proposal = proposal;
    if (tags !== undefined) fact.tags = tags;
    return fact;
  }

  /** An enqueued configuration. It has the full budget, or the examples that a stage gives it, like the trials that it is compared with. */
  #queued(queued: Queued<P>): SuggestedFact<P> {
    const { params } = queued;
    const { space } = this.#options;
    const asked = this.ledger.examples && this.#reply({ type: 'ask', id: this.ledger.nextTrial, fixed: space.encode(params) });
    return { ...this.#first('queue', params), ...servedBy(queued), ...omitUndefined({ budget: this.#full, examples: asked?.examples }) };
  }

  #first(by: string, params: P): { -readonly [K in keyof SuggestedFact<P>]: SuggestedFact<P>[K] } {
    return { type: 'suggested', trial: this.ledger.nextTrial, attempt: 1, by, params, ...this.#stamp() };
  }

  /** What the decision is based on, the metric, and the version of the decisions if the study began with another one. */
  #stamp(): Pick<SuggestedFact, 'after' | 'metric' | 'decisions'> {
    const { position: after, metric, created } = this.ledger;
    return omitUndefined({ after, metric, decisions: created!.decisions === DECISIONS ? undefined : DECISIONS });
  }

  /** Another attempt at the same point, from its last checkpoint, with the examples that are left. If no other trainer took the last one, the trainer that failed it may try again. */
  #again({ suggestion, proposal, checkpoint, failedAtOnce, unclaimed }: OpenTrial<P>): SuggestedFact<P> {
    const { avoid: _, for: __, ...first } = suggestion;
    const examples = this.ledger.examples?.lacking(proposal);
    const avoid = failedAtOnce.size > 0 && !unclaimed ? [...failedAtOnce] : undefined;
    return { ...first, attempt: suggestion.attempt + 1, ...omitUndefined({ checkpoint, avoid, examples }), ...this.#stamp() };
  }

  #close(reason: Closed['reason']): Next<P> {
    return { type: 'append', fact: closedFact(reason, this.ledger) };
  }
}

/** How a suggestion names the entry of the queue that it serves, and the ask that it is for. */
const servedBy = ({ position: queue, for: ask }: Queued<unknown>): Pick<SuggestedFact, 'queue' | 'for'> =>
  omitUndefined({ queue, for: ask });
