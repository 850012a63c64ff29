import type { Ended } from '../../messages.ts';
import type { Point } from '../../space/axis.ts';
import { byStanding, type Standing, standingOf } from '../rankedTrial.ts';

/** The best trial so far, whoever proposed it. */
export interface Incumbent {
  readonly standing: Standing;
  readonly point: Point;
}

/** The better of the incumbent and a trial that has ended; a trial that failed or is infeasible is not. */
export function better(incumbent: Incumbent | undefined, ended: Ended): Incumbent | undefined {
  const standing = standingOf(ended.id, ended);
  if (standing === undefined || standing.tier === 2) return incumbent;
  return incumbent && byStanding(incumbent.standing, standing) <= 0 ? incumbent : { standing, point: ended.point };
}
