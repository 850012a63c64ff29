/// <reference path="./alea.d.ts" />
import alea from 'seedrandom/lib/alea.js';

/** A source of uniform numbers in [0, 1). */
export type Rng = () => number;

/**
 * The random generator for one decision, as a function of its key. There is no generator state to store, and the draws of one strategy do not
 * affect those of another.
 *
 * The numbers stand in the middle of the key: Alea hardly mixes the last characters, so that keys which differ only there start with
 * numbers in arithmetic progression.
 *
 * @param retry how many answers to this ask were rejected before; each number gives another, equally good draw.
 */
export const rngFor = (seed: string, path: string, ask: number, retry = 0): Rng => alea(`${seed}/${path}/${ask}/${retry}/draws`);

/** A standard normal draw (Box & Muller 1958). */
export const drawNormal = (rng: Rng): number => Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());

/** A whole number in [0, n). */
export const index = (rng: Rng, n: number): number => Math.floor(rng() * n);
