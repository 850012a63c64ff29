import type { FitTask, Kernels } from '../numeric/gp/fit.ts';
import { type Rng, rngFor } from '../numeric/random.ts';
import type { Point } from '../space/axis.ts';
import { type Core, type Fold, type View, verdictAround } from '../strategy/core.ts';
import type { Env } from '../strategy/env.ts';
import { type Answer, type Ask, phaseTag, propose, type Suggested, stateIn, stateTag, wait } from '../strategy/messages.ts';
import { type Branches, fairBranches } from './branches.ts';
import type { ProposedPoint } from './sequence.ts';

/** Fits in a thread: the tasks are plain data. */
export type FitElsewhere = (tasks: readonly FitTask[]) => Promise<readonly (readonly Kernels[])[]>;

/** Makes the slow fits that the next proposal needs. */
export type LongFit = (fit: FitElsewhere) => Promise<void>;

/** A point with the value of its acquisition function. Higher is better. */
export interface ScoredPoint {
  readonly point: Point;
  readonly score: number;
}

/** The numbers of a strategy that models results. `S` is immutable; caches of what is computed from it live outside. */
export interface Surrogate<S> extends Fold<S> {
  /** Whether there are enough results to fit a model. */
  ready(state: S): boolean;
  /** An answer that the model does not choose; undefined if nothing is left to try. */
  explore(state: S, ask: Ask): ProposedPoint | undefined;
  /** An answer from the model; undefined if none can be fitted to these results. */
  propose(state: S, ask: Ask, rng: Rng): ProposedPoint | undefined;
  /** The share of asks that explore although there is a model, because it repeats itself. */
  exploreShare(state: S): number;
  /** The share of asks that always explore. Default: none. */
  readonly randomShare?: number;
  /** The share of asks that the next stage should answer, since the model says too little about these results; 0 if it does not. */
  blindShare?(state: S): number;
  /**
   * Fits that are better made in a thread before the next ask. Applying their results does not change any answer: `propose` would compute the
   * same itself, only later.
   */
  longFit?(state: S): LongFit | undefined;
  /** What the model says, for people; undefined if none can be fitted. */
  view(state: S): View | undefined;
}

type Phase = 'exploring' | 'modelling' | 'diversifying' | 'sharing' | 'fallingBack' | 'fitting';
type Verdict = 'ready' | 'repeating' | 'blind' | 'unfit' | 'fitNeeded' | 'reconsidered';

const ENTERING = { diversifying: 'repeating', sharing: 'blind', fallingBack: 'unfit', fitting: 'fitNeeded' } as const;

/** The phases as text for people, in a tag. */
const PHASES: Readonly<Record<Phase, string>> = {
  exploring: 'exploring',
  modelling: 'modelling',
  diversifying: 'diversifying',
  sharing: 'sharing',
  fallingBack: 'falling back',
  fitting: 'fitting',
};

/** How a point was chosen, besides the phase: drawn although there is a model, or because none could be fitted. */
type Without = 'drawn' | 'unfit';

/** What a suggestion records about its choice: the phase, and how it was chosen if not by the model. */
const choiceTag = (name: string, phase: Phase, without?: Without) =>
  stateTag(phaseTag(name), without === undefined ? phase : [phase, without]);

/** Whether a model chose the point of a suggestion. */
export const isModelled = ({ by, tags }: Pick<Suggested, 'by' | 'tags'>): boolean => {
  const choice = stateIn(tags, phaseTag(by));
  return choice === 'modelling' || choice === 'diversifying' || choice === 'sharing';
};

/** Whether a suggestion says that no model could be fitted: an ask changes nothing, so the suggestion that follows it must record it. */
function isFallback({ name }: Env, { by, tags }: Suggested): boolean {
  const choice = stateIn(tags, phaseTag(by));
  return by === name && (choice === 'fallingBack' || (Array.isArray(choice) && choice[1] === ('unfit' satisfies Without)));
}

