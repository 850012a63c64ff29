import seedrandom from 'seedrandom';

/** A source of uniform numbers in [0, 1). */
export type Rng = () => number;

/**
 * The generator for one decision. It is a function of its key alone: there is no generator state to persist, share or lose, and what one
 * strategy draws cannot shift another's numbers.
 *
 * @param retry how many answers to this ask were turned down before; another number gives another, equally good draw.
 */
export const rngFor = (seed: string, path: string, ask: number, retry = 0): Rng =>
  seedrandom.alea(retry === 0 ? `${seed}/${path}/${ask}` : `${seed}/${path}/${ask}/${retry}`);

/** A standard normal draw (Box & Muller 1958). */
export const normal = (rng: Rng): number => Math.sqrt(-2 * Math.log(1 - rng())) * Math.cos(2 * Math.PI * rng());

/** A whole number in [0, n). */
export const index = (rng: Rng, n: number): number => Math.floor(rng() * n);
