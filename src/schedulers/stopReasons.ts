import type { Env } from '../messages.ts';

type Objectives = Pick<Env, 'objectives' | 'maximised'>;

/** Losses as reported values, as text for people. */
export const valuesText = ({ objectives, maximised = [] }: Objectives, losses: readonly number[]): string =>
  losses.map((loss, k) => String(Number((maximised.includes(objectives[k]!) ? -loss : loss).toPrecision(4)))).join(', ');

/** The rank of a configuration at a rung. */
export interface Standing {
  /** From 1, the best first. */
  readonly place: number;
  /** How many are compared. */
  readonly of: number;
  /** How many of them continue. */
  readonly places: number;
}

/** Why a trial does not continue beyond a rung. */
export const behindAtRung = (value: string, rung: number, { place, of, places }: Standing): string =>
  `${value} at step ${rung} ranks ${place} of ${of}; the best ${places === 1 ? 'one continues' : `${places} continue`}`;
