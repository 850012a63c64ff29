import { omitUndefined } from '../schema/omitUndefined.ts';
import { names, populationFrom, positive } from '../schema/optionRules.ts';
import { optional, required, type SettingsOf } from '../schema/optionSet.ts';
import { draw, type Point } from '../space/axis.ts';
import { countCells } from '../space/cells.ts';
import type { Core } from '../strategy/core.ts';
import type { Env } from '../strategy/env.ts';
import {
  type Ask,
  type Ended,
  hasResult,
  numberIn,
  type Propose,
  propose,
  type Suggested,
  stateTag,
  type TrialId,
  wait,
} from '../strategy/messages.ts';
import { explore } from './explore.ts';

export const pbtOptions = {
  /** The budget of a member, such as a number of epochs, when it is complete. */
  max: required(positive),
  /** How much budget a member spends between comparisons with the others. Default: a tenth of `max`, rounded up. */
  interval: optional(positive),
  /** How many members train. Default: 10. */
  population: optional(populationFrom(2), 10),
  /** Parameters that cannot change along a checkpoint, such as a number of layers: a clone keeps them. Default: none. */
  fixed: optional(names),
};

export interface PopulationSettings extends Omit<SettingsOf<typeof pbtOptions>, 'fixed'> {
  readonly interval: number;
  /** The axes that do not change. */
  readonly fixed: ReadonlySet<number>;
}

/** This share of the members, the worst, continues from checkpoints of the same share of the best: 0.2 in the paper, 0.25 in Ray Tune. */
const TAIL = 0.25;

/** The progress of a member, and the trial with its checkpoint. */
interface Stage {
  readonly trial: TrialId;
  readonly point: Point;
  readonly budget: number;
  readonly loss: number;
}

interface Member {
  readonly number: number;
  readonly stage?: Stage;
  /** Its trial has not ended. */
  readonly open: boolean;
  /** Its last trial ended without a result. */
  readonly failed: boolean;
}

export interface PopulationState {
  /** By their numbers. */
  readonly members: readonly Member[];
  /** How many configurations the study has begun; counted only if the study limits them. */
  readonly configurations: number;
}

/** A member's next trial; without `resumes` it starts from scratch. */
interface Training {
  readonly member: number;
  readonly point: Point;
  readonly budget: number;
  readonly resumes?: TrialId;
}

/** The tag with the stage's path identifies the member of a trial. */
export function populationCore(
  env: Env,
  settings: PopulationSettings,
): Core<PopulationState, 'founding' | 'training', 'founded' | 'finished'> {
  const { interval, max, population, fixed } = settings;
  const trials = env.trials ?? Number.POSITIVE_INFINITY;
  const room = Math.min(population, trials, countCells(env.axes));
  const isDone = ({ stage, open, failed }: Member) => !open && !failed && stage!.budget >= max;

  const founded = ({ members, configurations }: PopulationState) => members.length >= room || configurations >= trials;
  const fresh = (member: number, ask: Ask): Training => ({ member, point: draw(env.axes, env.rng(ask)), budget: Math.min(interval, max) });
  const onFrom = (member: number, { trial, budget }: Stage, point: Point): Training => ({
    member,
    point,
    budget: Math.min(budget + interval, max),
    resumes: trial,
  });

  /** The next trial of the member that is furthest behind; undefined if all are busy or done. */
  function continued({ members }: PopulationState, ask: Ask): Training | undefined {
    const [next] = members
      .filter((member) => !member.open && !isDone(member))
      .sort((a, b) => reached(a) - reached(b) || a.number - b.number);
    if (next === undefined) return undefined;
    const { number, stage, failed } = next;
    const rng = env.rng(ask);
    const { good, bad } = tails(members);
    const donors = good.filter(({ budget }) => budget < max); // beyond that there is nothing to train
    if (donors.length > 0 && (failed || bad.includes(stage!))) {
      const donor = donors[Math.floor(rng() * donors.length)]!;
      return onFrom(number, donor, explore(env, donor.point, fixed, rng));
    }
    if (stage === undefined) return fresh(number, ask);
    return onFrom(number, stage, failed ? explore(env, stage.point, fixed, rng) : stage.point);
  }
  const trained = (ask: Ask, { member, point, budget, resumes }: Training): Propose =>
    omitUndefined({ ...propose(ask, env.name, point, stateTag(env.name, member)), budget, resumes });

  return {
    start: { members: [], configurations: 0 },
    tell(state, fact) {
      if (fact.type === 'reported') return state;
      const { members, configurations } = state;
      const begins = env.trials !== undefined && fact.type === 'suggested' && fact.resumes === undefined && fact.by !== 'import';
      const roots = begins ? configurations + 1 : configurations;
      const number = numberIn(fact.tags, env.name);
      if (number === undefined) return { members, configurations: roots };
      return { members: members.toSpliced(number, 1, memberAfter(members[number], number, fact)), configurations: roots };
    },
    verdict(state) {
      if (!founded(state)) return undefined;
      return state.members.every(isDone) ? 'finished' : 'founded';
    },
    answers: {
      founding: ({ members }, ask) => trained(ask, fresh(members.length, ask)),
      training(state, ask) {
        const next = continued(state, ask);
        return next ? trained(ask, next) : wait(ask, env.name);
      },
    },
  };
}

const reached = ({ stage }: Member): number => stage?.budget ?? 0;

function memberAfter(before: Member | undefined, number: number, fact: Suggested | Ended): Member {
  const kept = before?.stage && { stage: before.stage };
  if (fact.type === 'suggested') return { number, open: true, failed: false, ...kept };
  if (!hasResult(fact)) return { number, open: false, failed: true, ...kept };
  const { id: trial, point, budget = 0, losses } = fact;
  return { number, open: false, failed: false, stage: { trial, point, budget, loss: losses![0]! } };
}

/**
 * The best and the worst of a population by the last result of each (truncation selection; Jaderberg et al. 2017, section 4.1.1). A member is among the
 * worst only if all of the best are strictly better.
 */
function tails(members: readonly Member[]): { readonly good: readonly Stage[]; readonly bad: readonly Stage[] } {
  const stages = members.flatMap(({ stage }) => stage ?? []).sort((a, b) => a.loss - b.loss || a.trial - b.trial);
  const count = Math.floor(TAIL * stages.length);
  const good = stages.slice(0, count);
  return { good, bad: stages.slice(stages.length - count).filter(({ loss }) => loss > good.at(-1)!.loss) };
}