interface SurrogateState<S> {
  readonly numbers: S;
  /** What was tried in each branch of a conditional space. */
  readonly branches: Branches;
  /** Whether no model could be fitted for a suggestion since the last result. */
  readonly fellBack: boolean;
}

/**
 * A strategy that models results.
 *
 * @param elsewhere runs long fits in a thread; without it, models are fitted when they are needed
 */
export function surrogateCore<S>(env: Env, numbers: Surrogate<S>, elsewhere?: FitElsewhere): Core<SurrogateState<S>, Phase, Verdict> {
  const { name, seed } = env;
  const { randomShare = 0 } = numbers;
  const branches = fairBranches(env);
  /** Whether an ask is among a share of them. What is drawn for it has another key, so that it does not depend on this number. */
  const isAmong = (share: number, use: string, { id, retry }: Ask): boolean => rngFor(seed, `${name}/${use}`, id, retry)() < share;
  const drawn = (state: S, ask: Ask, phase: Phase, without?: Without): Answer => {
    const { point, tags } = numbers.explore(state, ask) ?? {};
    return point ? propose(ask, name, point, { ...tags, phase: PHASES[phase], ...choiceTag(name, phase, without) }) : ask;
  };
  const modelled = ({ numbers: state, branches: tried }: SurrogateState<S>, ask: Ask, phase: Phase, share = 0): Answer => {
    if (isAmong(share, 'explores', ask)) return drawn(state, ask, phase, 'drawn');
    const branch = ask.fixed ? undefined : branches.neglected(tried);
    const chosen = numbers.propose(state, branch ? { ...ask, fixed: branch } : ask, env.rng(ask));
    if (chosen === undefined) return drawn(state, ask, phase, 'unfit');
    const tags = { ...chosen.tags, ...(branch && { branch: 'few trials' }), phase: PHASES[phase] };
    return propose(ask, name, chosen.point, { ...tags, ...choiceTag(name, phase) });
  };
  const longFit = (state: S) => elsewhere && numbers.longFit?.(state);
  /** What is due once there is a model. */
  function due({ numbers: state, fellBack }: SurrogateState<S>): Verdict | undefined {
    if (fellBack) return 'unfit';
    if (longFit(state)) return 'fitNeeded';
    if (numbers.exploreShare(state) > randomShare) return 'repeating';
    return (numbers.blindShare?.(state) ?? 0) > 0 ? 'blind' : undefined;
  }
  return {
    start: { numbers: numbers.start, branches: branches.start, fellBack: false },
    tell: ({ numbers: before, branches: tried, fellBack }, fact) => ({
      branches: branches.tell(tried, fact),
      numbers: numbers.tell(before, fact),
      fellBack: fact.type !== 'ended' && (fellBack || (fact.type === 'suggested' && numbers.ready(before) && isFallback(env, fact))),
    }),
    verdict(state, phase) {
      if (phase === 'exploring') return numbers.ready(state.numbers) ? 'ready' : undefined;
      return verdictAround(due(state), phase, ENTERING);
    },
    answers: {
      exploring: ({ numbers: state }, ask) => drawn(state, ask, 'exploring'),
      modelling: (state, ask) => modelled(state, ask, 'modelling', randomShare),
      diversifying: (state, ask) => modelled(state, ask, 'diversifying', Math.max(randomShare, numbers.exploreShare(state.numbers))),
      sharing: (state, ask) => (isAmong(numbers.blindShare!(state.numbers), 'blind', ask) ? ask : modelled(state, ask, 'sharing')),
      fallingBack: ({ numbers: state }, ask) => drawn(state, ask, 'fallingBack'),
      fitting: (_, ask) => wait(ask, name, 'ready'),
    },
    work({ numbers: state, fellBack }) {
      const long = fellBack || !numbers.ready(state) ? undefined : longFit(state);
      return long && (() => long(elsewhere!));
    },
    view: ({ numbers: state, fellBack }) => (fellBack || !numbers.ready(state) ? undefined : numbers.view(state)),
  };
}
