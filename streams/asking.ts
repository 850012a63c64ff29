import { type MonoTypeOperatorFunction, Subject } from 'rxjs';
import { bounded, StalledError, StrategyError, UserError } from '../src/errors.ts';
import { parseFact } from '../src/facts/parse.ts';
import {
  type Answer,
  type Ask,
  type Env,
  isEvent,
  type Message,
  type Propose,
  type ProposerEvent,
  type Ready,
  type Stop,
  type StrategyEvent,
  type TrialId,
  type Wait,
} from '../src/messages.ts';
import type { Domain } from '../src/space/axis.ts';
import { show } from '../src/space/check.ts';

interface Retries {
  /** How often to ask, at most. */
  readonly tries: number;
  readonly put: (ask: Ask) => Answer;
  readonly accepts: (proposal: Propose) => boolean;
  /** The answer if no proposal is accepted. @param last the last one */
  readonly otherwise: (last: Propose) => Answer;
}

/** Asks until the answer is acceptable, each time with another `retry`, so that the same strategy can answer differently. */
export function askUntil(ask: Ask, { tries, put, accepts, otherwise }: Retries): Answer {
  let retry = ask.retry ?? 0;
  for (let left = tries; ; left--) {
    const reply = put(retry === 0 ? ask : { ...ask, retry });
    if (reply.type !== 'propose' || accepts(reply)) return reply;
    if (left === 1) return otherwise(reply);
    retry = (reply.retry ?? retry) + 1;
  }
}

/** A strategy that is subscribed: it receives all events, and its owner decides when to ask it. Both methods throw what the strategy throws. */
export interface RunningStrategy {
  tell(told: StrategyEvent | ProposerEvent): void;
  /** Its answer, or the ask itself if it hands the ask on. @throws StrategyError unless it answers exactly once. */
  ask(ask: Ask): Answer;
  unsubscribe(): void;
}

/**
 * Subscribes a strategy.
 *
 * @param hear receives its stops, and the message that it can be asked again; not events, which the owner has.
 * @param fail receives an error immediately, also between two calls of the owner. Default: the next call throws it.
 */
export function runStrategy(
  strategy: (env: Env) => MonoTypeOperatorFunction<Message>,
  env: Env,
  hear: (news: Stop | Ready) => void,
  fail: (error: unknown) => void = () => {},
): RunningStrategy {
  const inlet$ = new Subject<Message>();
  let replies: Answer[] = [];
  let failed: { readonly error: unknown } | undefined;
  const operator = strategy(env);
  if ('spec' in operator)
    throw new StrategyError(`expected a strategy, got the function ${strategy.name}; did you mean ${strategy.name}()?`);
  const subscription = inlet$.pipe(operator).subscribe({
    next: (m) => {
      if (m.type === 'stop' || m.type === 'ready') hear(m);
      else if (!isEvent(m)) replies.push(m);
    },
    error: (error) => {
      failed = { error: failureIn(env.name, error) };
      fail(failed.error);
    },
  });
  const check = () => {
    if (failed) throw failed.error;
  };
  check();
  return {
    tell(told) {
      inlet$.next(told);
      check();
    },
    ask(ask) {
      replies = [];
      inlet$.next(ask);
      check();
      return onlyAnswer(env.name, ask, replies);
    },
    unsubscribe: () => subscription.unsubscribe(),
  };
}

/** @throws StrategyError unless there is exactly one answer. @param name the path of the strategy that was asked */
export function onlyAnswer(name: string, { id }: Ask, [reply, second]: readonly Answer[]): Answer {
  if (reply === undefined) throw new StrategyError(`${name || 'the strategy'} did not answer the ask for trial ${id}`);
  if (second) throw new StrategyError(`the ask for trial ${id} was answered twice: ${reply.type}, then ${second.type}`);
  return reply;
}

/**
 * What a strategy throws, as an error that names it.
 *
 * @param place the path of the strategy, and which of its functions failed, if that is known
 * @param error anything; errors that say what to correct stay as they are
 */
export function failureIn(place: string, error: unknown): Error {
  if (error instanceof StrategyError || error instanceof StalledError || error instanceof UserError) return error;
  const why = error instanceof Error ? error.message || error.name : `it threw ${show(error)}`;
  return new StrategyError(`${place || 'the strategy'} failed: ${bounded(why)}`, { cause: error });
}

/**
 * Whether the point of a proposal is finite: if it is not, the study draws another one, and tags it.
 *
 * @throws StrategyError if it is no point of the space
 */
export function hasFinitePoint({ by, point }: Propose, { axes }: Pick<Domain, 'axes'>): boolean {
  if (!Array.isArray(point) || point.length !== axes.length)
    throw new StrategyError(`${by} proposed ${bounded(shownPoint(point))}, expected ${axes.length} finite numbers`);
  return point.every(Number.isFinite);
}

const shownPoint = (point: unknown): string =>
  Array.isArray(point) && point.every((item) => typeof item === 'number') ? `[${point.join(', ')}]` : show(point);

/**
 * Checks the answer of a strategy with the rules by which the log judges the fact that it becomes. A fact that does not count would leave the study
 * waiting for news that cannot come.
 *
 * @param trial the number that the trial would get
 * @throws StrategyError that names the strategy, the field and its value
 */
export function checkAnswer(trial: TrialId, answer: Answer): void {
  if (answer.type === 'propose') return checkProposal(trial, answer);
  if (answer.type === 'wait' && answer.until === 'proposal') checkWait(answer);
}

function checkProposal(trial: TrialId, { by, budget, resumes, proposal, tags }: Propose): void {
  check(by, 'proposed', { type: 'suggested', trial, attempt: 1, by, params: {}, budget, resumes, proposal, tags });
  if (resumes !== undefined && resumes >= trial)
    throw new StrategyError(`${by} proposed what the log refuses: resumes must be the number of an earlier trial, not ${resumes}`);
}

function checkWait({ by, proposer = by, seconds }: Wait): void {
  check(by, 'waits for', { type: 'proposed', proposer, params: {}, seconds });
}

function check(by: unknown, does: 'proposed' | 'waits for', fact: object): void {
  const parsed = parseFact(fact);
  if ('code' in parsed) throw new StrategyError(`${nameOf(by)} ${does} what the log refuses: ${parsed.message}`);
}

const nameOf = (by: unknown): string => (typeof by === 'string' && by !== '' ? by.slice(0, 100) : 'a strategy');
