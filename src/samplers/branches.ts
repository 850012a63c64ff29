import { type Axis, active, type Point } from '../space/axis.ts';
import type { Fixed } from '../space/fixed.ts';
import type { Fold } from '../strategy/core.ts';
import type { Env } from '../strategy/env.ts';

/** One value of an axis on which others depend, and what was tried there. */
interface Branch {
  readonly axis: number;
  readonly level: number;
  /** How many configurations it gets before the model alone decides: 2 (d + 1) for d parameters of its own, at most 10. */
  readonly quota: number;
  readonly suggested: number;
  /** Its lowest losses at the full budget, ascending. */
  readonly losses: readonly number[];
}

export interface Branches {
  readonly suggested: number;
  readonly all: readonly Branch[];
}

const QUOTA = { each: 2, most: 10 };
/** All quotas together are at most this share of the trials. */
const QUOTAS_SHARE = 1 / 3;
/** Assumed if the number of trials is not known. */
const DEFAULT_TRIALS = 100;
/** Every third proposal of a model goes to a neglected branch. */
const NEGLECTED_EVERY = 3;
/** With fewer results, a branch is not given up. */
const LEAST_RESULTS = 2;

/**
 * Gives each branch of a conditional space a fair trial. A model of all branches believes the few results of each, and stays in the branch that was
 * best by chance: the others, with a dozen parameters and three results, have not been tried.
 */
export interface FairBranches extends Fold<Branches> {
  /** The coordinates of the branch that the next proposal should try; undefined if the model may choose. */
  neglected(state: Branches): Fixed | undefined;
}

export function fairBranches({ axes, trials = DEFAULT_TRIALS, rungs }: Env): FairBranches {
  const dependsOn = (axis: number, level: number) => axes.filter(({ when }) => when?.axis === axis && when.levels.includes(level)).length;
  const start = axes.flatMap(({ levels }, axis): Branch[] => {
    if (!levels || !axes.some(({ when }) => when?.axis === axis)) return [];
    const most = Math.min(QUOTA.most, Math.floor((QUOTAS_SHARE * trials) / levels.count));
    return Array.from({ length: levels.count }, (_, level) => {
      const quota = Math.min(most, QUOTA.each * (dependsOn(axis, level) + 1));
      return { axis, level, quota, suggested: 0, losses: [] };
    });
  });
  /** Changes the branches in which a point lies. */
  const at = (all: readonly Branch[], point: Point, change: (branch: Branch) => Branch): readonly Branch[] => {
    const on = active(axes, point);
    return all.map((branch) => {
      const { axis, level } = branch;
      return on[axis] && axes[axis]!.levels!.of(point[axis]!) === level ? change(branch) : branch;
    });
  };
  return {
    start: { suggested: 0, all: start },
    tell(state, fact) {
      if (start.length === 0) return state;
      if (fact.type === 'suggested' && fact.resumes === undefined) {
        const all = at(state.all, fact.point, (branch) => ({ ...branch, suggested: branch.suggested + 1 }));
        return { suggested: state.suggested + 1, all };
      }
      // At the rungs of early stopping, losses of different budgets cannot be compared.
      if (rungs || fact.type !== 'ended' || fact.losses?.length !== 1) return state;
      const [loss] = fact.losses;
      const all = at(state.all, fact.point, (branch) => ({ ...branch, losses: lowest([...branch.losses, loss!]) }));
      return { ...state, all };
    },
    neglected({ suggested, all }) {
      if (suggested % NEGLECTED_EVERY !== 1) return undefined;
      const best = all.reduce((least, { losses }) => Math.min(least, losses[0] ?? least), Number.POSITIVE_INFINITY);
      const neglected = all.filter((branch) => branch.suggested < branch.quota && !isHopeless(branch, best));
      if (neglected.length === 0) return undefined;
      return fixedTo(
        axes,
        neglected.reduce((a, b) => (b.suggested / b.quota < a.suggested / a.quota ? b : a)),
      );
    },
  };
}

const lowest = (losses: readonly number[]): readonly number[] => [...losses].sort((a, b) => a - b).slice(0, QUOTA.most);

/** Whether a branch would be worse than the best one even if it improved by as much as its best result is better than its median. */
const isHopeless = ({ losses }: Branch, best: number): boolean =>
  losses.length >= LEAST_RESULTS && 2 * losses[0]! - losses[losses.length >> 1]! > best;

/** The coordinates of a branch and of those in which it lies. */
function fixedTo(axes: readonly Axis[], { axis, level }: Pick<Branch, 'axis' | 'level'>): Fixed {
  const fixed: (number | undefined)[] = axes.map(() => undefined);
  fixed[axis] = axes[axis]!.levels!.at(level);
  for (let { when } = axes[axis]!; when; when = axes[when.axis]!.when) fixed[when.axis] = axes[when.axis]!.levels!.at(when.levels[0]!);
  return fixed;
}
