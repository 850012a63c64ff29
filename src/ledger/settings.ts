import type { Changed, Created, Limits, ObjectiveSpec, Values } from '../facts/facts.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { ownValue } from '../schema/ownValue.ts';

/** The current settings: `created`, and every `changed` since. */
export interface Settings {
  readonly study: string;
  readonly seed: string;
  readonly objectives: readonly ObjectiveSpec[];
  readonly limits: Limits;
  readonly parallel: number;
  /** How many more trials may be open, for processes that share the journal with the one that runs the study. */
  readonly joined: number;
  /** The share of the time of workers that serve several studies, relative to the others. */
  readonly priority: number;
  /** The options of the last start that changed something. Equal options at a later start do not undo changes made in between. */
  readonly said: Limits & { readonly parallel: number; readonly priority: number };
  readonly duplicates: 'forbid' | 'allow';
  /** Version of the rules that the study began with, see `RULES`. */
  readonly rules: number;
  readonly paused: boolean;
  /** Whether it is paused because its program is broken. */
  readonly noResult: boolean;
  readonly strategy: unknown;
  /** Whether trainers resume from checkpoints, if the study declares it. */
  readonly resumes: boolean;
  /** `best`: the result of a trial is the best value that it reports. */
  readonly result?: 'best' | undefined;
  /** How many examples the trials may be evaluated on, if the study has examples. */
  readonly examples?: number | undefined;
  /** How often the strategy was switched. */
  readonly epoch: number;
}

export const settingsOf = ({
  study,
  seed,
  objectives,
  limits,
  parallel,
  priority = 1,
  duplicates,
  strategy,
  resumes = false,
  result,
  examples,
  rules,
}: Created): Settings => ({
  study,
  seed,
  objectives,
  limits,
  parallel,
  joined: 0,
  priority,
  said: { ...limits, parallel, priority },
  duplicates,
  rules,
  strategy,
  resumes,
  result,
  examples: examples?.count,
  paused: false,
  noResult: false,
  epoch: 0,
});

/** Limits with new ones: a metric that a new `spend` does not name keeps its limit. */
const withLimits = (before: Limits, more: Limits): Limits => ({
  ...before,
  ...more,
  ...(more.spend && { spend: { ...before.spend, ...more.spend } }),
});

export const changedBy = (
  settings: Settings,
  { paused, why, parallel, joined, priority, limits, strategy, resumes, by }: Changed,
): Settings => ({
  ...settings,
  paused: paused ?? settings.paused,
  noResult: paused === undefined ? settings.noResult : why === 'no-result',
  parallel: parallel ?? settings.parallel,
  joined: joined ?? settings.joined,
  priority: priority ?? settings.priority,
  limits: limits ? withLimits(settings.limits, limits) : settings.limits,
  said:
    by === 'start'
      ? { ...settings.said, ...withLimits(settings.said, limits ?? {}), ...omitUndefined({ parallel, priority }) }
      : settings.said,
  strategy: strategy ?? settings.strategy,
  resumes: resumes ?? settings.resumes,
  epoch: strategy === undefined ? settings.epoch : settings.epoch + 1,
});

/** The only place where directions are read, because strategies minimise. */
export const lossOf = ({ direction }: ObjectiveSpec, value: number): number => (direction === 'maximize' ? -value : value);

/** One loss for each objective, or the name of the missing value. */
export function lossesOf(objectives: readonly ObjectiveSpec[], values: Values): number[] | string {
  const losses: number[] = [];
  for (const objective of objectives) {
    const value = ownValue(values, objective.name);
    if (value === undefined) return objective.name;
    losses.push(lossOf(objective, value));
  }
  return losses;
}

/** The largest loss that strategies see: its fourth power is still finite. */
const LARGEST_LOSS = 1e75;

/** Losses as strategies see them: bounded, so that sums and products of a few are finite. */
export function boundedLosses(losses: readonly number[]): readonly number[] {
  const isWithin = losses.every((loss) => Math.abs(loss) <= LARGEST_LOSS);
  return isWithin ? losses : losses.map((loss) => Math.max(-LARGEST_LOSS, Math.min(LARGEST_LOSS, loss)));
}
