import type { CloseReason, Params, Refusal, RefusalCode } from '../facts/facts.ts';
import type { StrategyEvent, TrialId } from '../messages.ts';
import type { OpenTrial } from './trial.ts';

/** What an entry did. */
export type Effect =
  | { readonly type: 'refused'; readonly refusal: Refusal }
  /** Strategies are told. */
  | { readonly type: 'told'; readonly told: StrategyEvent }
  /** Another attempt at an open trial was suggested; strategies are told nothing. */
  | { readonly type: 'again' }
  | { readonly type: 'cancelled'; readonly trial: TrialId }
  /** Suggested by an engine that did not know of a change: its number is used up, and that is all. */
  | { readonly type: 'void'; readonly trial: TrialId }
  /** A result is wrong: what strategies were told must be told anew, without it. */
  | { readonly type: 'retracted'; readonly trial: TrialId }
  /** A new strategy: it must be told the past. */
  | { readonly type: 'switched' }
  | { readonly type: 'closed' }
  | { readonly type: 'noted' };

/** What the study wants next. */
export type Demand =
  | { readonly type: 'nothing' }
  | { readonly type: 'close'; readonly reason: CloseReason }
  | { readonly type: 'retry'; readonly trial: OpenTrial }
  | { readonly type: 'queue'; readonly params: Params; readonly position: number }
  /** `fresh`: whether there is room for a new configuration; otherwise only for promotions. */
  | { readonly type: 'ask'; readonly fresh: boolean };

export const noted: Effect = { type: 'noted' };
export const refused = (code: RefusalCode, message: string): Effect => ({ type: 'refused', refusal: { code, message } });
