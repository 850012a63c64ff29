/** The most descents that run at the same time by default. */
const MOST = 8;

/** One descent for each parallel trial. */
export const startsFor = (parallel: number): number => Math.min(MOST, parallel);
