import type { Ended, Suggested } from '../../messages.ts';
import { fingerprint } from '../../numeric/fingerprint.ts';
import { add, emptySet, type GrowingSet, has } from '../../numeric/growingSet.ts';
import type { Point } from '../../space/axis.ts';
import { byStanding, type Standing, standingOf } from '../standing.ts';

/** What a descent keeps of everybody's trials. */
export interface Logbook {
  /** The best trial with a result. */
  readonly incumbent?: { readonly standing: Standing; readonly point: Point };
  /** Points that anybody has tried. */
  readonly tried: GrowingSet<number>;
}

export const emptyLogbook: Logbook = { tried: emptySet() };

export const wasTried = ({ tried }: Logbook, point: Point): boolean => has(tried, fingerprint(point));

/** The logbook after a fact. */
export function enter(logbook: Logbook, fact: Suggested | Ended): Logbook {
  if (fact.type === 'suggested') return { ...logbook, tried: add(logbook.tried, fingerprint(fact.point)) };
  const standing = standingOf(fact.id, fact);
  if (standing === undefined || standing.tier === 2) return logbook;
  const { incumbent } = logbook;
  return incumbent && byStanding(incumbent.standing, standing) <= 0 ? logbook : { ...logbook, incumbent: { standing, point: fact.point } };
}
