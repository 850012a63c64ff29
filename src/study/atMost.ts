import { RefusedError } from './commands.ts';

/** The largest values that a server accepts from a request that creates or changes a study. */
export interface AtMost {
  /** Trials at once. */
  readonly parallel?: number | undefined;
  /** Configurations in all. With it, a new study needs a limit of its own. */
  readonly trials?: number | undefined;
}

/** The options of a server that creates studies for others. */
export interface AtMostOptions {
  readonly maxParallel?: number;
  readonly maxTrials?: number;
}

/** The same with their defaults. */
export const atMostOf = ({ maxParallel = 1000, maxTrials }: AtMostOptions): AtMost => ({
  parallel: maxParallel,
  trials: maxTrials,
});

/** @throws RefusedError that names the option with the limit */
export function refuseAbove(atMost: AtMost, { parallel, trials }: AtMost): void {
  for (const [name, wanted, most] of [
    ['parallel', parallel, atMost.parallel],
    ['trials', trials, atMost.trials],
  ] as const)
    if (wanted !== undefined && most !== undefined && wanted > most)
      throw new RefusedError({ code: 'allowance', message: `${name}: this server accepts at most ${most}, got ${wanted}` });
}

/** The same for a new study. @throws RefusedError */
export function refuseNewAbove(atMost: AtMost, study: AtMost): void {
  refuseAbove(atMost, study);
  if (atMost.trials !== undefined && study.trials === undefined)
    throw new RefusedError({ code: 'allowance', message: `trials: this server accepts at most ${atMost.trials}, got no limit` });
}
