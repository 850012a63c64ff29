import type { Directive, Suggestion } from '../../../streams/engine/directive.ts';
import { Engine } from '../../../streams/engine/engine.ts';
import { defineStrategy } from '../../../streams/kernel/defineStrategy.ts';
import type { Strategy } from '../../../streams/kernel/strategy.ts';
import { chain } from '../../../streams/operators/chain.ts';
import { fill } from '../../../streams/operators/fill.ts';
import { createdOf } from '../../../streams/spec/options.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { random } from '../../../streams/strategies/random.ts';
import { UserError } from '../../errors.ts';
import type { Fact, Params } from '../../facts/facts.ts';
import { type Recommendation, recommendation } from '../../insight/recommendation/recommendation.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { draw } from '../../space/axis.ts';
import { parseSpace } from '../../space/space.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { decide } from '../../study/commands.ts';
import { TrialRows } from '../../study/trials.ts';
import { version } from '../../version.ts';
import {
  type AskReply,
  type Driven,
  defaultStrategy,
  type InitRequest,
  isBudgeted,
  type ReportRequest,
  spaceDataOf,
  type TellRequest,
  withBudgets,
} from './protocol.ts';

/** The harness sent an invalid request, or the study cannot continue. */
export class SessionError extends UserError {
  override readonly name = 'SessionError';
  readonly code = 'bad-request';
}

const UNLIMITED = Number.MAX_SAFE_INTEGER;

interface Waiter {
  /** Position of the fact with its fixed values. */
  readonly queue: number | undefined;
  readonly resolve: (asked: AskReply) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A study from one `init` to the next, driven by the harness, which asks and tells. Every request is answered immediately, except an ask that waits
 * for a model. A trial that is promoted to a higher budget keeps its id.
 */
export class Session {
  readonly #engine: Engine<Params>;
  readonly #recommend: () => Recommendation<Params> | undefined;
  readonly #maxStep: number | undefined;
  readonly #parallel: number;
  readonly #waiting: Waiter[] = [];
  /** The trial that runs now under each id, and the id of each trial. */
  readonly #running = new Map<number, TrialId>();
  readonly #ids = new Map<TrialId, number>();
  readonly #stops = new Set<TrialId>();
  #position = 0;
  #refusal: string | undefined;
  #failure: unknown;

  /** @param strategy as data. @throws SpaceError, OptionError, or what the strategy throws. */
  constructor(init: InitRequest, strategy: unknown) {
    const { seed = 0, direction = 'minimize', workers = 1, budget, max_step: maxStep } = init;
    this.#maxStep = maxStep ?? undefined;
    this.#parallel = workers;
    const space = parseSpace(spaceDataOf(init.space));
    const whole = neverIdle(parseStrategy(maxStep ? withBudgets(strategy, maxStep) : strategy));
    const trials = budget && trialsIn(budget, this.#maxStep, isBudgeted(strategy));
    const rows = new TrialRows();
    this.#recommend = () => recommendation(space, { name: 'value', direction }, rows);
    this.#engine = new Engine({
      space,
      onEntry: (entry) => rows.apply(entry),
      strategy: whole,
      parseStrategy,
      append: (fact) => this.#write(fact),
      isTrialWanted: () => this.#waiting.length > 0,
      direct: (directive) => this.#hear(directive),
      past: nothing,
      finished: () => this.#fail(new SessionError('the study is over')),
      fail: (error) => this.#fail(error),
    });
    const options = omitUndefined({
      seed,
      objectives: { value: direction },
      parallel: workers,
      duplicates: 'allow',
      trials: trials || undefined,
    });
    this.#write(createdOf(space, whole, options));
    this.#engine.resumeAt(0);
    this.#check();
  }

  /** @param fixed values that the trial must have. @throws SessionError if they do not fit, or all workers are busy */
  ask(fixed?: Params): Promise<AskReply> | AskReply {
    const queue = fixed && this.#enqueue(fixed);
    let asked: AskReply | undefined;
    const later = new Promise<AskReply>((resolve, reject) => {
      const now = (reply: AskReply) => {
        asked = reply;
        resolve(reply);
      };
      this.#waiting.push({ queue, resolve: now, reject });
    });
    later.catch(() => {}); // reported by #check, where it fails immediately
    this.#engine.wake();
    this.#check();
    this.#removeLimit();
    if (asked) return asked;
    if (this.#engine.ledger.running < this.#parallel) return later;
    this.#waiting.pop();
    throw this.#busy();
  }

  /** Removes the limit of trials after the first suggestion: strategies plan with it, but the budget is a hint, and no ask is refused. */
  #removeLimit(): void {
    const { settings, nextTrial } = this.#engine.ledger;
    const { trials = UNLIMITED } = settings.limits;
    if (trials < UNLIMITED && nextTrial > 1) this.#write({ type: 'changed', limits: { trials: UNLIMITED } });
  }

