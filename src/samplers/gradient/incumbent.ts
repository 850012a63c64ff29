import type { Point } from '../../space/axis.ts';
import type { Ended } from '../../strategy/messages.ts';
import { compareRanked, type RankedTrial, rankTrial } from '../rankedTrial.ts';

/** The best feasible trial so far, of any strategy. */
export interface Incumbent {
  readonly ranked: RankedTrial;
  readonly point: Point;
}

/** The incumbent after a trial ended. */
export function updateIncumbent(incumbent: Incumbent | undefined, ended: Ended): Incumbent | undefined {
  const ranked = rankTrial(ended.id, ended);
  if (ranked === undefined || ranked.tier === 2) return incumbent;
  return incumbent && compareRanked(incumbent.ranked, ranked) <= 0 ? incumbent : { ranked, point: ended.point };
}
