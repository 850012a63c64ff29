import type { Env } from '../strategy/env.ts';

type Objectives = Pick<Env, 'objectives' | 'maximised'>;

/** Losses as reported values, as text for people. */
export const valuesText = ({ objectives, maximised = [] }: Objectives, losses: readonly number[]): string =>
  losses.map((loss, k) => String(Number((maximised.includes(objectives[k]!) ? -loss : loss).toPrecision(4)))).join(', ');

/** The rank of a configuration at a rung. */
export interface Standing {
  /** From 1, the best first. Equal results share the best place. */
  readonly place: number;
  /** How many are compared. */
  readonly of: number;
  /** How many of them continue. */
  readonly places: number;
  /** Whether as many have continued as may, so that only a new best one does. */
  readonly isFull: boolean;
}

/** Why a trial does not continue beyond a rung. */
export const behindAtRung = (value: string, rung: number, { place, of, places, isFull }: Standing): string =>
  `${value} was number ${place} of ${of} at step ${rung}; ${whoContinues(places, isFull)}`;

function whoContinues(places: number, isFull: boolean): string {
  if (places === 0) return 'too few to compare, so none continues yet';
  if (isFull) return 'enough others already continue, so only a new best one would';
  return places === 1 ? 'the best one continues' : `the best ${places} continue`;
}
