import { bounded, StalledError, StrategyError, UserError } from '../../src/errors.ts';
import { parseFact } from '../../src/facts/parse.ts';
import type { Domain } from '../../src/space/axis.ts';
import { show } from '../../src/space/check.ts';
import type { Answer, Ask, Propose, TrialId, Wait } from '../../src/strategy/messages.ts';

/** Whether a function of a user returned an answer. */
export const isAnswer = (given: unknown): given is Answer => ['propose', 'wait', 'ask'].includes((given as Answer | undefined)?.type ?? '');

/** @throws StrategyError unless it is an answer. @param name the path of the strategy that was asked */
export function checkAsked(name: string, { id }: Ask, answer: Answer): Answer {
  if (isAnswer(answer)) return answer;
  throw new StrategyError(
    `${name || 'the strategy'} answered the ask for trial ${id} with ${show(answer)}, expected a proposal, wait or the ask`,
  );
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
export function failedAt(place: string, error: unknown): Error {
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

function checkProposal(trial: TrialId, { by, budget, examples, resumes, proposal, tags }: Propose): void {
  check(by, 'proposed', { type: 'suggested', trial, attempt: 1, by, params: {}, budget, examples, resumes, proposal, tags });
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
