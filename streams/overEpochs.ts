import { budget } from './operators/budget.ts';
import { chain } from './operators/chain.ts';
import { asha } from './strategies/asha.ts';
import { auto } from './strategies/auto.ts';
import type { Strategy } from './strategy.ts';

export interface OverEpochsOptions {
  /** Whether trials that fall behind end early. Default true. */
  readonly early?: boolean | undefined;
  /** Whether trainers resume from checkpoints: then trials pause and are resumed, otherwise they are stopped. Default false. */
  readonly resumes?: boolean | undefined;
  /** What decides what to try. Default `auto()`. */
  readonly strategy?: Strategy | undefined;
}

/** The strategy of a study that says only for how many epochs a trial trains at most: early stopping with sound defaults. */
export const overEpochs = (epochs: number, { early = true, resumes = false, strategy = auto() }: OverEpochsOptions): Strategy =>
  chain(early ? asha({ min: 1, max: epochs, pause: resumes }) : budget(epochs), strategy);
