import type { Point } from '../../space/axis.ts';
import type { Ended, Suggested, TrialId } from '../../strategy/messages.ts';
import { stateIn } from '../../strategy/messages.ts';

/** A trial that a descent needs, and its result once it has one. */
export interface Slot {
  /** The purpose of the trial. */
  readonly role: string;
  /** The intended point; once suggested, the actual one. */
  readonly point: Point;
  readonly trial?: TrialId;
  readonly ended?: Ended;
}

/** Trials that are suggested together and whose results are used together. */
export interface Round {
  /** Rounds are numbered from 1. */
  readonly number: number;
  readonly slots: readonly Slot[];
}

/** The next slot to suggest. */
export const nextSlot = ({ slots }: Round): Slot | undefined => slots.find(({ trial }) => trial === undefined);

/** Whether all trials have ended. */
export const isComplete = ({ slots }: Round): boolean => slots.every(({ ended }) => ended !== undefined);

const replaceSlot = (round: Round, at: number, slot: Slot): Round => ({ ...round, slots: round.slots.with(at, slot) });

/** The state tag of a trial of the round. */
export const slotState = ({ number }: Round, role: string): string => `${number} ${role}`;

/** The round after a suggestion, which is ignored if it belongs to another round. */
export function assignTrial(round: Round, { id, point, tags, by }: Suggested): Round {
  const state = stateIn(tags, by);
  const at = round.slots.findIndex(({ role, trial }) => state === slotState(round, role) && trial === undefined);
  return at < 0 ? round : replaceSlot(round, at, { ...round.slots[at]!, point, trial: id });
}

/** The round after a trial ended, which is ignored if it belongs to another round. */
export function recordEnd(round: Round, ended: Ended): Round {
  const at = round.slots.findIndex(({ trial, ended: before }) => trial === ended.id && before === undefined);
  return at < 0 ? round : replaceSlot(round, at, { ...round.slots[at]!, ended });
}

/** The loss of a slot whose trial completed. */
export const slotLoss = ({ ended }: Slot): number | undefined => (ended?.outcome === 'completed' ? ended.losses?.[0] : undefined);
