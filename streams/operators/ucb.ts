import { type Ended, hasResult, type StrategyEvent } from '../../src/strategy/messages.ts';

/** Discounted sums of an arm. */
interface Arm {
  readonly reward: number;
  /** Of ended trials, in mean costs. */
  readonly cost: number;
  readonly pending: number;
}

/** The state of a bandit over strategies. */
export interface Ucb {
  readonly arms: readonly Arm[];
  /** The latest losses of all arms, the oldest first. */
  readonly recent: readonly number[];
  /** Mean seconds of a trial, over the trials that reported them. */
  readonly seconds: number;
  readonly timed: number;
}

/** The credit of a result depends on this many of the latest results. */
const WINDOW = 64;
/** Old rewards fade, because the best strategy changes in the course of a study. */
const DISCOUNT = 0.97;

export const ucb = (arms: number): Ucb => ({
  arms: Array.from({ length: arms }, () => ({ reward: 0, cost: 0, pending: 0 })),
  recent: [],
  seconds: 0,
  timed: 0,
});

/** Seconds added to each cost, so that noise of a busy machine does not decide between very short trials. */
const NOISE = 1;

/** @param arm index of the arm that proposed the trial; -1 if no arm did. */
export function learn(state: Ucb, fact: StrategyEvent, arm: number): Ucb {
  if (fact.type === 'suggested') return arm < 0 ? state : { ...state, arms: suggested(state.arms, arm) };
  return fact.type === 'ended' ? ended(state, fact, arm) : state;
}

const suggested = (arms: readonly Arm[], arm: number): readonly Arm[] =>
  arms.map((a, i) => (i === arm ? { ...a, pending: a.pending + 1 } : a));

function ended(state: Ucb, fact: Ended, arm: number): Ucb {
  const { losses, seconds } = fact;
  const loss = hasResult(fact) ? losses![0]! : undefined;
  const timed = seconds === undefined ? state.timed : state.timed + 1;
  const mean = seconds === undefined ? state.seconds : state.seconds + (seconds - state.seconds) / timed;
  const recent = loss === undefined ? state.recent : [...state.recent.slice(1 - WINDOW), loss];
  if (arm < 0) return { ...state, recent, seconds: mean, timed };
  const reward = loss === undefined ? 0 : worth(state.recent, loss);
  const cost = seconds === undefined ? 1 : (seconds + NOISE) / (mean + NOISE);
  const arms = state.arms.map((a, i) => {
    const faded = { reward: a.reward * DISCOUNT, cost: a.cost * DISCOUNT, pending: a.pending };
    return i === arm ? { reward: faded.reward + reward, cost: faded.cost + cost, pending: a.pending - 1 } : faded;
  });
  return { arms, recent, seconds: mean, timed };
}

/** Only results among this share of the best recent ones are rewarded. */
const REWARDED = 0.25;

/**
 * The credit of a result: 1 if it is better than all recent ones, less the more of them are as good or better, and 0 behind their best quarter. An
 * improvement is rare, and how large it is says more about the first arm to find a good region than about the next trial (compare the rank-based
 * credits of Fialho et al., Annals of Mathematics and Artificial Intelligence 2010, on adaptive operator selection).
 */
function worth(recent: readonly number[], loss: number): number {
  if (recent.length === 0) return 0.5;
  const better = recent.filter((other) => other <= loss).length / recent.length;
  return Math.max(0, 1 - better / REWARDED) ** 2;
}

/**
 * Arms in the order in which to ask them: by the upper confidence bound of reward for cost (discounted UCB, Garivier & Moulines 2011).
 * Pending trials count as tried without a reward, so that one arm does not get all of many workers.
 */
export function order({ arms }: Ucb, explore: number): number[] {
  const tried = arms.map(({ cost, pending }) => cost + pending);
  const total = tried.reduce((a, b) => a + b, 0);
  const bound = (i: number) =>
    tried[i]! === 0 ? Number.POSITIVE_INFINITY : arms[i]!.reward / tried[i]! + explore * Math.sqrt(Math.log(1 + total) / tried[i]!);
  const bounds = arms.map((_, i) => bound(i));
  return arms.map((_, i) => i).sort((a, b) => bounds[b]! - bounds[a]! || a - b);
}
