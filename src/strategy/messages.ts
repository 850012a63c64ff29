import { jsonIn } from '../schema/json.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import type { Point } from '../space/axis.ts';
import type { Fixed } from '../space/fixed.ts';

/** Trials are numbered from 1 in the order of their suggestions. */
export type TrialId = number;
/** Notes of a strategy on a suggestion. They stay with the trial. */
export type Tags = Readonly<Record<string, string>>;

/** The fields that a trial has from its proposal to its end. */
export interface Proposal {
  readonly id: TrialId;
  /** Path of the strategy that proposed it, such as `bandit/model/tpe`. `queue` if a person enqueued it, `import` if it was imported. */
  readonly by: string;
  /** Snapped to values that exist, as it runs. */
  readonly point: Point;
  /** The step up to which the trial may train, cumulative along `resumes`. */
  readonly budget?: number;
  /** The examples to evaluate, in this order, by their places in the list of the study. Absent: all. */
  readonly examples?: readonly number[];
  /** The trial that it resumes from its checkpoint, or with more examples. */
  readonly resumes?: TrialId;
  /** Position of the external proposal that it serves. */
  readonly proposal?: number;
  readonly tags?: Tags;
}

/** A trial was suggested. */
export interface Suggested extends Proposal {
  readonly type: 'suggested';
}

/** A trial reported its losses at a step. */
export interface Reported {
  readonly type: 'reported';
  readonly id: TrialId;
  /** Cumulative along `resumes`. In a study of examples: how many of them the configuration was evaluated on. */
  readonly step: number;
  /** One per objective; all are minimised. In a study of examples: their means so far. */
  readonly losses: readonly number[];
  /** The new results of examples. */
  readonly results?: readonly ExampleResult[];
}

/** The place of an example in the list of the study, and its losses, followed by its outcome constraints. */
export type ExampleResult = readonly [place: number, numbers: readonly number[]];

/** A trial ended. One event covers every kind of end, so that no strategy can forget one. */
export interface Ended extends Proposal {
  readonly type: 'ended';
  /** If `stopped`, `losses` are the last reported ones, if any. In a study of examples, they are estimates of the means over all examples. */
  readonly outcome: 'completed' | 'stopped' | 'failed';
  /** Why it failed. */
  readonly reason?: string;
  /** One per objective, all minimised, all finite. Always there when `completed`, never when `failed`. */
  readonly losses?: readonly number[];
  /** The last step reported. Absent in a study of examples. */
  readonly step?: number;
  /** The derivatives of each loss by each coordinate, if the trainer gave them. */
  readonly gradient?: readonly (readonly number[])[];
  /** On how many examples its configuration was evaluated. The losses are then estimates; without `stderr`, nothing is known yet about their errors. */
  readonly evaluated?: number;
  /** Standard error of each loss. */
  readonly stderr?: readonly number[];
  /** Outcome constraints: at most 0 is feasible. In a study of examples, estimates of their means over all examples. */
  readonly constraints?: readonly number[];
  readonly seconds?: number;
}

/** By how much a result violates outcome constraints in all; 0 if it is feasible. */
export const violation = ({ constraints }: { readonly constraints?: readonly number[] | undefined }): number =>
  constraints?.reduce((sum, c) => sum + Math.max(0, c), 0) ?? 0;

/** Whether a result violates an outcome constraint, and so is never the best. */
export const violates = (result: { readonly constraints?: readonly number[] | undefined }): boolean => violation(result) > 0;

/** Whether the losses are those of a whole trial: it completed or, in a study of examples, they are estimates. Others are of an earlier step. */
export const isWhole = ({ outcome, losses, step }: Pick<Ended, 'outcome' | 'losses' | 'step'>): boolean =>
  outcome === 'completed' || (outcome === 'stopped' && losses !== undefined && step === undefined);

/** Whether a trial has a result that can be compared with others, and violates no constraint. */
export const hasResult = (ended: Ended): boolean => isWhole(ended) && !violates(ended);

/** Failures that the configuration caused, unlike those of lost and preempted trials. */
const INFORMATIVE_FAILURES = new Set(['infeasible', 'error', 'non-finite', 'timeout', 'no-result']);

/** Whether a trial failed because of its configuration, so that its neighbours probably fail too. */
export const crashed = ({ outcome, reason }: Pick<Ended, 'outcome' | 'reason'>): boolean =>
  outcome === 'failed' && reason !== undefined && INFORMATIVE_FAILURES.has(reason);

/** An external proposer has proposed a configuration. */
export interface Proposed {
  readonly type: 'proposed';
  readonly proposer: string;
  /** Position of its fact, which identifies it. */
  readonly proposal: number;
  readonly point: Point;
  /** Why, for people. */
  readonly note?: string;
}

/** A proposal has expired or, if none is named, the proposer took too long: asks no longer wait for it until it proposes again. */
export interface Expired {
  readonly type: 'expired';
  readonly proposer: string;
  readonly proposal?: number;
}

/** Messages about external proposers. Only the stages `external` use them; all others pass them on. */
export type ProposerEvent = Proposed | Expired;

/** The events that a strategy receives: they are in the log. All state is a fold over them. */
export type StrategyEvent = Suggested | Reported | Ended;