  /** @returns the position of the fact. */
  #enqueue(params: Params): number {
    const { ledger } = this.#engine;
    if (ledger.running >= this.#parallel) throw this.#busy();
    const fact = decide({ type: 'enqueue', params, rest: 'strategy' }, ledger, (strategy) => strategy);
    if ('code' in fact) throw new SessionError(`ask: ${fact.message}`);
    this.#write(fact);
    return this.#position;
  }

  #busy = () => new SessionError(`an ask while ${this.#running.size} trials run, of at most ${this.#parallel} workers`);

  tell({ id, value, step, stopped, grad }: TellRequest): void {
    const trial = this.#trial(id);
    if (stopped) this.#say(omitUndefined({ type: 'stopped', trial, step }));
    else if (value === null) this.#say({ type: 'failed', trial, reason: 'error' });
    else this.#say(omitUndefined({ type: 'completed', trial, values: { value }, gradient: grad ? { value: grad } : undefined }));
    this.#running.delete(id);
    this.#stops.delete(trial);
  }

  /** Whether the trial should stop. */
  report({ id, step, value }: ReportRequest): boolean {
    const trial = this.#trial(id);
    this.#say({ type: 'reported', trial, step, values: { value } });
    return this.#stops.has(trial);
  }

  /** The configuration to deploy. @throws SessionError before a trial has completed. */
  recommend(): Params {
    const recommended = this.#recommend();
    if (recommended === undefined) throw new SessionError('recommend: no trial is completed yet');
    return recommended.row.params;
  }

  dispose(): void {
    this.#engine.dispose();
  }

  #trial(id: number): TrialId {
    const trial = this.#running.get(id);
    if (trial === undefined) throw new SessionError(`trial ${id} is not running`);
    return trial;
  }

  /** @throws SessionError if it does not count. */
  #say(fact: Fact): void {
    this.#refusal = undefined;
    this.#removeLimit(); // the first suggestion may have come after its ask had returned
    this.#write(fact);
    this.#check();
    if (this.#refusal !== undefined) throw new SessionError(this.#refusal);
  }

  #write(fact: Fact): void {
    this.#engine.receive([{ position: ++this.#position, at: 0, fact }]);
  }

  #hear(directive: Directive<Params>): void {
    if (directive.type === 'suggested') this.#put(directive);
    else if (directive.type === 'stop') this.#stops.add(directive.trial);
    else this.#refusal = directive.refusal.message;
  }

  #put(suggestion: Suggestion<Params>): void {
    const at = this.#waiting.findIndex(({ queue }) => queue === suggestion.queue);
    const [waiter] = this.#waiting.splice(Math.max(at, 0), 1);
    waiter?.resolve(this.#handOut(suggestion));
  }

  #handOut({ trial, params, budget, resumes }: Suggestion<Params>): AskReply {
    const id = (resumes === undefined ? undefined : this.#ids.get(resumes)) ?? trial;
    if (this.#maxStep !== undefined) this.#ids.set(trial, id);
    this.#running.set(id, trial);
    return this.#maxStep === undefined || budget === undefined ? { id, params } : { id, params, until: Math.min(budget, this.#maxStep) };
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** A session for `ask-tell`. @param strategy as data; the default depends on whether trials are trained step by step. */
export function drivenSpace(init: InitRequest, strategy: unknown = defaultStrategy(init)): Driven {
  const session = new Session(init, strategy);
  return {
    opened: { ok: true, name: `hypertide ${typeof strategy === 'string' ? strategy : JSON.stringify(strategy)}`, version },
    answers: {
      ask: ({ fixed }: { readonly fixed?: Params }) => session.ask(fixed),
      tell: (told: TellRequest) => {
        session.tell(told);
        return { ok: true };
      },
      report: (report: ReportRequest) => ({ stop: session.report(report) }),
      recommend: () => ({ params: session.recommend() }),
    },
    dispose: () => session.dispose(),
  };
}

/** How many configurations a budget allows, if that is known. */
const trialsIn = (budget: number, maxStep: number | undefined, budgeted: boolean): number | undefined => {
  if (maxStep === undefined) return budget;
  return budgeted ? undefined : Math.ceil(budget / maxStep);
};

/** Draws from the priors, including configurations that were tried before. */
const anywhere = defineStrategy<undefined>({
  name: 'anywhere',
  init: () => undefined,
  tell: () => undefined,
  ask: (_state, _ask, rng, { axes }) => draw(axes, rng),
});

/** If a strategy answers an ask with `wait`, or hands it on, the ask gets a random point: the harness does not wait. */
function neverIdle(strategy: Strategy): Strategy {
  const rest = chain(random(), anywhere);
  return chain(strategy, fill(rest), rest);
}

/** No fact of the harness amends the past. */
async function* nothing(): AsyncGenerator<never> {}
