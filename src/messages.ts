import type { Domain, Point } from './space/axis.ts';

/** Trials are numbered from 1 in the order of their suggestions. */
export type TrialId = number;
/** Marks that a strategy leaves on its suggestions. They travel with the trial. */
export type Tags = Readonly<Record<string, string>>;

/** What a trial carries from its proposal to its end. */
export interface Proposal {
  readonly id: TrialId;
  /** Path of the strategy that proposed it, such as `bandit/model/tpe`; `queue` or `import` for those of people. */
  readonly by: string;
  /** Snapped: what is really run. */
  readonly point: Point;
  /** What the trial may spend, cumulative along `resumes`. */
  readonly budget?: number;
  /** The trial whose checkpoint it goes on from. */
  readonly resumes?: TrialId;
  readonly tags?: Tags;
}

/** A trial has been handed out. */
export interface Suggested extends Proposal {
  readonly type: 'suggested';
}

/** A trial has said how it is doing. */
export interface Reported {
  readonly type: 'reported';
  readonly id: TrialId;
  /** Cumulative along `resumes`. */
  readonly step: number;
  /** One per objective; all are minimised. */
  readonly losses: readonly number[];
}

/** A trial is over: the one end there is, so that no strategy can forget one. */
export interface Ended extends Proposal {
  readonly type: 'ended';
  /** `stopped`: it was told to; `losses` are its last reported ones, if it reported any. */
  readonly outcome: 'completed' | 'stopped' | 'failed';
  /** Why it failed. */
  readonly reason?: string;
  /** One per objective, all minimised, all finite. Always there when `completed`, never when `failed`. */
  readonly losses?: readonly number[];
  /** The last step reported. */
  readonly step?: number;
  /** Of each loss by each coordinate, where the trainer told it. */
  readonly gradient?: readonly (readonly number[])[];
  /** Standard error of each loss. */
  readonly stderr?: readonly number[];
  /** Outcome constraints: at most 0 is feasible. */
  readonly constraints?: readonly number[];
  readonly seconds?: number;
}

/** Whether a result is of no use, however low its losses are: it violates an outcome constraint. */
export const violates = ({ constraints }: { readonly constraints?: readonly number[] }): boolean =>
  constraints?.some((c) => c > 0) ?? false;

/** What strategies are told. It has happened, it is in the log, and all state is a fold over it. */
export type StrategyEvent = Suggested | Reported | Ended;

/** A question: one more trial? It changes no state, and is put again until it is answered. */
export interface Ask {
  readonly type: 'ask';
  /** The number that the trial would get. */
  readonly id: TrialId;
  /** How many answers to this ask were turned down. It keys the randomness, so that the same stage may answer differently. */
  readonly retry?: number;
  readonly budget?: number;
  readonly tags?: Tags;
}

/** Decisions are imperative. A proposal becomes `suggested` once it is in the log. */
export interface Propose extends Proposal {
  readonly type: 'propose';
  readonly retry?: number;
}
/** Not now. It keeps what the ask carried, so that a later stage may answer in its place. */
export interface Wait extends Omit<Ask, 'type'> {
  readonly type: 'wait';
  readonly by: string;
  /** `ready`: a model is being fitted, and `ready` will follow. Otherwise the next fact brings the next ask. */
  readonly until?: 'ready';
}
export interface Stop {
  readonly type: 'stop';
  readonly id: TrialId;
  readonly by: string;
}
/** What a strategy waited for is there: ask anew. */
export interface Ready {
  readonly type: 'ready';
  readonly by: string;
}
export type Decision = Propose | Wait | Stop | Ready;

export type Message = StrategyEvent | Ask | Decision;

/** What a strategy may know of its study. */
export interface Env extends Domain {
  readonly seed: string;
  /** The path of the stage; empty at the root. */
  readonly name: string;
  /** One name per loss. */
  readonly objectives: readonly string[];
  /** Those of the objectives whose values are maximised, so that a loss is the negative of a value: for limits that people give as values. */
  readonly maximised?: readonly string[];
  /** How many trials may be open at once. */
  readonly parallel: number;
  /** The budgets at which an earlier stage compares trials, ascending; absent if none does. */
  readonly rungs?: readonly number[];
  /** How many configurations the study will try, where that is known. */
  readonly trials?: number;
  /** Which decisions the study began with, see `DECISIONS`: options keep the defaults that they had then. Absent: today's. */
  readonly decisions?: number;
  /** Told of every transition of every machine, by XState's inspection events, of which nothing is known here. It can change nothing. */
  readonly inspect?: (event: never) => void;
}

/** The environment of a stage within another. */
export const child = <E extends Env>(env: E, name: string): E => ({ ...env, name: env.name ? `${env.name}/${name}` : name });

export const isStrategyEvent = (m: Message): m is StrategyEvent => m.type === 'suggested' || m.type === 'reported' || m.type === 'ended';

/**
 * An answer to an ask. What the ask carried goes on to the trial.
 *
 * @param by the path of the strategy: the `name` of its Env.
 * @param point in the unit cube, a coordinate for each axis.
 * @example propose(ask, env.name, [0.5, 0.25], { [env.name]: 'centre' })
 */
export const propose = (ask: Ask, by: string, point: Point, tags?: Tags): Propose =>
  tags ? { ...ask, type: 'propose', by, point, tags: { ...ask.tags, ...tags } } : { ...ask, type: 'propose', by, point };

/**
 * Not now: the next fact brings the next ask.
 *
 * @param until `ready`: so does that message, which the strategy then owes.
 * @example wait(ask, env.name)
 */
export const wait = (ask: Ask, by: string, until?: 'ready'): Wait =>
  until ? { ...ask, type: 'wait', by, until } : { ...ask, type: 'wait', by };

/** The ask that was answered so, to be put to somebody else. */
export function asked({ id, retry = 0, budget, tags }: Propose | Wait): Ask {
  return {
    type: 'ask',
    id,
    ...(retry > 0 && { retry }),
    ...(budget !== undefined && { budget }),
    ...(tags !== undefined && { tags }),
  };
}
