/** The most descents that run at the same time if the user does not say how many. */
const MOST = 8;

/** One descent for each slot. */
export const startsFor = (parallel: number): number => Math.min(MOST, parallel);
