import type { Ended, Suggested, TrialId } from '../../messages.ts';
import type { Point } from '../../space/axis.ts';
import { stateIn } from '../../tags.ts';

/** A trial that a descent wants, and what became of it. */
export interface Slot {
  /** What it is for. */
  readonly role: string;
  /** Where it is wanted; once it was suggested, where it is run. */
  readonly point: Point;
  readonly trial?: TrialId;
  readonly ended?: Ended;
}

/** Trials that go out together and whose results are read together. */
export interface Round {
  /** How many rounds there were, this one included. */
  readonly number: number;
  readonly slots: readonly Slot[];
}

/** The next trial to be handed out. */
export const wanted = ({ slots }: Round): Slot | undefined => slots.find(({ trial }) => trial === undefined);

/** Whether all its trials have ended. */
export const settled = ({ slots }: Round): boolean => slots.every(({ ended }) => ended !== undefined);

const put = (round: Round, at: number, slot: Slot): Round => ({ ...round, slots: round.slots.with(at, slot) });

/** What a trial of the round carries as state. */
export const slotName = ({ number }: Round, role: string): string => `${number} ${role}`;

/** The round after one of its trials was handed out; that of an earlier round changes nothing. */
export function issue(round: Round, { id, point, tags, by }: Suggested): Round {
  const state = stateIn(tags, by);
  const at = round.slots.findIndex(({ role, trial }) => state === slotName(round, role) && trial === undefined);
  return at < 0 ? round : put(round, at, { ...round.slots[at]!, point, trial: id });
}

/** The round after one of its trials ended; any other trial changes nothing. */
export function receive(round: Round, ended: Ended): Round {
  const at = round.slots.findIndex(({ trial, ended: before }) => trial === ended.id && before === undefined);
  return at < 0 ? round : put(round, at, { ...round.slots[at]!, ended });
}

/** The loss of a trial that was trained to its end. */
export const lossOf = ({ ended }: Slot): number | undefined => (ended?.outcome === 'completed' ? ended.losses?.[0] : undefined);