/** The question "one more trial?". It changes no state, and is repeated until it is answered. */
export interface Ask {
  readonly type: 'ask';
  /** The number that the trial would get. */
  readonly id: TrialId;
  /** How many answers to this ask were rejected. It is part of the key of randomness, so that the same stage can answer differently. */
  readonly retry?: number;
  readonly budget?: number;
  /** The examples that the trial will be evaluated on, which an earlier stage has chosen. */
  readonly examples?: readonly number[];
  /** The limit of trials is reached: only a trial that resumes another one can follow. */
  readonly finishing?: true;
  readonly tags?: Tags;
  /** Coordinates that the point must have. They are set in each answer; a strategy that searches only among such points chooses better ones. */
  readonly fixed?: Fixed;
}

/** The answer with a point. Once in the log, it is `suggested`. */
export interface Propose extends Proposal {
  readonly type: 'propose';
  readonly retry?: number;
}
/** The answer "not yet". It keeps the fields of the ask, so that a later stage can answer instead. */
export interface Wait extends Omit<Ask, 'type'> {
  readonly type: 'wait';
  readonly by: string;
  /** `ready`: a model is being fitted, and `ready` follows. Otherwise the ask is repeated after the next fact. */
  readonly until?: 'ready' | 'proposal';
  /** `proposal`: the proposer that the ask waits for, and the seconds until it has `expired`. */
  readonly proposer?: string;
  readonly seconds?: number;
}
export interface Stop {
  readonly type: 'stop';
  readonly id: TrialId;
  readonly by: string;
  /** Why, as text for people: no strategy reads it. */
  readonly why?: string;
}
/** What stops a trial, and why. */
export type StopReason = Pick<Stop, 'by' | 'why'>;
/** A strategy no longer waits: ask again. */
export interface Ready {
  readonly type: 'ready';
  readonly by: string;
}
/** The answer of a stage to an ask: a proposal, "not yet", or the ask itself, which it hands on. */
export type Answer = Ask | Propose | Wait;
export type Decision = Propose | Wait | Stop | Ready;

export type Message = StrategyEvent | ProposerEvent | Ask | Decision;

export const isStrategyEvent = (m: Message): m is StrategyEvent => m.type === 'suggested' || m.type === 'reported' || m.type === 'ended';

/** Whether a message is a fact of any kind: a composition passes it to all of its strategies. */
export const isEvent = (m: Message): m is StrategyEvent | ProposerEvent =>
  isStrategyEvent(m) || m.type === 'proposed' || m.type === 'expired';

/**
 * Answers an ask with a point. The budget and tags of the ask pass to the trial.
 *
 * @param by the path of the strategy: the `name` of its Env.
 * @param point in the unit cube, a coordinate for each axis.
 * @example propose(ask, env.name, [0.5, 0.25], { [env.name]: 'centre' })
 */
export const propose = (ask: Ask, by: string, point: Point, tags?: Tags): Propose =>
  tags ? { ...ask, type: 'propose', by, point, tags: { ...ask.tags, ...tags } } : { ...ask, type: 'propose', by, point };

/**
 * Answers an ask with "not yet". The ask is repeated after the next fact.
 *
 * @param until `ready`: the ask is also repeated after that message, which the strategy must then send. `proposal`: see `Wait`.
 * @example wait(ask, env.name)
 */
export const wait = (ask: Ask, by: string, until?: Wait['until']): Wait => omitUndefined({ ...ask, type: 'wait', by, until });

/** The ask that was answered with "not yet", to put it to another stage. */
export const originalAsk = ({ id, retry, budget, examples, finishing, tags, fixed }: Wait): Ask =>
  omitUndefined({ type: 'ask', id, retry: retry || undefined, budget, examples, finishing, tags, fixed });

/**
 * Tags have two halves. The tag that is named after the path of a stage holds state, which the stage reads back from the trial: JSON after a space, which
 * marks it as state. All other tags are text for people: no strategy reads them. The engine reads two: a trial with `replicate` repeats a point on
 * purpose, and `drawn` tells its own draws.
 *
 * @example { ...stateTag(env.name, { place: 2 }), origin: 'parents 3, 5' }
 */
export const stateTag = (path: string, state: unknown): Tags => ({ [path]: `${STATE}${JSON.stringify(state)}` });

/** The mark of state in a tag. With it, the text is still JSON. */
const STATE = ' ';

/** Whether the text of a tag is state. */
export const isState = (text: string): boolean => text.startsWith(STATE);

/** The state that a stage stored with a trial; undefined if there is none. */
export function stateIn(tags: Tags | undefined, path: string): unknown {
  const text = tags?.[path];
  return text !== undefined && isState(text) ? jsonIn(text) : undefined;
}

/** The same, if it is a whole number of at least 0. */
export function numberIn(tags: Tags | undefined, path: string): number | undefined {
  const state = stateIn(tags, path);
  return typeof state === 'number' && Number.isInteger(state) && state >= 0 ? state : undefined;
}

/** The tag for the phase of a model: the tag with its path belongs to the sequence with which it explores. */
export const phaseTag = (path: string): string => `${path}/phase`;
