/** A descent is given up after so many hopeless steps in a row. */
export const MAX_HOPELESS = 2;

/** A step is hopeless if this many more like it would not reach the best loss so far. */
const STEPS_AHEAD = 10;

/** Whether a descent will hardly reach the best loss so far, by the gain of its last step. With noise, neither of them is known well enough. */
export const isHopeless = (loss: number, best: number, gain: number): boolean => loss - best > STEPS_AHEAD * Math.max(0, gain);
